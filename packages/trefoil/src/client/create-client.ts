import { isRecord } from '../base/plain/is-record.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { readSize } from '../contract/options/read-size.ts'
import { ActionCaller } from './action-caller.ts'
import type {
  ClientCallOptions,
  ClientOptions,
  ClientSetting,
  RemoteClientOf,
} from './client-types.ts'
import { Connection } from './connection.ts'
import { askedRoutes, knownRoutes, type RouteSource } from './route-source.ts'
import { readRouteTable } from './route-table.ts'

const OPTIONS: OptionNames<ClientOptions & { readonly names?: object }> = {
  token: true,
  headers: true,
  surface: true,
  timeout: true,
  maxResponseSize: true,
  credentials: true,
  routes: true,
  fetch: true,
  names: true,
}

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
 * @throws TypeError when the address, the token, a header, a limit or the table is malformed;
 * ImproperlyConfigured for an option nobody reads
 */
export function createClient<Handles>(
  url: string,
  ...given: ClientSetting<Handles>
): RemoteClientOf<Handles> {
  const options: ClientOptions & { readonly names?: object } = given[0] ?? {}
  checkOptionNames('createClient()', options, OPTIONS)
  const { maxResponseSize, names = {}, routes, surface = 'api', ...rest } = options
  if (surface !== 'api' && surface !== 'cli') {
    throw new TypeError("createClient(): surface must be 'api' or 'cli'")
  }
  const where = 'createClient()'
  const maxBytes = readSize(`${where}: maxResponseSize`, maxResponseSize ?? '5mb')
  const connection = new Connection(where, { ...rest, url })
  const source = surface === 'cli' ? null : sourceOf(routes, connection, maxBytes)
  const caller = new ActionCaller(connection, source, maxBytes)
  // Which names there are the types know, and the app.
  return named(caller, names) as RemoteClientOf<Handles>
}

function sourceOf(given: unknown, connection: Connection, maxBytes: number): RouteSource {
  if (given === undefined) return askedRoutes(connection, maxBytes)
  const routes = readRouteTable(given)
  if (!routes.ok) throw new TypeError(`createClient(): routes cannot be used: ${routes.error}`)
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

function named(caller: ActionCaller, names: object): object {
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

function nameOf(key: string, names: object): string {
  const own: unknown =
    isRecord(names) && Object.hasOwn(names, key) ? Reflect.get(names, key) : undefined
  return typeof own === 'string' ? own : snakeCase(key)
}

/** As the types have it, character by character. */
function snakeCase(text: string): string {
  return [...text]
    .map((char) => (char === char.toLowerCase() ? char : `_${char.toLowerCase()}`))
    .join('')
}
