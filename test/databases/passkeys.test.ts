import { describe, vi } from 'vitest'
import { passkeyChecks } from '../support/passkey-checks.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 240_000 })

describe.skipIf(!hasPostgres)('passkeys on PostgreSQL', () => {
  passkeyChecks(createDatabase)
})
