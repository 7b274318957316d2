import type { AuthContext } from './auth-context.ts'

/** Held weakly, so that it costs nothing once the call is over. Nobody but who verified a token puts one in. */
const TOKENS = new WeakSet<AuthContext>()

/** Notes that somebody was let in by a token that another one issued: it has to be for us. */
export function ofToken<Payload>(auth: AuthContext<Payload>): AuthContext<Payload> {
  TOKENS.add(auth as AuthContext)
  return auth
}

/** True for who was let in by such a token, whatever it says and wherever it was sent. */
export function isOfToken(auth: AuthContext): boolean {
  return TOKENS.has(auth)
}
