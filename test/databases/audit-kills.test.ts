import { describe } from 'vitest'
import { auditKillSuite } from '../attacks/audit-sql-kills.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

describe.skipIf(!hasPostgres)('PostgreSQL', () => auditKillSuite(createDatabase))
