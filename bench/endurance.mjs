// node bench/endurance.mjs [--json] [--quick] [--servers node,trefoil] [--calls N] [--aborts N] [w1 w3 w3m]:
// does memory grow over many calls, and over many that their callers break off? With w3 or w3m: over calls of a tool.
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
  const allowed = [...servers, 'node-cached', 'trefoil-returns']
  const isWorkload = (/** @type {string} */ name) => ['w1', 'w3', 'w3m'].includes(name)
  process.exitCode = await guarded(() =>
    benchEndurance(readFlags(numbers, { allowed, usual: servers }, isWorkload)),
  )
} else process.exitCode = code
