import { AuthContext } from '../../contract/auth/auth-context.ts'
import { ALLOWED, Denial } from '../../contract/auth/guard-decision.ts'
import type { Guard } from '../../contract/call/call.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

const NOBODY = new Denial(
  'Authentication required — no client identity found on the request',
  undefined,
  false,
)

/** Passes for any authenticated caller. @throws ImproperlyConfigured for arguments, of which it has none */
export function requireAuth(): Guard {
  // Scopes or roles given here would be thought to be required.
  // biome-ignore lint/complexity/noArguments: it has no parameters by type, and JavaScript callers have no types
  if (arguments.length > 0) {
    throw new ImproperlyConfigured(
      "requireAuth() takes nothing: use hasRole('admin') or hasScope('orders:read')",
    )
  }
  return REQUIRE_AUTH
}

const REQUIRE_AUTH: Guard = Object.freeze({
  name: 'RequireAuth',
  needsInput: false,
  // The engine asks no guard about a stranger; somebody else may.
  decide: (auth: unknown) => (AuthContext.is(auth) ? ALLOWED : NOBODY),
})
