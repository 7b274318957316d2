export { openPostgres, type PostgresSettings } from './stores/postgres/postgres-store.ts'
export { CommitUnknown, DatabaseUnavailable } from './stores/sql/store-errors.ts'
