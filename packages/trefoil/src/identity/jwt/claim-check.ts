export interface ClaimRules {
  /** Accepted `iss`; `null` for any or none. */
  readonly issuers: readonly string[] | null
  /** Accepted `aud`; `null` for any or none. */
  readonly audiences: readonly string[] | null
  /** Seconds of difference between clocks to forgive. */
  readonly tolerance: number
}

type Claims = Readonly<Record<string, unknown>>

export const EXPIRED = 'Token expired'
const NO_EXPIRY = "Token missing 'exp' (expiry) claim. Tokens without expiry are not accepted."
const OTHER_ISSUER = 'Token was not issued by the expected issuer'
const OTHER_AUDIENCE = 'Token was not issued for this server (audience mismatch)'

/**
 * The one check of claims, whatever signed them: whether the token is for us and for now (PW-08,
 * PW-14). Who the caller is, is read later. An expired token is told first, because old tokens are
 * what honest clients flood a server with, and this refusal is remembered.
 *
 * @param now seconds since the Unix epoch
 * @returns public words for why the token is refused (P-JWT-4), or `null`
 */
export function checkClaims(claims: Claims, rules: ClaimRules, now: number): string | null {
  const { issuers, audiences, tolerance } = rules
  const { exp, nbf, iat, iss, aud } = claims
  // From the very second `exp` names on.
  if (typeof exp === 'number' && exp <= now - tolerance) return EXPIRED
  if (issuers !== null && iss === undefined) return OTHER_ISSUER
  if (audiences !== null && aud === undefined) return OTHER_AUDIENCE
  if (exp === undefined) return NO_EXPIRY
  if (issuers !== null && !isOneOf(iss, issuers)) return OTHER_ISSUER
  if (audiences !== null && !isFor(aud, audiences)) return OTHER_AUDIENCE
  if (iat !== undefined && !isTime(iat)) return "Invalid 'iat' claim"
  if (nbf !== undefined && !isTime(nbf)) return "Invalid 'nbf' claim"
  if (nbf !== undefined && nbf > Math.floor(now) + tolerance) return 'Token not yet valid'
  return isTime(exp) ? null : "Invalid 'exp' claim"
}

/** Not infinite: such a token would never expire. */
function isTime(value: unknown): value is number {
  return Number.isFinite(value)
}

function isOneOf(value: unknown, accepted: readonly string[]): boolean {
  return typeof value === 'string' && accepted.includes(value)
}

function isFor(aud: unknown, accepted: readonly string[]): boolean {
  return Array.isArray(aud) ? aud.some((name) => isOneOf(name, accepted)) : isOneOf(aud, accepted)
}
