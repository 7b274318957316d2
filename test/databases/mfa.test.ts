import { describe, vi } from 'vitest'
import { mfaChecks } from '../support/mfa-checks.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 180_000 })

describe.skipIf(!hasPostgres)('second factors on PostgreSQL', () => {
  mfaChecks(createDatabase)
})
