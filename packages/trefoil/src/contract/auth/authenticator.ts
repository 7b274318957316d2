import type { Awaitable } from '../../base/promise.ts'
import type { AuthRequest } from '../call/call.ts'
import type { SurfaceName } from '../call/surface-name.ts'
import type { ProductionRisk } from '../options/production-risk.ts'
import type { AuthContext } from './auth-context.ts'
import type { PrincipalKind } from './principal-kind.ts'
import type { CredentialRefusal } from './refusal.ts'
import type { SecurityScheme } from './security-scheme.ts'

/**
 * The three answers to a credential: an `AuthContext` (known), a {@link refusal} (present but bad), or
 * `null` (none of mine). Anything else denies, and is logged as a mistake.
 */
export type AuthAnswer<Payload = unknown> = AuthContext<Payload> | CredentialRefusal | null

/**
 * A credential check as a function: shorthand for an {@link Authenticator} that says nothing of
 * itself. It takes exactly one parameter.
 */
export type Authenticate<Payload = unknown> = (
  request: AuthRequest,
) => Awaitable<AuthAnswer<Payload>>

/** Checks credentials, and says of itself what others have to know. */
export interface Authenticator<Payload = unknown> {
  /** Shown in messages and in the log; not empty. */
  readonly name: string
  /**
   * Where callers put their credentials, for OpenAPI, the documentation and the challenge of a 401; a
   * list means any one of them. Default: nothing is known, and bearer tokens are assumed.
   */
  readonly scheme?: SecurityScheme | readonly SecurityScheme[] | undefined
  /**
   * True when it may go by something that no scheme describes, such as the caller's address or a client
   * certificate: calls of other sites are then refused whatever they show. Default: true without a
   * `scheme`, false with one.
   */
  readonly ambient?: boolean | undefined
  /**
   * Kinds of callers that it can tell; an answer of another kind is a failure. Default: any, and start-up
   * cannot say who will be asked for approvals.
   */
  readonly kinds?: readonly PrincipalKind[] | undefined
  /**
   * Audiences out of which its tokens have to name one. Where `mcp.authorization` says for whom they have to be,
   * start-up holds it to them. Default: nothing is known.
   */
  readonly audiences?: readonly string[] | undefined
  /**
   * What a caller is told who brings no credential, in the challenge of the 401; only where it stands
   * alone. Default: nothing but where credentials go.
   */
  readonly missing?: string | undefined
  /** What makes it unfit for production. Default: nothing. */
  readonly risks?: readonly ProductionRisk[] | undefined
  /**
   * Runs at most once per call, before anything is validated. A problem it throws is what the caller
   * is answered with; anything else it throws is a failure of the service (503) and not of the
   * credential.
   */
  authenticate(request: AuthRequest): Awaitable<AuthAnswer<Payload>>
  /**
   * Whether the request brings a credential of the form that this one takes, good or bad. Asked by
   * `firstOf` alone, where another one takes the same header: `false` leaves the credential to that one.
   * It looks at the form and checks nothing. Default: it takes all that is sent where its scheme says.
   */
  recognizes?(request: AuthRequest): boolean
  /**
   * Asked about a call that goes on, an open stream above all, more than twice a second: whether what it
   * was let in by still holds. A context says that it does, and changes nothing else; a {@link refusal},
   * `null` and whatever is no answer end the call: its signal aborts, its stream is cut off, and nothing
   * that it returns is sent. What it throws says nothing of the credential; after half a minute of it the
   * call is ended too. It reads anew what may have changed, and is no use of the credential. Default: the
   * answer holds as long as the call. None holds longer than its `expiresAt`.
   *
   * @param auth what `authenticate` said of the caller, without what `onAuthenticated` made of it
   */
  recheck?(request: AuthRequest, auth: AuthContext<Payload>): Awaitable<AuthAnswer<Payload>>
  /**
   * Makes ready what the first caller would wait for, such as keys that have to be fetched. Runs when the
   * app starts, after its parts and before its hooks, for ten seconds at most; once for each entry of
   * `auth` that it stands in. `ImproperlyConfigured` stops the start; anything else it throws, and time
   * that runs out, is a warning in the log, since it may pass by itself.
   */
  start?(): Awaitable<void>
  /** Undoes `start` when the app stops, after its shutdown hooks. */
  stop?(): Awaitable<void>
}

/** Which authenticator guards which surfaces. At most one covers a surface. */
export interface AuthConfig<
  Surfaces extends readonly SurfaceName[] = readonly SurfaceName[],
  Payload = unknown,
> {
  readonly authenticate: Authenticator<Payload> | Authenticate<Payload>
  /** Surfaces this authenticator covers; at least one. */
  readonly surfaces: Surfaces
  /**
   * Runs after success and before guards. Returns a context to use instead (to load a user,
   * drop a role…) or nothing. A problem it throws is what the caller is answered with; anything
   * else it throws is a failure of the service (503). Neither lets the call pass. A context that allows
   * more than the first is a failure too, unless {@link AuthConfig.widens} is true.
   */
  readonly onAuthenticated?: (
    auth: AuthContext<NoInfer<Payload>>,
    request: AuthRequest,
  ) => Awaitable<AuthContext<NoInfer<Payload>> | undefined | null>
  /**
   * `onAuthenticated` may give rights that the credential does not: roles out of a database, a tenant, a
   * kind. Default false: it may only take some.
   */
  readonly widens?: boolean
  /**
   * Where callers put their credentials, instead of what the authenticator says of itself.
   *
   * Protection against cross-site requests goes by it: say nothing of an authenticator that goes by
   * something else too, such as the caller's address or a client certificate.
   */
  readonly scheme?: SecurityScheme | readonly SecurityScheme[]
  /** Shown in start-up messages and in the log. Default: the authenticator's. */
  readonly name?: string
}

/** An entry of `auth` as calls go by it: each member was read once, when the app started. */
export interface AuthEntry {
  /** Shown in messages and in the log. */
  readonly name: string
  readonly surfaces: readonly SurfaceName[]
  /** The ways in, the first being the one to show; never empty. */
  readonly schemes: readonly SecurityScheme[]
  /** True when it may go by something that `schemes` does not describe. */
  readonly ambient: boolean
  /** `null`: any. */
  readonly kinds: ReadonlySet<PrincipalKind> | null
  /** Told to callers without a credential; `null` for nothing. */
  readonly missing: string | null
  /** Those of its tokens; `null` where nothing is known. */
  readonly audiences: readonly string[] | null
  /** What was given: two entries may be of one authenticator. */
  readonly given: unknown
  readonly risks: readonly ProductionRisk[]
  /** What it answers is not to be trusted: JavaScript may return anything. */
  readonly authenticate: (request: AuthRequest) => unknown
  readonly onAuthenticated: ((auth: AuthContext, request: AuthRequest) => unknown) | null
  readonly widens: boolean
  /** `null`: what it answered holds until its `expiresAt`. */
  readonly recheck: ((request: AuthRequest, auth: AuthContext) => unknown) | null
  readonly start: (() => unknown) | null
  readonly stop: (() => unknown) | null
}
