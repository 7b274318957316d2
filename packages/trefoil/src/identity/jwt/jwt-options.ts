import { type Clock, systemClock } from '../../base/clock.ts'
import type { Duration } from '../../base/duration.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkRecord } from '../../contract/options/option-values.ts'
import { readDuration } from '../../contract/options/read-duration.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { isKeyRing, type KeyMaterial, type KeyRing, keyRing } from '../key-ring.ts'
import type { ClaimRules } from './claim-check.ts'

/** Options of {@link jwtAuth}. */
export interface JwtAuthOptions {
  /** HS256 secret or ring of secrets, at least 32 bytes each (RFC 7518 §3.2). */
  readonly keys: KeyMaterial | KeyRing
  /** Accepted `iss`; when given, a token without it is refused. */
  readonly issuer?: string | readonly string[]
  /** Accepted `aud`, any overlap; when given, a token without it is refused. */
  readonly audience?: string | readonly string[]
  /** Accepted signature algorithms. Default and only choice for secrets: `['HS256']`. */
  readonly algorithms?: readonly 'HS256'[]
  /** Difference between clocks to forgive. Default `0s`, at most `60s` (JWT-7). */
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

/** {@link JwtAuthOptions}, checked and complete. */
export interface JwtRules extends ClaimRules {
  /** The signing key first. */
  readonly secrets: readonly Uint8Array[]
  readonly cacheSize: number
  readonly clock: Clock
}

/** @throws ImproperlyConfigured for what cannot be right; never names a secret */
export function readJwtOptions(options: JwtAuthOptions): JwtRules {
  checkRecord('jwtAuth(): options', options)
  checkOptionNames('jwtAuth()', options, OPTIONS)
  const ring = isKeyRing(options.keys) ? options.keys : keyRing(options.keys)
  const secrets = [ring.current, ...ring.previous]
  for (const secret of secrets) checkLength(secret)
  const tolerance = readDuration('jwtAuth clockTolerance', options.clockTolerance ?? '0s')
  if (tolerance > MAX_TOLERANCE_MS) {
    throw new ImproperlyConfigured("jwtAuth clockTolerance must be at most '60s'")
  }
  const issuers = readNames(options.issuer, 'issuer')
  const audiences = readNames(options.audience, 'audience')
  checkAlgorithms(options.algorithms ?? ['HS256'])
  const cacheSize = readCacheSize(options.cacheSize ?? 256)
  const clock = options.clock ?? systemClock
  return { secrets, tolerance: tolerance / 1000, issuers, audiences, cacheSize, clock }
}

function checkLength(key: Uint8Array): void {
  if (key.length >= MIN_KEY_BYTES) return
  throw new ImproperlyConfigured(
    `jwtAuth keys must be at least ${MIN_KEY_BYTES} bytes for HS256, got ${key.length}; ` +
      'make one with: openssl rand -base64 48',
  )
}

function checkAlgorithms(algorithms: unknown): void {
  if (!Array.isArray(algorithms)) {
    throw new ImproperlyConfigured("jwtAuth algorithms must be a list, such as ['HS256']")
  }
  if (algorithms.length === 0 || algorithms.some((algorithm) => algorithm !== 'HS256')) {
    throw new ImproperlyConfigured("jwtAuth algorithms for a secret must be ['HS256']")
  }
}

function readNames(value: unknown, option: string): readonly string[] | null {
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
