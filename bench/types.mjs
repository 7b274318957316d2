// node bench/types.mjs [--json] [--package DIR]: what 200 routes cost the type checker.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url, { build: !process.argv.includes('--package') })
if (code === null) {
  const { benchTypes } = await import('./lib/types-bench.mjs')
  process.exitCode = benchTypes()
} else process.exitCode = code
