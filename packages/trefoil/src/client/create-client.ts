import { readOptions } from '../contract/options/read-options.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { ActionCaller } from './action-caller.ts'
import { CLIENT } from './client-options.ts'
import type { ClientCallOptions, ClientSetting, RemoteClientOf } from './client-types.ts'
import { Connection } from './connection.ts'
import { urlKind } from './option-kinds.ts'
import { askedRoutes, knownRoutes } from './route-source.ts'

/**
 * A client of an app somewhere else, typed by the handles of its routes: `import type` is enough, and
 * nothing is generated. `getOrder` calls the action `get_order`.
 *
 * ```ts
 * import { createClient } from 'trefoil/client'
 * import type * as orders from '../server/orders.ts'
 *
 * const api = createClient<typeof orders>('https://api.example.com', { token })
 * const result = await api.getOrder({ order_id: '7' })
 * ```
 *
 * @param url absolute https address of the app, with the path it is mounted under; http for localhost
 * @throws ImproperlyConfigured naming what is malformed, or an option nobody reads; never says what it is
 */
export function createClient<Handles>(
  url: string,
  ...given: ClientSetting<Handles>
): RemoteClientOf<Handles> {
  const { names, routes, surface, maxResponseSize, ...values } = readOptions(CLIENT, given[0])
  const address = urlKind.read(url, 'url')
  if ('mistake' in address) {
    throw new ImproperlyConfigured(`createClient(): url ${address.mistake}`)
  }
  const connection = new Connection({ ...values, url: address.value, signal: null })
  const known = routes === null ? askedRoutes(connection, maxResponseSize) : knownRoutes(routes)
  const caller = new ActionCaller(connection, surface === 'cli' ? null : known, maxResponseSize)
  // Which names there are the types know, and the app.
  return named(caller, names) as RemoteClientOf<Handles>
}

type Call = (args?: Readonly<Record<string, unknown>>, options?: ClientCallOptions) => unknown

/** What others ask of an object to find out what it is: no action is called for that. */
const NO_ACTIONS: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  'constructor',
  'asymmetricMatch',
])

function named(caller: ActionCaller, names: Readonly<Record<string, string>>): object {
  const calls = new Map<string, Call>()
  return new Proxy(Object.freeze({}), {
    get: (_target, key) => {
      if (typeof key !== 'string' || NO_ACTIONS.has(key)) return undefined
      let call = calls.get(key)
      if (call === undefined) {
        const name = nameOf(key, names)
        call = (args, options) => caller.call(name, args, options)
        calls.set(key, call)
      }
      return call
    },
  })
}

function nameOf(key: string, names: Readonly<Record<string, string>>): string {
  return (Object.hasOwn(names, key) ? names[key] : undefined) ?? snakeCase(key)
}

/** As the types have it, character by character. */
function snakeCase(text: string): string {
  return [...text]
    .map((char) => (char === char.toLowerCase() ? char : `_${char.toLowerCase()}`))
    .join('')
}
