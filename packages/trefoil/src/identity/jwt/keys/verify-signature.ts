import { constants, type KeyObject, type VerifyKeyObjectInput, verify } from 'node:crypto'
import type { Awaitable } from '../../../base/promise.ts'
import { PUBLIC_KEY, type PublicKeyAlgorithm } from '../algorithms.ts'
import type { CompactToken } from '../compact-token.ts'
import type { JwtHeader } from '../header-check.ts'
import type { KeyRefusal } from './key-source.ts'
import type { PublicKey } from './public-key.ts'

/** `jose`, once it is loaded: an app that has secrets alone never needs it. */
let jose: typeof import('jose') | null = null

/** Loads what {@link signerOf} needs, so that the first caller does not wait for it. */
export async function loadVerifier(): Promise<typeof import('jose')> {
  jose ??= await import('jose')
  return jose
}

/** Keys that are tried for one token: without a bound, a set of many would make bad tokens dear. */
const MOST_TRIED = 4

/**
 * Which of some keys signed a token. At once where none of those that are tried is dear.
 *
 * @param keys of any algorithm
 */
export function signerOf(
  token: CompactToken,
  { alg, kid }: JwtHeader,
  keys: readonly PublicKey[],
): Awaitable<PublicKey | KeyRefusal> {
  const named = keys.filter((key) => kid === undefined || key.kid === undefined || key.kid === kid)
  if (named.length === 0) return 'unknown_key'
  const fitting = named.filter(({ algorithms }) => algorithms.some((name) => name === alg))
  if (fitting.length === 0) return 'wrong_algorithm'
  const bytes = Buffer.from(token.signature, 'base64url')
  // One token must not have several spellings; the libraries forgive (PW-18).
  if (bytes.toString('base64url') !== token.signature) return 'bad_signature'
  const tried = fitting.slice(0, MOST_TRIED).filter((key) => bytes.length === signatureBytes(key))
  // One of the algorithms of a key.
  return firstSigner(tried, 0, token, bytes, alg as PublicKeyAlgorithm)
}

function firstSigner(
  keys: readonly PublicKey[],
  start: number,
  token: CompactToken,
  bytes: Uint8Array,
  algorithm: PublicKeyAlgorithm,
): Awaitable<PublicKey | KeyRefusal> {
  for (let index = start; index < keys.length; index++) {
    const key = keys[index] as PublicKey
    const quick = quickVerification(key.key, algorithm)
    if (quick === null) {
      return isSignedBy(key, token, algorithm).then((isSigner) =>
        isSigner ? key : firstSigner(keys, index + 1, token, bytes, algorithm),
      )
    }
    if (verify(quick.hash, Buffer.from(token.signed), quick.key, bytes)) return key
  }
  return 'bad_signature'
}

function signatureBytes({ algorithms, key }: PublicKey): number {
  const [name] = algorithms
  const fixed = name === undefined ? 0 : PUBLIC_KEY[name].signatureBytes
  return fixed ?? Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
}

/** Bits beyond which a modulus is slow to verify with. */
const MOST_QUICK_BITS = 4096

interface QuickVerification {
  /** `null` where the algorithm has one of its own. */
  readonly hash: string | null
  readonly key: VerifyKeyObjectInput
}

/**
 * How `node:crypto` verifies at once, where that takes less time than handing it to another thread and
 * back: RSA, P-256 and Ed25519. What takes longer (larger curves and keys) would keep every other call
 * waiting, and goes through `jose`, which does not.
 */
function quickVerification(
  key: KeyObject,
  algorithm: PublicKeyAlgorithm,
): QuickVerification | null {
  if (algorithm === 'ES256') {
    return { hash: 'sha256', key: { key, dsaEncoding: 'ieee-p1363' } }
  }
  if (algorithm === 'EdDSA' || algorithm === 'Ed25519') return { hash: null, key: { key } }
  const [, kind, bits] = /^([RP])S(256|384|512)$/.exec(algorithm) ?? []
  if (kind === undefined) return null
  if ((key.asymmetricKeyDetails?.modulusLength ?? Number.POSITIVE_INFINITY) > MOST_QUICK_BITS) {
    return null
  }
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants
  return {
    hash: `sha${bits}`,
    key:
      kind === 'R'
        ? { key, padding: RSA_PKCS1_PADDING }
        : // The salt is as long as the hash, not as long as the signature says (RFC 7518 §3.5).
          { key, padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST },
  }
}

async function isSignedBy(
  { key }: PublicKey,
  { signed, signature }: CompactToken,
  algorithm: PublicKeyAlgorithm,
): Promise<boolean> {
  const { compactVerify, errors } = jose ?? (await loadVerifier())
  try {
    await compactVerify(`${signed}.${signature}`, key, { algorithms: [algorithm] })
    return true
  } catch (error) {
    // Whatever the library has against the token; anything else is not the token's fault.
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}
