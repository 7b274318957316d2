export type { Database, DatabaseProblem } from './features/database/database.ts'
export { database, databaseProblems } from './features/database/database.ts'
export type { DatabaseOptions } from './features/database/database-options.ts'
export type { Migration, MigrationSql } from './features/database/migrations.ts'
