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
 * Which of some keys signed a token.
 *
 * @param keys of any algorithm
 */
export async function signerOf(
  { signed, signature }: CompactToken,
  { alg, kid }: JwtHeader,
  keys: readonly PublicKey[],
): Promise<PublicKey | KeyRefusal> {
  const named = keys.filter((key) => kid === undefined || key.kid === undefined || key.kid === kid)
  if (named.length === 0) return 'unknown_key'
  const tried = named.filter(({ algorithms }) => algorithms.some((name) => name === alg))
  if (tried.length === 0) return 'wrong_algorithm'
  const bytes = Buffer.from(signature, 'base64url')
  // One token must not have several spellings; the library forgives (PW-18).
  if (bytes.toString('base64url') !== signature) return 'bad_signature'
  for (const key of tried.slice(0, MOST_TRIED)) {
    if (bytes.length !== signatureBytes(key)) continue
    if (await isSignedBy(key, `${signed}.${signature}`, alg as PublicKeyAlgorithm)) return key
  }
  return 'bad_signature'
}

function signatureBytes({ algorithms, key }: PublicKey): number {
  const [name] = algorithms
  const fixed = name === undefined ? 0 : PUBLIC_KEY[name].signatureBytes
  return fixed ?? Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
}

async function isSignedBy(
  { key }: PublicKey,
  token: string,
  algorithm: PublicKeyAlgorithm,
): Promise<boolean> {
  const { compactVerify, errors } = jose ?? (await loadVerifier())
  try {
    await compactVerify(token, key, { algorithms: [algorithm] })
    return true
  } catch (error) {
    // Whatever the library has against the token; anything else is not the token's fault.
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}
