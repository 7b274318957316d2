import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'

/** A key made ready once: making it ready costs more than one hash. */
export function hs256Key(key: Uint8Array): KeyObject {
  return createSecretKey(key)
}

/**
 * Finds the key whose HMAC a token carries (RFC 7515 §5.2), without looking at what it claims.
 * A flood of forged tokens ends here, for the price of one hash each. The comparison is of the
 * canonical text, so a signature has exactly one spelling.
 *
 * @returns index of the key, or -1 when none signed the token
 */
export function findHs256Key(token: string, keys: readonly KeyObject[]): number {
  const dot = token.lastIndexOf('.')
  const sent = Buffer.from(token.slice(dot + 1))
  const signed = token.slice(0, Math.max(0, dot))
  return keys.findIndex((key) => {
    const expected = Buffer.from(createHmac('sha256', key).update(signed).digest('base64url'))
    return sent.length === expected.length && timingSafeEqual(sent, expected)
  })
}
