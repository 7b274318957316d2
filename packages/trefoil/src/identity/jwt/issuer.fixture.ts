// An issuer that signs whatever it is told to: tokens no library would make.
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { AuthRequest } from '../../contract/call/call.ts'
import {
  HMAC,
  type HmacAlgorithm,
  isHmac,
  type JwtAlgorithm,
  PUBLIC_KEY,
  type PublicKeyAlgorithm,
} from './algorithms.ts'

/** Seconds since the Unix epoch. */
export const NOW = 1_700_000_000

export interface Pair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export function rsaPair(bits = 2048): Pair {
  return generateKeyPairSync('rsa', { modulusLength: bits })
}

export function ecPair(namedCurve: string): Pair {
  return generateKeyPairSync('ec', { namedCurve })
}

export function ed25519Pair(): Pair {
  return generateKeyPairSync('ed25519')
}

/** A pair of the kind that an algorithm needs. */
export function pairFor(algorithm: PublicKeyAlgorithm): Pair {
  const { keyType, curve } = PUBLIC_KEY[algorithm]
  if (keyType === 'rsa') return rsaPair()
  return curve === null ? ed25519Pair() : ecPair(curve)
}

export function pem({ publicKey }: Pair): string {
  return String(publicKey.export({ type: 'spki', format: 'pem' }))
}

/** The public key as a JWK. */
export function jwk(pair: Pair, more: object = {}): { readonly kty: string } {
  return { ...(pair.publicKey.export({ format: 'jwk' }) as { kty: string }), ...more }
}

export const base64url = (text: string | Uint8Array): string =>
  Buffer.from(text).toString('base64url')

export const ALGORITHMS = [
  ...Object.keys(HMAC),
  ...Object.keys(PUBLIC_KEY),
] as readonly JwtAlgorithm[]
export const PUBLIC_ALGORITHMS = Object.keys(PUBLIC_KEY) as readonly PublicKeyAlgorithm[]

/** A signature over any text, by the algorithm that is named and not the one that a header says. */
export function signatureOf(
  algorithm: JwtAlgorithm,
  key: KeyObject | Uint8Array | string,
  signed: string,
): Buffer {
  if (isHmac(algorithm)) return mac(algorithm, key as string, signed)
  const data = Buffer.from(signed)
  const hash = `sha${algorithm.slice(2)}`
  const privateKey = key as KeyObject
  switch (algorithm.slice(0, 2)) {
    case 'RS':
      return sign(hash, data, privateKey)
    case 'PS':
      return sign(hash, data, {
        key: privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      })
    case 'ES':
      return sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    default:
      return sign(null, data, privateKey)
  }
}

function mac(algorithm: HmacAlgorithm, key: string | Uint8Array, signed: string): Buffer {
  return createHmac(HMAC[algorithm].hash, key).update(signed).digest()
}

/** Header and payload as texts, signed. */
export function signed(
  algorithm: JwtAlgorithm,
  key: KeyObject | Uint8Array | string,
  header: string,
  payload: string,
): string {
  const input = `${base64url(header)}.${base64url(payload)}`
  return `${input}.${signatureOf(algorithm, key, input).toString('base64url')}`
}

export interface TokenOptions {
  readonly header?: object
  readonly claims?: object
}

/** A token that is good for a minute, but for what is put in or taken out. */
export function issue(
  algorithm: JwtAlgorithm,
  key: KeyObject | Uint8Array | string,
  { header = {}, claims = {} }: TokenOptions = {},
): string {
  const payload = { sub: 'u1', exp: NOW + 60, ...claims }
  const head = { alg: algorithm, typ: 'JWT', ...header }
  return signed(algorithm, key, JSON.stringify(head), JSON.stringify(payload))
}

/** What an authenticator reads of a request with this token. */
export function requestWith(
  token: string | null,
  headers: Record<string, string> = {},
): AuthRequest {
  const lines: string[] = []
  const log = {
    debug() {},
    info() {},
    warn: (_: unknown, message: string) => lines.push(message),
    error() {},
  }
  // The only members that `jwtAuth` reads.
  return {
    bearer: token,
    headers: { get: (name: string) => headers[name.toLowerCase()] ?? null },
    log,
    lines,
  } as unknown as AuthRequest
}

/** A clock that the test moves; both of its hands, or one. */
export function movableClock(): {
  readonly clock: { now(): number; elapsed(): number }
  readonly at: { seconds: number; elapsed: number }
  readonly pass: (seconds: number) => void
} {
  const at = { seconds: NOW, elapsed: 0 }
  return {
    clock: { now: () => at.seconds * 1000, elapsed: () => at.elapsed * 1000 },
    at,
    pass(seconds) {
      at.seconds += seconds
      at.elapsed += seconds
    },
  }
}
