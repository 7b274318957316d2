import type { Awaitable } from '../../base/promise.ts'
import type { AuthRequest } from '../call/call.ts'
import type { SurfaceName } from '../call/surface-name.ts'
import type { AuthenticationError } from '../problems/problem.ts'
import type { AuthContext } from './auth-context.ts'
import { type DeclaresScheme, type SecurityScheme, UNKNOWN_SCHEME } from './security-scheme.ts'

/**
 * A credential check with three answers: an `AuthContext` (success), `null` (no credential of
 * mine), or a thrown `AuthenticationError` (present but bad). Anything else denies.
 */
export type Authenticator<Payload = unknown> = (
  request: AuthRequest,
) => Awaitable<AuthContext<Payload> | null>

/**
 * An authenticator that can also return its refusals. A throw out of a call that node made costs
 * more than reading the credential did, and a flood of bad ones is nothing but refusals.
 */
export interface ReturnsRefusals {
  readonly '~answer'?: (request: AuthRequest) => Awaitable<AuthContext | AuthenticationError | null>
}

/** Which authenticator guards which surfaces. At most one covers a surface. */
export interface AuthConfig<
  Surfaces extends readonly SurfaceName[] = readonly SurfaceName[],
  Payload = unknown,
> {
  readonly authenticate: Authenticator<Payload>
  /** Surfaces this authenticator covers; at least one. */
  readonly surfaces: Surfaces
  /**
   * Runs after success and before guards. Returns a context to use instead (to load a user,
   * drop a role…) or nothing; a throw denies.
   */
  readonly onAuthenticated?: (
    auth: AuthContext<NoInfer<Payload>>,
    request: AuthRequest,
  ) => Awaitable<AuthContext<NoInfer<Payload>> | undefined | null>
  /**
   * Where callers put their credentials, for OpenAPI, the documentation and the challenge of a 401.
   * A list means any one of them. Default: what the authenticator says of itself, else bearer.
   *
   * Protection against cross-site requests goes by it: say nothing of an authenticator that goes by
   * something else too, such as the caller's address or a client certificate.
   */
  readonly scheme?: SecurityScheme | readonly SecurityScheme[]
  /** Shown in start-up messages. */
  readonly name?: string
}

/**
 * False when neither an entry of `auth` nor its authenticator says where credentials are: it may go
 * by anything then, an address or a client certificate too.
 */
export function declaresSchemes({ scheme, authenticate }: AuthConfig): boolean {
  const { '~scheme': own } = authenticate as DeclaresScheme
  return scheme !== undefined || own !== undefined
}

/** The ways in that an entry of `auth` describes, the first being the one to show; never empty. */
export function schemesOf({ scheme, authenticate }: AuthConfig): readonly SecurityScheme[] {
  const { '~scheme': own } = authenticate as DeclaresScheme
  const declared = scheme ?? own ?? UNKNOWN_SCHEME
  return isList(declared) ? declared : [declared]
}

/** `Array.isArray` does not narrow lists that are read-only. */
function isList(
  scheme: SecurityScheme | readonly SecurityScheme[],
): scheme is readonly SecurityScheme[] {
  return Array.isArray(scheme)
}
