import { type Clock, systemClock } from '../../base/clock.ts'
import type { Duration } from '../../base/duration.ts'
import { clock, count, duration } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import { type OptionGroup, REQUIRED, type Values } from '../../contract/options/option-rows.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { type KeyMaterial, type KeyRing, readKeyRing } from '../key-ring.ts'
import type { ClaimRules } from './claim-check.ts'

export interface JwtAuthOptions {
  /** HS256 secret or ring of secrets, at least 32 bytes each (RFC 7518 §3.2). */
  readonly keys: KeyMaterial | KeyRing
  /** Accepted `iss`; when given, a token without it is refused. Default any. */
  readonly issuer?: string | readonly string[]
  /** Accepted `aud`, any overlap; when given, a token without it is refused. Default any. */
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

/** {@link JwtAuthOptions} after reading; the tolerance is milliseconds. */
type JwtValues = Values<
  JwtAuthOptions,
  {
    readonly keys: KeyRing
    readonly issuer: readonly string[] | null
    readonly audience: readonly string[] | null
  }
>

const MIN_KEY_BYTES = 32
const MAX_TOLERANCE_MS = 60_000

/** One name, or several. */
const names: OptionKind<readonly string[]> = {
  words: 'list',
  read(value) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    const isNames = list.length > 0 && list.every((name) => typeof name === 'string' && name !== '')
    return isNames
      ? { value: Object.freeze([...list]) as readonly string[] }
      : { mistake: `must be non-empty text or a list of it, got ${valueKind(value)}` }
  },
}

const algorithms: OptionKind<readonly 'HS256'[]> = {
  words: 'list',
  read(value) {
    const fits = Array.isArray(value) && value.length > 0 && value.every((one) => one === 'HS256')
    return fits ? { value } : { mistake: `must be ['HS256'] for a secret, got ${valueKind(value)}` }
  },
}

const forgiven: OptionKind<number> = {
  ...duration,
  read(value, path) {
    const reading = duration.read(value, path)
    const isLonger = 'value' in reading && reading.value > MAX_TOLERANCE_MS
    return isLonger ? { mistake: "must be at most '60s'" } : reading
  },
}

/** The rows of {@link JwtAuthOptions}. */
export const JWT: OptionGroup<JwtAuthOptions, JwtValues> = {
  name: 'jwtAuth()',
  prefix: 'TREFOIL_JWT',
  rows: {
    keys: {
      read: { words: 'text', read: (value, path) => ({ value: readKeyRing(path, value) }) },
      default: REQUIRED,
      doc: 'Signing secret of at least 32 bytes, or a `keyRing(current, previous)`.',
    },
    issuer: {
      read: names,
      default: null,
      shown: 'any',
      doc: 'Accepted `iss`, one or a list; a token without it is refused.',
    },
    audience: {
      read: names,
      default: null,
      shown: 'any',
      doc: 'Accepted `aud`, any overlap; a token without it is refused.',
    },
    algorithms: {
      read: algorithms,
      default: ['HS256'],
      doc: 'Accepted signature algorithms; there is no other for a secret.',
    },
    clockTolerance: {
      read: forgiven,
      default: '0s',
      doc: 'Difference between clocks to forgive, at most `60s`.',
    },
    cacheSize: {
      read: count({ least: 0 }),
      default: 256,
      doc: 'Tokens kept with their verdict, good and bad ones; `0` keeps none.',
    },
    clock: {
      read: clock,
      default: systemClock,
      shown: "the machine's",
      doc: 'Source of time.',
    },
  },
}

/** {@link JwtAuthOptions}, checked and complete. */
export interface JwtRules extends ClaimRules {
  /** The signing key first. */
  readonly secrets: readonly Uint8Array[]
  readonly cacheSize: number
  readonly clock: Clock
}

/** @throws ImproperlyConfigured for what cannot be right; never names a secret */
export function readJwtOptions(options: JwtAuthOptions): JwtRules {
  const values = readOptions(JWT, options)
  const { issuer: issuers, audience: audiences, cacheSize } = values
  const secrets = [values.keys.current, ...values.keys.previous]
  for (const secret of secrets) checkLength(secret)
  const tolerance = values.clockTolerance / 1000
  return { secrets, tolerance, issuers, audiences, cacheSize, clock: values.clock }
}

function checkLength(key: Uint8Array): void {
  if (key.length >= MIN_KEY_BYTES) return
  throw new ImproperlyConfigured(
    `jwtAuth(): keys must be at least ${MIN_KEY_BYTES} bytes for HS256, got ${key.length}; ` +
      'make one with: openssl rand -base64 48',
  )
}
