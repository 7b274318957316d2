import { describe, vi } from 'vitest'
import { passwordlessChecks } from '../support/passwordless-checks.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

describe.skipIf(!hasPostgres)('logins without passwords on PostgreSQL', () => {
  passwordlessChecks(createDatabase)
})
