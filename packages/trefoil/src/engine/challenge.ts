import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import { quoted } from '../web/bearer.ts'

/** What a 401 knows about the credential it refuses. */
export interface ChallengeFacts {
  /** Name of the app: the protection space that Basic has to name (RFC 7617 §2). */
  readonly realm: string
  /** True when there was an `Authorization` header. */
  readonly authorizationSent: boolean
  /** Why the authenticator refused; `null` when it did not say, or found no credential. */
  readonly reason: string | null
  /** Parameters of the authenticator's own, checked. */
  readonly parameters?: readonly (readonly [name: string, value: string])[]
  /** What is said of a key that was not sent; `null` for nothing. */
  readonly missing: string | null
}

/**
 * The `WWW-Authenticate` of a 401: one challenge for each way in, as RFC 9110 §11.6.1 demands.
 * Keys and cookies have no registered scheme, so theirs say where the credential goes, under names
 * no browser acts on: `ApiKey in="header", name="…"` and `Cookie cookie-name="…"`.
 */
export function challengeOf(schemes: readonly SecurityScheme[], facts: ChallengeFacts): string {
  const [only, second] = schemes
  if (only !== undefined && second === undefined) return oneChallenge(only, facts)
  return [...new Set(schemes.map((scheme) => oneChallenge(scheme, facts)))].join(', ')
}

/** Algorithms that a proof may be signed with (RFC 9449 §7.1). */
const DPOP = 'DPoP algs="ES256 ES384 ES512 EdDSA Ed25519 PS256 PS384 PS512 RS256 RS384 RS512"'

function oneChallenge(scheme: SecurityScheme, facts: ChallengeFacts): string {
  if (scheme.type === 'apiKey') {
    const place =
      scheme.in === 'cookie'
        ? `Cookie cookie-name=${quoted(scheme.name)}`
        : `ApiKey in="${scheme.in}", name=${quoted(scheme.name)}`
    if (facts.reason !== null) return `${place}, ${errorOf(facts.reason, facts)}`
    return facts.missing === null ? place : `${place}, error_description=${quoted(facts.missing)}`
  }
  if (scheme.type === 'http' && scheme.scheme === 'basic') {
    // It has no parameter for a reason, and no new one may be made up (RFC 7617 §2).
    return `Basic realm=${quoted(facts.realm)}, charset="UTF-8"`
  }
  if (scheme.type === 'mutualTLS') {
    return facts.reason === null ? 'MutualTLS' : `MutualTLS ${errorOf(facts.reason, facts)}`
  }
  if (scheme.type === 'http' && scheme.scheme === 'dpop') {
    if (!facts.authorizationSent) return DPOP
    return `${DPOP}, ${errorOf(facts.reason ?? REFUSED, facts)}`
  }
  // RFC 6750 §3.1: `error` only when a credential was sent.
  if (!facts.authorizationSent) return 'Bearer'
  return `Bearer ${errorOf(facts.reason ?? REFUSED, facts)}`
}

const REFUSED = 'The credential was refused'

function errorOf(reason: string, { parameters = [] }: ChallengeFacts): string {
  const given = new Map(parameters)
  const error = given.get('error') ?? 'invalid_token'
  given.delete('error')
  const all = [['error', error], ['error_description', reason], ...given] as const
  return all.map(([name, value]) => `${name}=${quoted(value)}`).join(', ')
}
