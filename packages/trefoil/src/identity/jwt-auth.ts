import { AuthContext, type Identity } from '../contract/auth/auth-context.ts'
import type { Authenticator } from '../contract/auth/authenticator.ts'
import { type CredentialRefusal, refusal } from '../contract/auth/refusal.ts'
import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import type { AuthRequest } from '../contract/call/call.ts'
import { AuthenticationError } from '../contract/problems/problem.ts'
import { identityFromClaims } from './claims.ts'
import { checkClaims, EXPIRED } from './jwt/claim-check.ts'
import { readPart, splitToken, type Verifier } from './jwt/compact-token.ts'
import { JwtHeaders } from './jwt/header-check.ts'
import { hs256Verifier } from './jwt/hs256.ts'
import { type JwtAuthOptions, readJwtOptions } from './jwt/jwt-options.ts'
import { RefusedTokens } from './jwt/refused-tokens.ts'
import { TokenCache } from './jwt/token-cache.ts'
import { risksOfSecrets } from './secret-weakness.ts'

const MAX_TOKEN_LENGTH = 16_384
const MALFORMED = refusal('malformed', { text: 'Malformed JWT token' })
const WRONG_ALGORITHM = refusal('wrong_algorithm', {
  text: 'Unsupported JWT algorithm. Only HS256 is accepted.',
})
const BAD_SIGNATURE = refusal('bad_signature', { text: 'Invalid JWT signature' })
const JWT_SCHEME: SecurityScheme = Object.freeze({
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
})

type Verdict = AuthContext<undefined> | CredentialRefusal

/**
 * Authenticates `Authorization: Bearer <JWT>`, HS256. `exp` is required; a token is expired from
 * the second `exp` names on. Roles come from `roles`, scopes from `scope`, `scopes` and
 * `scp`.
 *
 * @throws ImproperlyConfigured for short keys, an empty issuer or audience, a bad tolerance
 */
export function jwtAuth(options: JwtAuthOptions): Authenticator<undefined> {
  const rules = readJwtOptions(options)
  // The keys decide which algorithm verifies, the header only whether it is that one: a token that
  // could choose would have a public key taken for a secret. Verifiers of more algorithms go here,
  // over `compactVerify` of jose, and answer later; what follows them is the same for all.
  const verifiers: ReadonlyMap<unknown, Verifier> = new Map([
    ['HS256', hs256Verifier(rules.secrets)],
  ])
  const headers = new JwtHeaders()
  const cache = new TokenCache<undefined>(rules.cacheSize)
  const refusedTokens = new RefusedTokens(rules.cacheSize)

  return Object.freeze({
    name: 'jwtAuth',
    scheme: JWT_SCHEME,
    risks: risksOfSecrets('jwtAuth keys', rules.secrets),
    authenticate(request: AuthRequest): Verdict | null {
      const token = request.bearer
      if (token === null) return null
      const now = rules.clock.now() / 1000
      return cache.get(token, Math.floor(now)) ?? verify(token, now)
    },
  })

  /** In the order of P-JWT-3: nothing a stranger wrote is used before the check in front of it. */
  function verify(token: string, now: number): Verdict {
    if (token.length > MAX_TOKEN_LENGTH) return MALFORMED
    const before = refusedTokens.get(token, now - rules.tolerance)
    if (before !== null) return before
    const parts = splitToken(token)
    const header = parts === null ? null : headers.read(parts.header)
    if (parts === null || header === null) return remember(token, MALFORMED, null)
    const verifier = verifiers.get(header.alg)
    if (verifier === undefined) return remember(token, WRONG_ALGORITHM, null)
    if (!verifier(parts)) return remember(token, BAD_SIGNATURE, null)
    headers.keep(parts.header, header)
    const claims = header.plain ? readPart(parts.payload) : null
    if (claims === null) return MALFORMED
    const fault = checkClaims(claims, rules, now)
    if (fault === EXPIRED) return remember(token, EXPIRED, claims['exp'] as number)
    return fault ?? accept(token, claims)
  }

  function remember(
    token: string,
    refused: CredentialRefusal,
    since: number | null,
  ): CredentialRefusal {
    refusedTokens.add(token, refused, since)
    return refused
  }

  function accept(token: string, claims: Readonly<Record<string, unknown>>): Verdict {
    let identity: Identity
    try {
      identity = identityFromClaims(claims)
    } catch (error) {
      if (error instanceof AuthenticationError) {
        return refusal(error.refusal, { text: error.reason })
      }
      throw error
    }
    const context = new AuthContext<undefined>({ ...identity, payload: undefined })
    cache.set(token, context)
    return context
  }
}
