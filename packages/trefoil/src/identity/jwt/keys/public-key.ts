import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { isRecord } from '../../../base/plain/is-record.ts'
import { isPublicKeyAlgorithm, PUBLIC_KEY, type PublicKeyAlgorithm } from '../algorithms.ts'
import type { TrustedKey } from './key-source.ts'

/** A public key as JSON (RFC 7517). Members that are not needed are not looked at. */
export interface PublicJwk {
  readonly kty: string
  readonly kid?: string
  readonly use?: string
  readonly key_ops?: readonly string[]
  readonly alg?: string
  readonly [member: string]: unknown
}

/** A public key that is strong enough, with the one algorithm that it is for. */
export interface PublicKey extends TrustedKey {
  retired: boolean
  /** `undefined`: it may be meant by any `kid`, or by none. */
  readonly kid: string | undefined
  /** Names of its one algorithm: Ed25519 has two (RFC 9864). */
  readonly algorithms: readonly PublicKeyAlgorithm[]
  readonly key: KeyObject
  /** Equal for equal keys: a set that is fetched again keeps those it had. */
  readonly fingerprint: string
}

/** A key, or why it is none: words that follow its name, and never its content. */
export type KeyReading = PublicKey | { readonly mistake: string }

/** Smaller ones can be factored (NIST SP 800-131A). */
const LEAST_RSA_BITS = 2048
/** Below lie exponents with which signatures can be forged: with 1 any text signs itself (FIPS 186-5). */
const LEAST_RSA_EXPONENT = 65_537n
/** As much as an issuer would ever write; a longer one is no name but a load. */
const LONGEST_KID = 256

/**
 * Reads a key out of PEM text: a public key (SPKI or PKCS#1) or a certificate.
 *
 * @param accepted algorithms to choose from; `null`: any
 */
export function publicKeyOfPem(
  pem: string,
  accepted: readonly PublicKeyAlgorithm[] | null,
): KeyReading {
  // `createPublicKey` would take the public half out of it, and the secret would go on lying about.
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    return { mistake: 'is a private key; give verifiers the public one alone' }
  }
  if (!pem.trimStart().startsWith('-----BEGIN ')) return { mistake: 'is not PEM text' }
  try {
    return checked(createPublicKey(pem), undefined, undefined, accepted)
  } catch {
    // What the library says may quote the text.
    return { mistake: 'is not a public key or certificate in PEM' }
  }
}

/**
 * Reads a key out of a JWK. Secrets (`oct`) never are one: whoever could put one into a set of public
 * keys could sign (RFC 8725 §3.1).
 *
 * @param accepted algorithms to choose from; `null`: any
 */
export function publicKeyOfJwk(
  jwk: unknown,
  accepted: readonly PublicKeyAlgorithm[] | null,
): KeyReading {
  if (!isRecord(jwk)) return { mistake: 'is not a JWK' }
  const { kid, alg, use, key_ops: operations } = jwk
  const members = publicMembers(jwk)
  if (members === null) return { mistake: 'is not a JWK of type RSA, EC or OKP' }
  if (Object.hasOwn(jwk, 'd')) {
    return { mistake: 'is a private key; give verifiers the public one alone' }
  }
  if (use !== undefined && use !== 'sig') return { mistake: "is not for signatures (its 'use')" }
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return { mistake: "is not for verifying (its 'key_ops')" }
  }
  if (kid !== undefined && (typeof kid !== 'string' || kid === '' || kid.length > LONGEST_KID)) {
    return { mistake: `has a 'kid' that is not text of at most ${LONGEST_KID} characters` }
  }
  if (alg !== undefined && !isPublicKeyAlgorithm(alg)) {
    return { mistake: "has an 'alg' that is not accepted" }
  }
  try {
    return checked(createPublicKey({ key: members, format: 'jwk' }), kid, alg, accepted)
  } catch {
    // A point that is not on its curve too.
    return { mistake: 'is not a valid JWK' }
  }
}

/** Only these: what else is in a JWK must not reach the library. */
const MEMBERS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
])

function publicMembers(jwk: Readonly<Record<string, unknown>>): JsonWebKey | null {
  const { kty } = jwk
  const names = MEMBERS.get(kty)
  if (names === undefined || !names.every((name) => typeof jwk[name] === 'string')) return null
  return Object.fromEntries([['kty', kty], ...names.map((name) => [name, jwk[name]])])
}

function checked(
  key: KeyObject,
  kid: string | undefined,
  named: PublicKeyAlgorithm | undefined,
  accepted: readonly PublicKeyAlgorithm[] | null,
): KeyReading {
  const fitting = Object.keys(PUBLIC_KEY)
    .filter(isPublicKeyAlgorithm)
    .filter((name) => fits(key, name))
  if (fitting.length === 0) return { mistake: 'is of a type or curve that is not accepted' }
  const weakness = weaknessOf(key)
  if (weakness !== null) return { mistake: weakness }
  const algorithms = pinned(fitting, named, accepted)
  if (algorithms.length === 0) {
    return { mistake: 'is for another algorithm than those in `algorithms`' }
  }
  const der = key.export({ type: 'spki', format: 'der' })
  const digest = createHash('sha256').update(der).digest('base64url')
  const fingerprint = [digest, algorithms.join(), kid ?? ''].join(' ')
  return { retired: false, kid, algorithms, key, fingerprint }
}

function fits(key: KeyObject, name: PublicKeyAlgorithm): boolean {
  const { keyType, curve } = PUBLIC_KEY[name]
  return (
    key.asymmetricKeyType === keyType &&
    (curve === null || key.asymmetricKeyDetails?.namedCurve === curve)
  )
}

function weaknessOf(key: KeyObject): string | null {
  if (key.asymmetricKeyType !== 'rsa') return null
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength < LEAST_RSA_BITS) {
    return `is an RSA key of ${modulusLength} bits; at least ${LEAST_RSA_BITS} are needed`
  }
  return publicExponent < LEAST_RSA_EXPONENT
    ? `is an RSA key with an exponent below ${LEAST_RSA_EXPONENT}`
    : null
}

/**
 * The one algorithm of a key (RFC 8725 §3.1): the one that it names, or the first of those accepted
 * that fits it. Two names that mean the same are one.
 */
function pinned(
  fitting: readonly PublicKeyAlgorithm[],
  named: PublicKeyAlgorithm | undefined,
  accepted: readonly PublicKeyAlgorithm[] | null,
): readonly PublicKeyAlgorithm[] {
  const usable = (accepted ?? fitting).filter((name) => fitting.includes(name))
  if (named !== undefined) return usable.filter((name) => name === named)
  const [first] = usable
  if (first === undefined) return []
  return PUBLIC_KEY[first].keyType === 'ed25519' ? usable : [first]
}
