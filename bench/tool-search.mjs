// node bench/tool-search.mjs [--json] [--quick] [--rounds N]: what a client loads of 1, 10, 100 and 1,000 actions where
// tools are searched for, and what a search costs. The exit code is 1 when the list is larger than its bar.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { benchSearch } = await import('./lib/tool-search-bench.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const numbers = { rounds: { full: 400, quick: 50 } }
  process.exitCode = await guarded(() => benchSearch(readFlags(numbers)))
} else process.exitCode = code
