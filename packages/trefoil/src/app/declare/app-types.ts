import type { Awaitable } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { AuthConfig, Authenticate, Authenticator } from '../../contract/auth/authenticator.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'

/** The types an app carries: which surfaces it covers, whom it knows, what it remembers. */
export interface AppTypes {
  readonly covered: SurfaceName
  readonly payload: unknown
  readonly state: unknown
  readonly callState: unknown
}

/**
 * The types of some app, whichever. The compiler takes every app for one of these; what handlers see
 * of it is `unknown`, and that there is a caller is not promised (`CallAuth`).
 */
// biome-ignore lint/suspicious/noExplicitAny: nothing else is at once above and below every app
export type AnyTypes = any

/**
 * Any authenticator with its surfaces. `onAuthenticated` is a method here because its parameter is
 * the context of its own authenticator, narrower than any context.
 */
export interface AnyAuthConfig extends Omit<AuthConfig, 'onAuthenticated'> {
  onAuthenticated?(
    auth: AuthContext,
    request: AuthRequest,
  ): Awaitable<AuthContext | undefined | null>
}

/** What an app knows from its options. */
export interface TypesOf<
  Auth extends readonly AnyAuthConfig[],
  State,
  CallState,
  Parts = readonly [],
> extends AppTypes {
  readonly covered: Covered<Auth> | PartsCovered<Parts>
  readonly payload: OwnPayload<Auth, Parts> | PartsPayload<Parts>
  readonly state: State
  readonly callState: CallState
}

/**
 * Surfaces that an authenticator covers for certain. A list whose length or members the type
 * leaves open covers nothing: otherwise `call.auth` would be promised where it can be `null`.
 */
type Covered<Auth extends readonly AnyAuthConfig[]> = {
  [Surface in SurfaceName]: false extends CoveredBy<Surface, Auth> ? never : Surface
}[SurfaceName]

/** `boolean` when Auth is a union of lists and they differ. */
type CoveredBy<Surface, Auth extends readonly AnyAuthConfig[]> = Auth extends readonly [
  infer First extends AnyAuthConfig,
  ...infer Rest extends readonly AnyAuthConfig[],
]
  ? false extends Lists<Surface, First['surfaces']>
    ? CoveredBy<Surface, Rest>
    : true
  : false

type Lists<Surface, List extends readonly SurfaceName[]> = List extends readonly [
  infer First,
  ...infer Rest extends readonly SurfaceName[],
]
  ? [First] extends [Surface]
    ? true
    : Lists<Surface, Rest>
  : false

type PayloadOf<Config> = Config extends {
  readonly authenticate: Authenticator<infer Payload> | Authenticate<infer Payload>
}
  ? Config extends { readonly onAuthenticated: (...args: never[]) => infer Answer }
    ? Replaced<Awaited<Answer>, Payload>
    : Payload
  : never

/** `onAuthenticated` answers with the context to use instead, or with nothing to keep the old. */
type Replaced<Answer, Payload> = Answer extends AuthContext<infer Loaded> ? Loaded : Payload

/** Refuses an `onAuthenticated` that expects another payload than its authenticator gives. */
export type OwnPayloads<Auth extends readonly unknown[]> = {
  readonly [Index in keyof Auth]: Auth[Index] extends {
    readonly authenticate: Authenticator<infer Payload> | Authenticate<infer Payload>
    onAuthenticated(auth: infer Expected, ...rest: never[]): unknown
  }
    ? AuthContext<Payload> extends Expected
      ? unknown
      : { readonly onAuthenticated: never }
    : unknown
}

/**
 * Of an app without `auth` the compiler takes the list for one of any length, whose payload is anything;
 * where parts say who is calling that would hide theirs.
 */
type OwnPayload<Auth extends readonly AnyAuthConfig[], Parts> = [PartsCovered<Parts>] extends [
  never,
]
  ? PayloadOf<Auth[number]>
  : Same<Auth, readonly AnyAuthConfig[]> extends true
    ? never
    : PayloadOf<Auth[number]>

type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false

/** What the authenticators of parts add to the types of an app. Of a list of unknown length: nothing. */
type PartsCovered<Parts> = Parts extends readonly [infer First, ...infer Rest]
  ? Covered<AuthOf<First>> | PartsCovered<Rest>
  : never

type PartsPayload<Parts> = Parts extends readonly [infer First, ...infer Rest]
  ? PayloadOf<AuthOf<First>[number]> | PartsPayload<Rest>
  : never

type AuthOf<One> = One extends { readonly authenticator: infer Auth }
  ? Auth extends readonly AnyAuthConfig[]
    ? Auth
    : Auth extends AnyAuthConfig
      ? readonly [Auth]
      : readonly []
  : readonly []
