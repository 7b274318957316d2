import { readOptions } from '../contract/options/read-options.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { ActionCaller } from './action-caller.ts'
import { CLIENT } from './client-options.ts'
import type { ClientCallOptions, ClientSetting, RemoteClientOf } from './client-types.ts'
import { Connection } from './connection.ts'
import { remoteUrl } from './connection-kinds.ts'
import { askedRoutes, knownRoutes, type RouteSource } from './route-source.ts'
import { readRouteTable } from './route-table.ts'

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
 * @throws ImproperlyConfigured naming the option that is unknown or malformed; never says what it is
 */
export function createClient<Handles>(
  url: string,
  ...given: ClientSetting<Handles>
): RemoteClientOf<Handles> {
  const { maxResponseSize, names, routes, surface, ...rest } = readOptions(CLIENT, given[0])
  const address = remoteUrl.read(url, 'url')
  if ('mistake' in address) {
    throw new ImproperlyConfigured(`createClient(): the address ${address.mistake}`)
  }
  const connection = new Connection({ ...rest, url: address.value, signal: null })
  const source = surface === 'cli' ? null : sourceOf(routes, connection, maxResponseSize)
  const caller = new ActionCaller(connection, source, maxResponseSize)
  // Which names there are the types know, and the app.
  return named(caller, names) as RemoteClientOf<Handles>
}

function sourceOf(given: unknown, connection: Connection, maxBytes: number): RouteSource {
  if (given === null) return askedRoutes(connection, maxBytes)
  const routes = readRouteTable(given)
  if (!routes.ok) {
    throw new ImproperlyConfigured(`createClient(): routes cannot be used: ${routes.error}`)
  }
  return knownRoutes(routes.value)
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
