// node bench/unread-bodies.mjs [--json] [--quick] [--rounds N]: what it costs to refuse a caller
// whose body of 4 MB nobody wants.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const { benchUnreadBodies } = await import('./lib/unread-bodies-bench.mjs')
  const numbers = { rounds: { full: 300, quick: 20 } }
  process.exitCode = await guarded(() => benchUnreadBodies(readFlags(numbers)))
} else process.exitCode = code
