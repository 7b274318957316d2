// node bench/dropped-progress.mjs [--json] [--quick] [--drops N]: does a server grow by MCP clients that open an answer
// of events and leave it? The exit code is 1 when a call still runs.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const { benchDropped } = await import('./lib/dropped-progress-bench.mjs')
  const numbers = { drops: { full: 50_000, quick: 1000 } }
  process.exitCode = await guarded(() => benchDropped(readFlags(numbers)))
} else process.exitCode = code
