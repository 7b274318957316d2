// node bench/passwords.mjs [--json] [--quick] [--slices N] [--servers login,route]: people who sign in; a route that
// only compares.
// Logins a second beside a bare loop with as many hashes in flight, and what a flood of them does to another route.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { guarded } = await import('./lib/guarded.mjs')
  const { benchPasswords, readPasswordFlags } = await import('./lib/passwords-bench.mjs')
  process.exitCode = await guarded(() => benchPasswords(readPasswordFlags()))
} else process.exitCode = code
