import { describe, vi } from 'vitest'
import { accountFlowChecks } from '../support/account-flows-checks.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

describe.skipIf(!hasPostgres)('flows of accounts on PostgreSQL', () => {
  accountFlowChecks(createDatabase)
})
