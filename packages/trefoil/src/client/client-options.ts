import { callable, choice, duration, record, size } from '../contract/options/kinds.ts'
import type { OptionKind } from '../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../contract/options/option-rows.ts'
import type { ClientOptions } from './client-types.ts'
import type { SentCredentials } from './connection.ts'
import { headersKind, type Token, tokenKind } from './option-kinds.ts'
import { type Routes, readRouteTable } from './route-table.ts'
import { type TraceOption, traceKind } from './sent-trace.ts'

/** {@link ClientOptions} with `names`, whose members only the handles can tell. */
export interface AnyClientOptions extends ClientOptions {
  readonly names?: Readonly<Record<string, string>> | undefined
}

/** {@link AnyClientOptions} after reading: milliseconds and bytes. */
export type ClientValues = Values<
  AnyClientOptions,
  {
    readonly token: Token | null
    readonly headers: Headers
    readonly traceparent: TraceOption | null
    readonly surface: 'api' | 'cli'
    readonly timeout: number
    readonly maxResponseSize: number
    readonly credentials: SentCredentials
    readonly routes: Routes | null
    readonly names: Readonly<Record<string, string>>
    readonly fetch: typeof fetch | null
  }
>

const routesKind: OptionKind<Routes> = {
  words: 'object',
  read(value) {
    const routes = readRouteTable(value)
    return routes.ok ? routes : { mistake: `cannot be used: ${routes.error}` }
  },
}

/** The rows of {@link AnyClientOptions}. */
export const CLIENT: OptionGroup<AnyClientOptions, ClientValues> = {
  name: 'createClient()',
  prefix: 'TREFOIL_CLIENT',
  rows: {
    token: {
      read: tokenKind,
      default: null,
      doc: 'Sent as `Authorization: Bearer …`, to this address only; a function is asked for every call.',
    },
    headers: { read: headersKind, default: {}, doc: 'Headers of every request.' },
    traceparent: {
      read: traceKind,
      default: null,
      doc: 'The trace that the calls belong to, see [tracing](tracing.md#calls-of-your-own); a function is asked for every request.',
    },
    surface: {
      read: choice(['api', 'cli']),
      default: 'api',
      doc: '`api`: over HTTP, and by name what has no route. `cli`: all of them by name.',
    },
    timeout: {
      read: duration,
      default: '10s',
      doc: 'Longest time from sending to the last byte of a value.',
    },
    maxResponseSize: {
      read: size,
      default: '5mb',
      doc: 'Largest value, and largest route table; exactly the limit passes.',
    },
    credentials: {
      read: choice(['omit', 'same-origin', 'include']),
      default: 'omit',
      doc: 'Whether a browser sends its cookies, as in `fetch`.',
    },
    routes: {
      read: routesKind,
      default: null,
      shown: 'asked for once',
      doc: 'The route table, where the app shows none.',
    },
    names: {
      read: record<string>("{ fetchOne: 'get_order' }", (_key, name) =>
        typeof name === 'string' && name !== '' ? null : 'must be the name of an action',
      ),
      default: {},
      shown: 'none',
      doc: 'Names of actions whose handle is called otherwise.',
    },
    fetch: {
      read: callable<typeof fetch>(),
      default: null,
      shown: 'the global one',
      doc: 'What sends the requests.',
    },
  },
}
