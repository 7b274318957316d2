// node bench/accounts.mjs [--json] [--quick] [--slices N]: logins and registrations beside better-auth with the same hash.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { guarded } = await import('./lib/guarded.mjs')
  const { benchAccounts, readAccountFlags } = await import('./lib/accounts-bench.mjs')
  process.exitCode = await guarded(() => benchAccounts(readAccountFlags()))
} else process.exitCode = code
