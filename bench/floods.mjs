// node bench/floods.mjs [--json] [--quick] [--servers a,b] [--rounds N] [--seconds S]: what a
// refused call costs beside a successful one.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { peersOf } = await import('./lib/catalogue.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  const { benchFloods } = await import('./lib/floods-bench.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const numbers = { rounds: { full: 7, quick: 1 }, seconds: { full: 2, quick: 1 } }
  const servers = {
    allowed: peersOf('w2'),
    usual: ['node', 'node-cached', 'trefoil', 'trefoil-verifying'],
  }
  process.exitCode = await guarded(() => benchFloods(readFlags(numbers, servers)))
} else process.exitCode = code
