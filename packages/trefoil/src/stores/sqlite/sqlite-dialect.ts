import type { DatabaseSync } from 'node:sqlite'
import {
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { SqliteDriver } from './sqlite-driver.ts'

/**
 * Kysely over `node:sqlite`: `new Kysely<Tables>({ dialect: sqliteDialect(new DatabaseSync(file)) })`.
 *
 * One connection. A transaction takes the lock when it begins, or two that read before they write would
 * lose what the other wrote. Booleans are kept as 0 and 1; dates and `undefined` are refused, because what
 * would come back is something else. `destroy()` closes the database.
 *
 * @param database open; whoever opened it says how (`foreign_keys`, `journal_mode`)
 */
export function sqliteDialect(database: DatabaseSync): Dialect {
  return Object.freeze({
    createDriver: (): Driver => new SqliteDriver(database),
    createAdapter: (): DialectAdapter => new SqliteAdapter(),
    createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db),
    createQueryCompiler: (): QueryCompiler => new SqliteQueryCompiler(),
  })
}
