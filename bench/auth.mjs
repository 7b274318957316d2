// node bench/auth.mjs [--json] [--quick] [--rounds N] [--bad N]: what it costs to verify a token, known and new,
// beside @fastify/jwt, hono/jwt, jose and HS256 by hand, and what memory a flood of distinct bad tokens takes.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { benchAuth } = await import('./lib/auth-bench.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const numbers = {
    rounds: { full: 40, quick: 4 },
    bad: { full: 1_000_000, quick: 20_000 },
  }
  process.exitCode = await guarded(() => benchAuth(readFlags(numbers)))
} else process.exitCode = code
