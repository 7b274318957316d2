export type { Busy } from './stores/sqlite/database-busy.ts'
export { DatabaseBusy } from './stores/sqlite/database-busy.ts'
export { sqliteDialect } from './stores/sqlite/sqlite-dialect.ts'
export { openSqlite } from './stores/sqlite/sqlite-store.ts'
