import { callable, choice, duration, kind, record, size, text } from '../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../contract/options/option-rows.ts'
import type { ClientCallOptions, ClientOptions } from './client-types.ts'
import type { Token } from './connection.ts'
import { abortSignal, sentHeaders, token } from './connection-kinds.ts'

/** The options of {@link createClient} with the names that its types demand where handles need them. */
export interface NamedClientOptions extends ClientOptions {
  readonly names?: Readonly<Record<string, string>> | undefined
}

/** {@link NamedClientOptions} after reading: milliseconds and bytes. */
export type ClientValues = Values<
  NamedClientOptions,
  {
    readonly token: Token | null
    readonly headers: Headers
    readonly timeout: number
    readonly maxResponseSize: number
    /** As it was given: `readRouteTable` looks at it. */
    readonly routes: unknown
    readonly fetch: typeof fetch | null
  }
>

/** The rows of {@link ClientOptions}. */
export const CLIENT: OptionGroup<NamedClientOptions, ClientValues> = {
  name: 'createClient()',
  prefix: 'TREFOIL_CLIENT',
  rows: {
    token: {
      read: token,
      default: null,
      doc: 'Sent as `Authorization: Bearer …`, to this address only; a function is asked anew for every call.',
    },
    headers: { read: sentHeaders, default: {}, shown: 'none', doc: 'Headers of every request.' },
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
      doc: 'Largest value, and largest route table.',
    },
    credentials: {
      read: choice(['omit', 'same-origin', 'include']),
      default: 'omit',
      doc: 'Whether a browser sends its cookies along, as in `fetch`.',
    },
    routes: {
      read: kind('a route table', (value): value is unknown => value !== null),
      default: null,
      shown: 'asked for once',
      doc: 'The route table, where the app shows none.',
    },
    names: {
      read: record<string>("{ getOrder: 'get_order' }", (_, value) =>
        typeof value === 'string' && value !== '' ? null : 'must be the name of an action',
      ),
      default: {},
      shown: 'none',
      doc: 'Names of actions whose handle is called otherwise; demanded where it is needed.',
    },
    fetch: {
      read: callable<typeof fetch>(),
      default: null,
      shown: 'the global one',
      doc: 'How requests are sent.',
    },
  },
}

/** {@link ClientCallOptions} after reading. */
export type ClientCallValues = Values<
  ClientCallOptions,
  {
    readonly signal: AbortSignal | null
    readonly timeout: number | null
    readonly headers: Headers
    readonly approvalToken: string | null
  }
>

/** The rows of {@link ClientCallOptions}. */
export const CLIENT_CALL: OptionGroup<ClientCallOptions, ClientCallValues> = {
  name: 'options of the call',
  prefix: 'TREFOIL_CLIENT_CALL',
  rows: {
    signal: {
      read: abortSignal,
      default: null,
      doc: 'Gives the call up: the connection is closed.',
    },
    timeout: {
      read: duration,
      default: null,
      shown: "the client's",
      doc: 'Longest time from sending to the last byte of a value.',
    },
    headers: {
      read: sentHeaders,
      default: {},
      shown: 'none',
      doc: 'More request headers, such as `if-match`. Not for actions called by name.',
    },
    approvalToken: {
      read: text,
      default: null,
      doc: 'Token of an approval of exactly these arguments.',
    },
  },
}
