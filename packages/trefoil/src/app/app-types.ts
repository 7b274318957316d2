import type { AuthContext } from '../contract/auth-context.ts'
import type { AuthConfig, Authenticator } from '../contract/authenticator.ts'
import type { SurfaceName } from '../contract/surface-name.ts'

/** The types an app carries: which surfaces it covers, whom it knows, what it remembers. */
export interface AppTypes {
  readonly covered: SurfaceName
  readonly payload: unknown
  readonly state: unknown
  readonly callState: unknown
}

/** What an app knows from its options. */
export interface TypesOf<Auth extends readonly AuthConfig[], State, CallState> extends AppTypes {
  readonly covered: Covered<Auth>
  readonly payload: PayloadOf<Auth[number]>
  readonly state: State
  readonly callState: CallState
}

/**
 * Surfaces that an authenticator covers for certain. A list whose length or members the type
 * leaves open covers nothing: otherwise `call.auth` would be promised where it can be `null`.
 */
type Covered<Auth extends readonly AuthConfig[]> = {
  [Surface in SurfaceName]: false extends CoveredBy<Surface, Auth> ? never : Surface
}[SurfaceName]

/** `boolean` when Auth is a union of lists and they differ. */
type CoveredBy<Surface, Auth extends readonly AuthConfig[]> = Auth extends readonly [
  infer First extends AuthConfig,
  ...infer Rest extends readonly AuthConfig[],
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
  readonly authenticate: Authenticator<infer Payload>
}
  ? Config extends { readonly onAuthenticated: (...args: never[]) => infer Answer }
    ? Replaced<Awaited<Answer>, Payload>
    : Payload
  : never

/** `onAuthenticated` answers with the context to use instead, or with nothing to keep the old. */
type Replaced<Answer, Payload> = Answer extends AuthContext<infer Loaded> ? Loaded : Payload
