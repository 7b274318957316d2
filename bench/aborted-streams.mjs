// node bench/aborted-streams.mjs [--json] [--quick] [--aborts N] [--grace S]: do dependencies stay
// open when callers of streaming MCP tools leave? The exit code is 1 when one does.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const { benchStalled } = await import('./lib/stalled-bench.mjs')
  const numbers = { aborts: { full: 100_000, quick: 1000 }, grace: { full: 15, quick: 15 } }
  process.exitCode = await guarded(() => benchStalled(readFlags(numbers)))
} else process.exitCode = code
