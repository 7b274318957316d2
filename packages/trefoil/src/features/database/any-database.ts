import type { Kysely } from 'kysely'
import type { Awaitable, Dependency } from '../../index.ts'
import type { Database } from './database.ts'

/**
 * A database whatever its tables are, for parts that keep something in it. Not `Database<never>`: a handle of
 * Kysely's fits none of other tables, and an app that says which it has could not give its database to a part.
 */
export interface AnyDatabase
  extends Omit<Database<never>, 'db' | 'read' | 'queries' | 'unit' | 'snapshot' | 'effectsOf'> {
  readonly db: Dependency<object>
  readonly read: Dependency<object>
  queries(): Pick<Kysely<never>, 'executeQuery' | 'getExecutor'>
  unit<Value>(work: (db: object) => Awaitable<Value>, signal?: AbortSignal): Promise<Value>
}
