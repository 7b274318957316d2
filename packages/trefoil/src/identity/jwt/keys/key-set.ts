import { isRecord } from '../../../base/plain/is-record.ts'
import type { PublicKeyAlgorithm } from '../algorithms.ts'
import { type PublicJwk, type PublicKey, publicKeyOfJwk } from './public-key.ts'

/** A JWK Set (RFC 7517 §5). */
export interface JwkSet {
  readonly keys: readonly PublicJwk[]
}

/** A set with more than this many keys is not a set of keys that somebody signs with. */
const MOST_KEYS = 100

/** True for what has the form of a set; what is in it has not been looked at. */
export function isKeySet(value: unknown): value is { readonly keys: readonly unknown[] } {
  return isRecord(value) && Array.isArray(value['keys']) && value['keys'].length <= MOST_KEYS
}

/**
 * The keys of a set that are fit to verify with. Others are passed over, as RFC 7517 §5 wants it: keys
 * for encryption, of kinds that are not known, too weak, private.
 *
 * @returns `null` when it is no set, and when no key in it is fit: such a set never replaces a good one
 */
export function keysOfSet(
  document: unknown,
  accepted: readonly PublicKeyAlgorithm[] | null,
): readonly PublicKey[] | null {
  if (!isKeySet(document)) return null
  const keys = new Map<string, PublicKey>()
  for (const jwk of document.keys) {
    const key = publicKeyOfJwk(jwk, accepted)
    if (!('mistake' in key)) keys.set(key.fingerprint, key)
  }
  return keys.size === 0 ? null : [...keys.values()]
}
