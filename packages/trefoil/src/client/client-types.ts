import type { ByteSize } from '../base/bytes.ts'
import type { Duration } from '../base/duration.ts'
import type { AnswerOf, Declared } from '../contract/call/action-handle.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import type { CallerArgs } from '../contract/params/caller-args.ts'
import type { RouteTable } from '../contract/protocol/route-table.ts'
import type { ClientResult } from './client-problem.ts'
import type { SentCredentials } from './connection.ts'
import type { Token } from './option-kinds.ts'
import type { TraceOption } from './sent-trace.ts'

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
  /**
   * Answers to what the call before asked (a problem `input_required`), by the keys of `details.questions`; together with
   * `requestState`, and beside the same arguments. `content` holds the fields of a form.
   */
  readonly answers?:
    | Readonly<
        Record<
          string,
          {
            readonly action: 'accept' | 'decline' | 'cancel'
            readonly content?: Readonly<Record<string, unknown>> | undefined
          }
        >
      >
    | undefined
  /** `details.request_state` of that problem, as it came. */
  readonly requestState?: string | undefined
}

/** Calls one action. Expected failures are in the result; it rejects for options nobody reads. */
export type ActionCall<H> = H extends {
  readonly '~types'?: Declared<infer Path, infer P, infer R, SurfaceName, infer Codes>
}
  ? (...given: Given<CallerArgs<Path, P>>) => Promise<ClientResult<AnswerOf<R>, Codes & string>>
  : never

type Given<Args> =
  Record<never, never> extends Args
    ? [args?: Args, options?: ClientCallOptions]
    : [args: Args, options?: ClientCallOptions]

/**
 * A client: one function an action, by the names of the handles. What is a tool alone is left out, and
 * whatever else is among them.
 */
export type ClientOf<Handles> = {
  readonly [Key in keyof Handles as Handles[Key] extends OnSurfaces<infer Surfaces>
    ? IfCallable<Surfaces, Key>
    : never]: ActionCall<Handles[Key]>
}

/** The same for handles whose types alone are known: a remote finds an action by its name. */
export type RemoteClientOf<Handles> = {
  readonly [Key in keyof Handles as Handles[Key] extends OnSurfaces<infer Surfaces, infer Name>
    ? string extends Name
      ? never
      : IfCallable<Surfaces, Key>
    : never]: ActionCall<Handles[Key]>
}

/** The little of a handle that says whether it is one; these types are made for every handle there is. */
interface OnSurfaces<Surfaces, Name = unknown> {
  readonly name: Name
  readonly method: unknown
  readonly '~types'?: { readonly surfaces: Surfaces }
}

/** `Key` for what HTTP or the action protocol can reach. */
type IfCallable<Surfaces, Key> = [Surfaces] extends ['mcp'] ? never : Key

/** `get_order` as `getOrder`; only what leads back to the same name. */
type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? Capitalize<Tail> extends Tail
    ? `${Head}_${CamelCase<Tail>}`
    : `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

/** Handles under another name than their action's: `getOrder` stands for `get_order`. */
type OtherNames<Handles> = {
  readonly [Key in keyof Handles as Handles[Key] extends OnSurfaces<
    infer Surfaces,
    infer Name extends string
  >
    ? Key extends Name | CamelCase<Name>
      ? Name extends Lowercase<Name>
        ? never
        : OtherName<Surfaces, Name, Key>
      : OtherName<Surfaces, Name, Key>
    : never]: Handles[Key] extends { readonly name: infer Name } ? Name : never
}

type OtherName<Surfaces, Name, Key> = string extends Name ? never : IfCallable<Surfaces, Key>

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
   * The trace that the calls belong to (W3C Trace Context): a `traceparent`, `call.trace`, or a function
   * that gives one, asked for every request. Default none.
   */
  readonly traceparent?: TraceOption | undefined
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
