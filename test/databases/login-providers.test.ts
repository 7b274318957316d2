import { describe, vi } from 'vitest'
import { loginProviderChecks } from '../support/login-providers-checks.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

describe.skipIf(!hasPostgres)('logins with a provider on PostgreSQL', () => {
  loginProviderChecks(createDatabase)
})
