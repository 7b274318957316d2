import { describe } from 'vitest'
import { sqlAuditSuite } from '../audit/sql-suite.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

describe.skipIf(!hasPostgres)('PostgreSQL', () => sqlAuditSuite(createDatabase))
