import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { type Generated, Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'
import { makePrivateDirectory } from './data-directory.ts'
import { migrate } from './migrations.ts'
import type { OrderStatus } from './order.ts'
import { seed } from './seed.ts'

/** Money is in cents here, so that sums are exact. */
export interface Tables {
  products: { sku: string; name: string; price_cents: number }
  orders: {
    number: Generated<number>
    /** `ord_` and the number; SQLite makes it. */
    id: Generated<string>
    customer_id: string
    sku: string
    quantity: number
    status: OrderStatus
    total_cents: number
    note: string | null
  }
}

/** An open database. */
export interface OpenDatabase {
  readonly queries: Kysely<Tables>
  /** The same database, for what is one statement and must not wait. */
  readonly connection: DatabaseSync
  close(): Promise<void>
}

const BUSY_TIMEOUT_MS = 5000

/** Opens the database; a new one is migrated and seeded first. */
export function openDatabase(file: string): OpenDatabase {
  if (file !== ':memory:') makePrivateDirectory(dirname(file))
  const connection = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    connection.exec('pragma journal_mode = wal; pragma synchronous = normal')
    connection.exec('pragma foreign_keys = on')
    migrate(connection, seed)
  } catch (error) {
    connection.close()
    throw error
  }
  const queries = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: toKysely(connection) }),
  })
  return {
    queries,
    connection,
    async close() {
      await queries.destroy()
      // Kysely closes only what it has used.
      if (connection.isOpen) connection.close()
    },
  }
}

/** `node:sqlite` in the shape that Kysely's dialect expects. */
function toKysely(connection: DatabaseSync): SqliteDatabase {
  return {
    close: () => connection.close(),
    prepare(sql) {
      const statement = connection.prepare(sql)
      return {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...bindable(values)),
        run: (values) => statement.run(...bindable(values)),
        iterate: (values) => statement.iterate(...bindable(values)),
      }
    },
  }
}

function bindable(values: readonly unknown[]): SQLInputValue[] {
  // Kysely types values as unknown; SQLite itself refuses what it cannot bind.
  return values as SQLInputValue[]
}
