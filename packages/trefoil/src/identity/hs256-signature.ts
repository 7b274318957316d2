import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { decodeBase64url } from '../base/base64url.ts'

const SIGNATURE_BYTES = 32

/** A key made ready once: making it ready costs more than one hash. */
export function hs256Key(key: Uint8Array): KeyObject {
  return createSecretKey(key)
}

/**
 * Finds the key whose HMAC a token carries (RFC 7515 §5.2), without looking at what it claims.
 * A flood of forged tokens ends here, for the price of one hash each. The signature is decoded
 * strictly, so it has exactly one spelling.
 *
 * @returns index of the key, or -1 when none signed the token
 */
export function findHs256Key(token: string, keys: readonly KeyObject[]): number {
  const dot = token.lastIndexOf('.')
  const sent = decodeBase64url(token.slice(dot + 1))
  if (sent === null || sent.length !== SIGNATURE_BYTES) return -1
  const signed = token.slice(0, Math.max(0, dot))
  return keys.findIndex((key) =>
    timingSafeEqual(sent, createHmac('sha256', key).update(signed).digest()),
  )
}
