import { describe, vi } from 'vitest'
import { endedCallChecks } from '../support/ended-calls-checks.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

vi.setConfig({ testTimeout: 60_000 })

describe.skipIf(!hasPostgres)('calls that last, on one PostgreSQL', () => {
  endedCallChecks(createDatabase)
})
