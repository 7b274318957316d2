import { ActionCaller } from '../client/action-caller.ts'
import type { ClientCallOptions, ClientOf } from '../client/client-types.ts'
import { Connection } from '../client/connection.ts'
import { headersKind, type Token, tokenKind, urlKind } from '../client/option-kinds.ts'
import { knownRoutes } from '../client/route-source.ts'
import type { Action } from '../contract/call/action.ts'
import type { AnyHandle } from '../contract/call/action-handle.ts'
import type { AppHandle } from '../contract/call/app-handle.ts'
import { internalsOf } from '../contract/call/app-internals.ts'
import type { Catalogue } from '../contract/call/catalogue.ts'
import { choice, flag } from '../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../contract/options/option-rows.ts'
import { readOptions } from '../contract/options/read-options.ts'
import { routeEntry } from '../describe/route-table.ts'
import type { FetchContext } from '../surfaces/http/fetch.ts'
import { Lifespan } from './lifespan.ts'

/** Options of {@link client}. */
export interface TypedClientOptions {
  /** Sent as `Authorization: Bearer …`; a function is asked anew for every call. Default none. */
  readonly token?: Token | undefined
  /** Headers of every request. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** `cli` to call all of them by name, as the CLI does. Default `api`, and by name what has no route. */
  readonly surface?: 'api' | 'cli' | undefined
  /** Where the app thinks it is. Default `http://localhost`. */
  readonly url?: string | undefined
  /** Run start-up on first use and shutdown at the end. Default true. */
  readonly lifespan?: boolean | undefined
}

type ClientValues = Values<
  TypedClientOptions,
  {
    readonly token: Token | null
    readonly headers: Headers
    readonly surface: 'api' | 'cli'
    readonly url: string
    readonly lifespan: boolean
  }
>

/** The rows of {@link TypedClientOptions}. */
export const TYPED_CLIENT: OptionGroup<TypedClientOptions, ClientValues> = {
  name: 'client()',
  prefix: 'TREFOIL_TYPED_CLIENT',
  rows: {
    token: {
      read: tokenKind,
      default: null,
      doc: 'Sent as `Authorization: Bearer …`; a function is asked for every call.',
    },
    headers: { read: headersKind, default: {}, doc: 'Headers of every request.' },
    surface: {
      read: choice(['api', 'cli']),
      default: 'api',
      doc: '`cli`: all actions are called by name.',
    },
    url: { read: urlKind, default: 'http://localhost', doc: 'Where the app thinks it is.' },
    lifespan: { read: flag, default: true, doc: 'Run start-up and shutdown hooks.' },
  },
}

const MAX_BYTES = 5 * 1024 * 1024
const TIMEOUT_MS = 10_000

/** An app as a typed client calls it. */
export interface CallableApp extends AppHandle {
  readonly catalogue: Catalogue
  readonly fetch: (request: Request, context?: FetchContext) => Promise<Response>
}

/** A client of an app in this process. */
export type TypedClient<Handles> = ClientOf<Handles> & AsyncDisposable

/**
 * Calls an app in this process, through the code that serves it, by the handles of its routes:
 *
 * ```ts
 * await using api = client(app, { getOrder })
 * const order = await orThrow(api.getOrder({ order_id: '7' }))
 * ```
 *
 * Arguments, results and failures are those of `createClient`. Start-up runs on first use, shutdown at
 * the end of the `await using` block.
 *
 * @throws TypeError when `app` is none, or a handle is not of its actions; ImproperlyConfigured for an
 * option nobody reads
 */
export function client<const Handles extends Readonly<Record<string, AnyHandle>>>(
  app: CallableApp,
  handles: Handles,
  options: TypedClientOptions = {},
): TypedClient<Handles> {
  internalsOf(app, 'client()')
  const { surface, lifespan, ...values } = readOptions(TYPED_CLIENT, options)
  const life = new Lifespan(app, lifespan)
  const connection = new Connection({
    traceparent: null,
    ...values,
    timeout: TIMEOUT_MS,
    signal: null,
    credentials: 'omit',
    fetch: (input, init) => app.fetch(new Request(input, init)),
  })
  const calls = Object.entries(handles).map(([key, handle]) => {
    const action = app.catalogue.actions.find((each) => isOf(each, handle))
    if (action === undefined) {
      throw new TypeError(`client(): the app has no action '${handle.name}' (handle ${key})`)
    }
    const route = surface === 'cli' ? null : routeEntry(action)
    const known = route === null ? null : knownRoutes(new Map([[route.name, route]]))
    return [key, callOf(life, new ActionCaller(connection, known, MAX_BYTES), action.name)] as const
  })
  const end = (): Promise<void> => life.end()
  // The functions have the types of their handles, which nothing at run time can show.
  return Object.freeze({
    ...Object.fromEntries(calls),
    [Symbol.asyncDispose]: end,
  }) as TypedClient<Handles>
}

/** Several routes may have one name, as long as it is of HTTP alone (ROUTE-14). */
function isOf({ name, method, path }: Action, handle: AnyHandle): boolean {
  return name === handle.name && method === handle.method && path === handle.path
}

function callOf(life: Lifespan, caller: ActionCaller, name: string) {
  return async (args?: Readonly<Record<string, unknown>>, options?: ClientCallOptions) => {
    await life.begin()
    return caller.call(name, args, options)
  }
}
