// node bench/allocations.mjs [--json] [--quick] [--servers a,b] [--rounds N] [--calls N]: bytes
// allocated by one W1 call.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { benchAllocations } = await import('./lib/allocations-bench.mjs')
  const { peersOf } = await import('./lib/catalogue.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const numbers = { rounds: { full: 7, quick: 2 }, calls: { full: 10_000, quick: 4000 } }
  const servers = { allowed: peersOf('w1'), usual: ['node', 'node-headers', 'trefoil'] }
  process.exitCode = await guarded(() => benchAllocations(readFlags(numbers, servers)))
} else process.exitCode = code
