// node bench/startup.mjs [--json] [--rounds N]: from starting the process to its first right
// answer, with 50 routes.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { benchStartup } = await import('./lib/startup-bench.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  await benchStartup(readFlags(11))
} else process.exitCode = code
