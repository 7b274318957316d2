// node bench/startup.mjs [--json] [--quick] [--rounds N]: from starting the process to its first right
// answer, with 50 routes.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { benchStartup } = await import('./lib/startup-bench.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  await benchStartup(readFlags({ rounds: { full: 11, quick: 2 } }))
} else process.exitCode = code
