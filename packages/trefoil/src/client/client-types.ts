import type { ByteSize } from '../base/bytes.ts'
import type { Duration } from '../base/duration.ts'
import type {
  AnyHandle,
  ArgsOf,
  CodesOf,
  SurfacesOf,
  ValueOf,
} from '../contract/call/action-handle.ts'
import type { RouteTable } from '../contract/protocol/route-table.ts'
import type { ClientResult } from './client-problem.ts'
import type { SentCredentials, Token } from './connection.ts'

/** Options of one call. */
export interface ClientCallOptions {
  /** Gives the call up: the connection is closed. */
  readonly signal?: AbortSignal | undefined
  /** Longest time from sending to the last byte of a value. Default: the client's. */
  readonly timeout?: Duration | undefined
  /** More request headers, such as `if-match`. Not for actions called by name. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Token of an approval of exactly these arguments. */
  readonly approvalToken?: string | undefined
}

/** Calls one action. Never rejects: what went wrong is in the result. */
export type ActionCall<H extends AnyHandle> = (
  ...given: Given<ArgsOf<H>>
) => Promise<ClientResult<ValueOf<H>, CodesOf<H>>>

type Given<Args> =
  Record<never, never> extends Args
    ? [args?: Args, options?: ClientCallOptions]
    : [args: Args, options?: ClientCallOptions]

/** True for what HTTP or the action protocol can reach: not for what is a tool alone. */
type Callable<H> = H extends AnyHandle
  ? [Extract<SurfacesOf<H>, 'api' | 'cli'>] extends [never]
    ? false
    : true
  : false

/** A client: one function an action, by the names of the handles. Whatever else is among them is left out. */
export type ClientOf<Handles> = {
  readonly [Key in keyof Handles as Callable<Handles[Key]> extends true
    ? Key
    : never]: Handles[Key] extends AnyHandle ? ActionCall<Handles[Key]> : never
}

/** The same for handles whose names alone are known: a remote finds an action by its name. */
export type RemoteClientOf<Handles> = ClientOf<NamedOf<Handles>>

/** Those whose action has a name that the compiler knows. */
type NamedOf<Handles> = {
  readonly [Key in keyof Handles as Handles[Key] extends {
    readonly name: infer Name extends string
  }
    ? string extends Name
      ? never
      : Key
    : never]: Handles[Key]
}

/** `getOrder` as `get_order`. */
export type SnakeCase<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${SnakeCase<Rest>}`
    : `_${Lowercase<First>}${SnakeCase<Rest>}`
  : ''

/** Handles under another name than their action's: `getOrder` stands for `get_order`. */
type OtherNames<Handles> = {
  readonly [Key in keyof RemoteClientOf<Handles> & keyof Handles & string as NameOf<
    Handles[Key]
  > extends SnakeCase<Key>
    ? never
    : Key]: NameOf<Handles[Key]>
}

type NameOf<H> = H extends { readonly name: infer Name } ? Name : never

/** Options of {@link createClient}. */
export interface ClientOptions {
  /**
   * Sent as `Authorization: Bearer …`, to this address only. A function is asked anew for every call;
   * when it rejects, nothing is sent. One client a caller. Default none.
   */
  readonly token?: Token | undefined
  /** Headers of every request. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * How actions are called: `api` for the HTTP API, and by name what has no route; `cli` for all of
   * them by name, as the CLI does: those callers count as agents. Default `api`.
   */
  readonly surface?: 'api' | 'cli' | undefined
  /** Longest time from sending to the last byte of a value. Default `10s`. */
  readonly timeout?: Duration | undefined
  /** Largest value, and largest route table. Default `5mb`. */
  readonly maxResponseSize?: ByteSize | undefined
  /** Whether a browser sends its cookies along, as in `fetch`. Default `omit`. */
  readonly credentials?: SentCredentials | undefined
  /** The route table, where the app shows none. Default: asked for once, with the first call. */
  readonly routes?: RouteTable | undefined
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
}

/**
 * The options, with `names` where a handle is called otherwise than its action: `getOrder` is taken to
 * stand for `get_order`. Demanded for those, and for no other.
 */
export type ClientSetting<Handles> = keyof OtherNames<Handles> extends never
  ? [options?: ClientOptions & { readonly names?: Readonly<Record<never, never>> }]
  : [options: ClientOptions & { readonly names: OtherNames<Handles> }]
