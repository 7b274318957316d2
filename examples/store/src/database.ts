import { join } from 'node:path'
import type { Generated } from 'kysely'
import { type Database, type DatabaseOptions, database } from 'trefoil/database'
import { DATA_DIRECTORY } from './data-directory.ts'
import { MIGRATIONS } from './migrations.ts'
import type { OrderStatus } from './order.ts'

/** Money is in cents here, so that sums are exact. */
export interface Tables {
  products: { sku: string; name: string; price_cents: number }
  orders: {
    number: Generated<number>
    /** `ord_` and the number; the database makes it. */
    id: Generated<string>
    customer_id: string
    sku: string
    quantity: number
    status: OrderStatus
    total_cents: number
    note: string | null
  }
  approval_requests: {
    hash: string
    subject: string
    action: string
    args: string
    asked_ms: number
  }
  approvals: {
    digest: string
    hash: string
    subject: string
    expires_ms: number
    used_ms: number | null
  }
}

export type StoreDatabase = Database<Tables>

/**
 * The database of the store: that of `TREFOIL_DATABASE_URL`, SQLite or PostgreSQL, else a file of its own. Nothing is opened before the app is started.
 *
 * @param more in the place of what the variables say
 */
export function storeDatabase(more: Pick<DatabaseOptions, 'url' | 'migrate'> = {}): StoreDatabase {
  const { TREFOIL_DATABASE_URL: chosen, TREFOIL_ENV: env } = process.env
  const url = chosen || join(DATA_DIRECTORY, 'app.db')
  // A database that somebody else has set up is changed by a command, unless somebody develops.
  const migrate = !chosen || env === 'development' ? 'start' : 'command'
  return database({ migrations: MIGRATIONS, url, migrate, ...more })
}
