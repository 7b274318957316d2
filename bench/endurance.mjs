// node bench/endurance.mjs [--json] [--quick] [--servers node,trefoil] [--calls N] [--aborts N]:
// does memory grow over many calls, and over many that their callers break off?
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { benchEndurance } = await import('./lib/endurance-bench.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const numbers = {
    calls: { full: 1_000_000, quick: 20_000 },
    aborts: { full: 100_000, quick: 2000 },
  }
  const servers = ['node', 'trefoil']
  process.exitCode = await guarded(() =>
    benchEndurance(readFlags(numbers, { allowed: servers, usual: servers })),
  )
} else process.exitCode = code
