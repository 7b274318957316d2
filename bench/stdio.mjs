// node bench/stdio.mjs [--json] [--quick] [--rounds N]: from starting a program to its first answer to `tools/list` on
// standard output. The exit code is 1 when an answer is wrong or the bar is missed.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { benchStdio } = await import('./lib/stdio-bench.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const numbers = { rounds: { full: 15, quick: 3 } }
  process.exitCode = await guarded(() => benchStdio(readFlags(numbers)))
} else process.exitCode = code
