import type { Authenticator } from 'trefoil/auth'
import { Approvals } from './approval.ts'
import { storeAuth } from './authentication.ts'
import { type OpenDatabase, openDatabase } from './database.ts'
import { Orders } from './orders.ts'
import { loadSecret } from './secret.ts'
import { readSettings } from './settings.ts'

interface Running {
  readonly database: OpenDatabase
  readonly orders: Orders
  readonly approvals: Approvals
  readonly auth: Authenticator<undefined>
}

/**
 * Everything that is open while the store runs. Opened by the app's start-up hook and not by
 * importing a module, so that the app can be loaded to look at it.
 */
export class Store {
  #running: Running | null = null

  /** @throws Error when the secret or the database is unfit */
  open(): void {
    const secret = loadSecret()
    const auth = storeAuth(secret)
    const database = openDatabase(readSettings().db)
    const orders = new Orders(database.queries)
    this.#running = { database, orders, approvals: new Approvals(database.connection), auth }
  }

  async close(): Promise<void> {
    const running = this.#running
    this.#running = null
    await running?.database.close()
  }

  get orders(): Orders {
    return this.#open.orders
  }

  /** Reads the token or the key of a request. What verifies them is there once the store is open. */
  readonly authenticator: Authenticator<undefined> = {
    name: 'store',
    scheme: [
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      { type: 'apiKey', in: 'header', name: 'x-api-key' },
    ],
    authenticate: (request) => this.#open.auth.authenticate(request),
  }

  get approvals(): Approvals {
    return this.#open.approvals
  }

  get #open(): Running {
    if (this.#running === null) throw new Error('the store is not open')
    return this.#running
  }
}
