import type { CryptoKey, JWTPayload, JWTVerifyOptions } from 'jose'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import * as errors from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'
import { decodeBase64url } from '../base/base64url.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { type Duration, parseDuration } from '../base/duration.ts'
import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import { AuthContext } from '../contract/auth-context.ts'
import type { Authenticator } from '../contract/authenticator.ts'
import type { AuthRequest } from '../contract/call.ts'
import { checkOptionNames, type OptionNames } from '../contract/option-names.ts'
import { checkRecord } from '../contract/option-values.ts'
import { AuthenticationError, ImproperlyConfigured, refuseCredential } from '../contract/problem.ts'
import type { SecurityScheme } from '../contract/security-scheme.ts'
import { identityFromClaims } from './claims.ts'
import { findHs256Key, hs256Key } from './hs256-signature.ts'
import { isKeyRing, type KeyMaterial, type KeyRing, keyRing } from './key-ring.ts'
import { RefusedTokens } from './refused-tokens.ts'
import { risksOfSecrets } from './secret-weakness.ts'
import { TokenCache } from './token-cache.ts'

export interface JwtAuthOptions {
  /** HS256 secret or ring of secrets, at least 32 bytes each (RFC 7518 §3.2). */
  readonly keys: KeyMaterial | KeyRing
  /** Accepted `iss`; when given, a token without it is refused. */
  readonly issuer?: string | readonly string[]
  /** Accepted `aud`, any overlap; when given, a token without it is refused. */
  readonly audience?: string | readonly string[]
  /** Accepted signature algorithms. Default and only choice for secrets: `['HS256']`. */
  readonly algorithms?: readonly 'HS256'[]
  /** Difference between clocks to forgive. Default 0, at most 60 s (JWT-7). */
  readonly clockTolerance?: Duration
  /** Tokens kept with their verdict to skip the cryptography, good and bad ones; 0 keeps none. Default 256. */
  readonly cacheSize?: number
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

const OPTIONS: OptionNames<JwtAuthOptions> = {
  keys: true,
  issuer: true,
  audience: true,
  algorithms: true,
  clockTolerance: true,
  cacheSize: true,
  clock: true,
}

const MIN_KEY_BYTES = 32
const MAX_TOLERANCE_MS = 60_000
const MAX_TOKEN_LENGTH = 16_384
const JWT_SCHEME: SecurityScheme = Object.freeze({
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
})

/**
 * Authenticates `Authorization: Bearer <JWT>`, HS256. `exp` is required; a token is expired from
 * the second `exp` names on. Roles come from `roles`, scopes from `scope`, `scopes` and
 * `scp`.
 *
 * @throws ImproperlyConfigured for short keys, an empty issuer or audience, a bad tolerance
 */
export function jwtAuth(options: JwtAuthOptions): Authenticator<undefined> {
  checkRecord('jwtAuth(): options', options)
  checkOptionNames('jwtAuth()', options, OPTIONS)
  const ring = isKeyRing(options.keys) ? options.keys : keyRing(options.keys)
  const secrets = [ring.current, ...ring.previous]
  const keys = secrets.map(importKey)
  const signing = secrets.map(hs256Key)
  const verifyOptions = readOptions(options)
  const tolerance = Number(verifyOptions.clockTolerance ?? 0)
  const cacheSize = readCacheSize(options.cacheSize ?? 256)
  const cache = new TokenCache(cacheSize)
  const refused = new RefusedTokens(cacheSize)
  const clock = options.clock ?? systemClock

  const answer = (request: AuthRequest): Awaitable<Verdict | null> => {
    const token = request.bearer
    if (token === null) return null
    const now = clock.now()
    const known = cache.get(token, Math.floor(now / 1000))
    return (known as AuthContext<undefined> | null) ?? verify(token, new Date(now))
  }
  const authenticate: Authenticator<undefined> = (request) => {
    const verdict = answer(request)
    return isPromiseLike(verdict) ? verdict.then(orThrow) : orThrow(verdict)
  }
  return Object.assign(authenticate, {
    '~answer': answer,
    '~risks': risksOfSecrets('jwtAuth keys', secrets),
    '~scheme': JWT_SCHEME,
  })

  function verify(token: string, currentDate: Date): Awaitable<Verdict> {
    if (token.length > MAX_TOKEN_LENGTH) return refuseCredential('Malformed JWT token')
    const latest = currentDate.getTime() / 1000 - tolerance
    const before = refused.get(token, latest)
    if (before !== null) return before
    const key = keys[findHs256Key(token, signing)]
    if (key === undefined) {
      return remember(token, unsignedReason(token), null)
    }
    const expiry = expiryOf(token)
    if (expiry <= latest) {
      return remember(token, EXPIRED, expiry)
    }
    return verifyClaims(token, key, { ...verifyOptions, currentDate })
  }

  function remember(token: string, reason: string, since: number | null): AuthenticationError {
    const error = refuseCredential(reason)
    refused.add(token, error, since)
    return error
  }

  async function verifyClaims(
    token: string,
    key: Promise<CryptoKey>,
    verifying: JWTVerifyOptions,
  ): Promise<Verdict> {
    if (!isCanonical(token)) return refuseCredential('Malformed JWT token')
    let claims: JWTPayload
    try {
      claims = (await jwtVerify(token, await key, verifying)).payload
    } catch (error) {
      return refuseCredential(reasonOf(error))
    }
    const identity = identityFromClaims(claims)
    const context = new AuthContext<undefined>({ ...identity, payload: undefined })
    cache.set(token, context)
    return context
  }
}

type Verdict = AuthContext<undefined> | AuthenticationError

function orThrow(verdict: Verdict | null): AuthContext<undefined> | null {
  if (verdict instanceof AuthenticationError) throw verdict
  return verdict
}

/**
 * Three parts of strict base64url. The library ignores the unused bits of a last character, so
 * one token would have several spellings, each of which gets its own place in the cache.
 */
function isCanonical(token: string): boolean {
  const parts = token.split('.', 4)
  return parts.length === 3 && parts.every((part) => decodeBase64url(part) !== null)
}

/**
 * `exp` of a token whose signature is ours, read ahead: old tokens are what honest clients flood
 * a server with. Everything odd is left to the full verification.
 */
function expiryOf(token: string): number {
  const payload = decodeBase64url(token.split('.')[1] ?? '')
  if (payload === null) return Number.POSITIVE_INFINITY
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload))
    const exp: unknown = typeof claims === 'object' && claims !== null && Reflect.get(claims, 'exp')
    return typeof exp === 'number' ? exp : Number.POSITIVE_INFINITY
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** Why a token that no key signed is refused: the algorithm comes before the signature (P-JWT-3). */
function unsignedReason(token: string): string {
  try {
    const { alg } = decodeProtectedHeader(token)
    if (token.split('.').length !== 3) return 'Malformed JWT token'
    return alg === 'HS256' ? 'Invalid JWT signature' : WRONG_ALGORITHM
  } catch {
    return 'Malformed JWT token'
  }
}

const EXPIRED = 'Token expired'
const WRONG_ALGORITHM = 'Unsupported JWT algorithm. Only HS256 is accepted.'

function importKey(key: Uint8Array): Promise<CryptoKey> {
  if (key.length < MIN_KEY_BYTES) {
    throw new ImproperlyConfigured(
      `jwtAuth keys must be at least ${MIN_KEY_BYTES} bytes for HS256, got ${key.length}; ` +
        'make one with: openssl rand -base64 48',
    )
  }
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return crypto.subtle.importKey('raw', new Uint8Array(key), algorithm, false, ['verify'])
}

function readOptions(options: JwtAuthOptions): JWTVerifyOptions {
  const tolerance = parseDuration(options.clockTolerance ?? 0)
  if (tolerance === null || tolerance > MAX_TOLERANCE_MS) {
    throw new ImproperlyConfigured('jwtAuth clockTolerance must be a duration of at most 60s')
  }
  const issuer = readNames(options.issuer, 'issuer')
  const audience = readNames(options.audience, 'audience')
  const algorithms = options.algorithms ?? ['HS256']
  if (!Array.isArray(algorithms)) {
    throw new ImproperlyConfigured("jwtAuth algorithms must be a list, such as ['HS256']")
  }
  if (algorithms.length === 0 || algorithms.some((algorithm) => algorithm !== 'HS256')) {
    throw new ImproperlyConfigured("jwtAuth algorithms for a secret must be ['HS256']")
  }
  return {
    algorithms: ['HS256'],
    requiredClaims: ['exp'],
    clockTolerance: tolerance / 1000,
    ...(issuer === null ? {} : { issuer }),
    ...(audience === null ? {} : { audience }),
  }
}

function readNames(value: unknown, option: string): string[] | null {
  if (value === undefined) return null
  const names: unknown[] = Array.isArray(value) ? value : [value]
  if (names.length === 0 || !names.every(isName)) {
    throw new ImproperlyConfigured(`jwtAuth ${option} must be non-empty text or a list of it`)
  }
  return [...names]
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function readCacheSize(size: number): number {
  if (!Number.isInteger(size) || size < 0) {
    throw new ImproperlyConfigured('jwtAuth cacheSize must be a whole number, 0 or more')
  }
  return size
}

/** Public words for why a token was refused (P-JWT-4). */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return EXPIRED
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'Invalid JWT signature'
  if (error instanceof errors.JOSEAlgNotAllowed) return WRONG_ALGORITHM
  if (error instanceof errors.JWTClaimValidationFailed) return claimReason(error)
  return 'Malformed JWT token'
}

function claimReason(error: errors.JWTClaimValidationFailed): string {
  switch (error.claim) {
    case 'exp':
      return error.reason === 'missing'
        ? "Token missing 'exp' (expiry) claim. Tokens without expiry are not accepted."
        : "Invalid 'exp' claim"
    case 'nbf':
      return error.reason === 'check_failed' ? 'Token not yet valid' : "Invalid 'nbf' claim"
    case 'aud':
      return 'Token was not issued for this server (audience mismatch)'
    case 'iss':
      return 'Token was not issued by the expected issuer'
    default:
      return `Invalid '${error.claim}' claim`
  }
}
