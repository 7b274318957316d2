export type { Busy } from './stores/sql/store-errors.ts'
export { DatabaseBusy } from './stores/sql/store-errors.ts'
export { sqliteDialect } from './stores/sqlite/sqlite-dialect.ts'
export { openSqlite } from './stores/sqlite/sqlite-store.ts'
