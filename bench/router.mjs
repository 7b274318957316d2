// node bench/router.mjs [--json] [--quick] [--rounds N]: how fast routers find one of 200 routes.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url, { build: false })
if (code === null) {
  const { benchRouters } = await import('./lib/router-bench.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  benchRouters(readFlags({ rounds: { full: 7, quick: 2 } }))
} else process.exitCode = code
