import { sqlAuditSuite } from './sql-suite.ts'

sqlAuditSuite(() => ':memory:')
