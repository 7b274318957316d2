import type { Authenticator } from 'trefoil/auth'
import { storeAuth } from './authentication.ts'
import { loadSecret } from './secret.ts'

/**
 * What the store knows while it runs, beside its database. Read by the app's start-up hook and not by
 * importing a module, so that the app can be loaded to look at it.
 */
export class Store {
  #auth: Authenticator<undefined> | null = null

  /** @throws Error when the secret is unfit */
  open(): void {
    this.#auth = storeAuth(loadSecret())
  }

  close(): void {
    this.#auth = null
  }

  /** Reads the token or the key of a request. What verifies them is there once the store is open. */
  readonly authenticator: Authenticator<undefined> = {
    name: 'store',
    scheme: [
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      { type: 'apiKey', in: 'header', name: 'x-api-key' },
    ],
    authenticate: (request) => {
      if (this.#auth === null) throw new Error('the store is not open')
      return this.#auth.authenticate(request)
    },
  }
}
