// node bench/floods.mjs [--json] [--quick] [--servers a,b] [--slices N]: what a refused call
// costs beside a successful one.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { peersOf } = await import('./lib/catalogue.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  const { benchFloods } = await import('./lib/floods-bench.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const numbers = { slices: { full: 200, quick: 10 } }
  const servers = {
    allowed: peersOf('w2'),
    usual: ['node', 'node-cached', 'trefoil', 'trefoil-verifying'],
  }
  process.exitCode = await guarded(() => benchFloods(readFlags(numbers, servers)))
} else process.exitCode = code
