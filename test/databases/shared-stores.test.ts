import { describe, vi } from 'vitest'
import { sharedStoreChecks } from '../support/shared-stores-checks.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

describe.skipIf(!hasPostgres)('two processes on one PostgreSQL', () => {
  sharedStoreChecks(createDatabase)
})
