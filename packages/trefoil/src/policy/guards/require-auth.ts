import { AuthContext } from '../../contract/auth/auth-context.ts'
import { ALLOWED, Denial } from '../../contract/auth/guard-decision.ts'
import type { Guard } from '../../contract/call/call.ts'

const NOBODY = new Denial(
  'Authentication required — no client identity found on the request',
  undefined,
  false,
)

/** Passes for any authenticated caller. */
export function requireAuth(): Guard {
  return REQUIRE_AUTH
}

const REQUIRE_AUTH: Guard = Object.freeze({
  name: 'RequireAuth',
  needsInput: false,
  // The engine asks no guard about a stranger; somebody else may.
  decide: (auth: unknown) => (AuthContext.is(auth) ? ALLOWED : NOBODY),
})
