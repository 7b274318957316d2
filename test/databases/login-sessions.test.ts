import { describe, vi } from 'vitest'
import { sessionProcessChecks } from '../support/session-checks.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 180_000 })

describe.skipIf(!hasPostgres)('login sessions in two processes on one PostgreSQL', () => {
  sessionProcessChecks(createDatabase)
})
