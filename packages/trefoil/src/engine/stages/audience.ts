import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { SecurityScheme } from '../../contract/auth/security-scheme.ts'
import { isOfToken } from '../../contract/auth/token-contexts.ts'
import type { AuthRequest } from '../../contract/call/call.ts'

/**
 * What names no audience is let in as a key, a password or a certificate alone, where the authenticator says that it takes
 * such. A token is told by what it says, by who verified it, and by how it was sent: in a header of its own, or bound to
 * a key, it is one all the same.
 */
export function isFor(
  auth: AuthContext,
  request: AuthRequest,
  wanted: string,
  takesKeys: boolean,
): boolean {
  const { audience, issuer } = auth
  if (audience === undefined) {
    if (!takesKeys || issuer !== undefined || isOfToken(auth)) return false
    return !TOKEN.test(request.headers.get('authorization') ?? '')
  }
  if (typeof audience === 'string') return audience === wanted
  // Of what an authenticator hands over as a list nothing is called: it might say yes to everything.
  return Array.isArray(audience) && [...audience].some((one) => one === wanted)
}

/** An authenticator that says nothing of itself is taken for one of bearer tokens. */
export function isOfKeys(scheme: SecurityScheme): boolean {
  if (scheme.type === 'apiKey' || scheme.type === 'mutualTLS') return true
  return scheme.type === 'http' && scheme.scheme === 'basic'
}

const TOKEN = /^\s*(?:bearer|dpop)(?:\s|$)/i
