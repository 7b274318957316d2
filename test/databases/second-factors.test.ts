import { describe, vi } from 'vitest'
import { secondFactorChecks } from '../support/second-factor-checks.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

describe.skipIf(!hasPostgres)('second factors on PostgreSQL', () => {
  secondFactorChecks(createDatabase)
})
