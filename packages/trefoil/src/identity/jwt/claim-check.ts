import { type CredentialRefusal, refusal } from '../../contract/auth/refusal.ts'

export interface ClaimRules {
  /** Accepted `iss`; `null` for any or none. */
  readonly issuers: readonly string[] | null
  /** Accepted `aud`; `null` for any or none. */
  readonly audiences: readonly string[] | null
  /** Seconds of difference between clocks to forgive. */
  readonly tolerance: number
  /** Whether tokens of {@link DEV_ISSUER} may count here at all. */
  readonly isDevelopment: boolean
}

/**
 * `iss` of the tokens that `devTokens()` gives out. `jwtAuth` refuses it where `TREFOIL_ENV` is not
 * exactly `development`, whoever lists it (BOOT-2).
 */
export const DEV_ISSUER: 'urn:trefoil:dev' = 'urn:trefoil:dev'

type Claims = Readonly<Record<string, unknown>>

export const EXPIRED: CredentialRefusal = refusal('expired', { text: 'Token expired' })
const NO_EXPIRY = refusal('missing_claim', {
  text: "Token missing 'exp' (expiry) claim. Tokens without expiry are not accepted.",
})
const OTHER_ISSUER = refusal('wrong_issuer', {
  text: 'Token was not issued by the expected issuer',
})
const OTHER_AUDIENCE = refusal('wrong_audience', {
  text: 'Token was not issued for this server (audience mismatch)',
})
const NOT_YET_VALID = refusal('not_yet_valid', { text: 'Token not yet valid' })

/**
 * The one check of claims, whatever signed them: whether the token is for us and for now (PW-08,
 * PW-14). Who the caller is, is read later. An expired token is told first, because old tokens are
 * what honest clients flood a server with, and this refusal is remembered.
 *
 * @param now seconds since the Unix epoch
 * @returns why the token is refused, in the words of P-JWT-4, or `null`
 */
export function checkClaims(
  claims: Claims,
  rules: ClaimRules,
  now: number,
): CredentialRefusal | null {
  const { issuers, audiences, tolerance } = rules
  const { exp, nbf, iat, iss, aud } = claims
  // From the very second `exp` names on.
  if (typeof exp === 'number' && exp <= now - tolerance) return EXPIRED
  if (issuers !== null && iss === undefined) return OTHER_ISSUER
  if (audiences !== null && aud === undefined) return OTHER_AUDIENCE
  if (exp === undefined) return NO_EXPIRY
  // Signed with a key that a laptop has too: a key that went with it to production must not let it in.
  if (iss === DEV_ISSUER && !rules.isDevelopment) return OTHER_ISSUER
  if (issuers !== null && !isOneOf(iss, issuers)) return OTHER_ISSUER
  if (audiences !== null && !isFor(aud, audiences)) return OTHER_AUDIENCE
  if (iat !== undefined && !isTime(iat)) return invalidClaim('iat')
  if (nbf !== undefined && !isTime(nbf)) return invalidClaim('nbf')
  if (nbf !== undefined && nbf > Math.floor(now) + tolerance) return NOT_YET_VALID
  return isTime(exp) ? null : invalidClaim('exp')
}

/** For a claim that nobody can read. */
export function invalidClaim(claim: string): CredentialRefusal {
  return refusal('invalid_claim', { text: `Invalid '${claim}' claim` })
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
