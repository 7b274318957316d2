// node bench/sessions.mjs [--json] [--quick] [--slices N]: what it costs to look at a login session, beside better-auth on
// the same database and beside a bare server that does the same by hand; and to renew a pair of tokens, beside
// oidc-provider. All servers run at the same time and are asked in turn; what counts are ratios of one run.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { guarded } = await import('./lib/guarded.mjs')
  const { benchSessions, readSessionFlags } = await import('./lib/sessions-bench.mjs')
  process.exitCode = await guarded(() => benchSessions(readSessionFlags()))
} else process.exitCode = code
