export { sqliteDialect } from './stores/sqlite/sqlite-dialect.ts'
