import type { Awaitable } from '../base/promise.ts'
import type { AuthContext } from './auth-context.ts'
import type { AuthRequest } from './call.ts'
import type { SurfaceName } from './surface-name.ts'

/**
 * A credential check with three answers: an `AuthContext` (success), `null` (no credential of
 * mine), or a thrown `AuthenticationError` (present but bad). Anything else denies.
 */
export type Authenticator<Payload = unknown> = (
  request: AuthRequest,
) => Awaitable<AuthContext<Payload> | null>

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
  /** Shown in start-up messages. */
  readonly name?: string
}
