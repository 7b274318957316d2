import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import type { Verifier } from './compact-token.ts'

/** Characters of 32 bytes in base64url. */
const SIGNATURE_LENGTH = 43

/**
 * HMAC with SHA-256 under any of the secrets (RFC 7518 §3.2), without waiting. Spellings are
 * compared, not bytes, so a signature has exactly one; and in constant time, so that a forger does
 * not learn how much of it is right.
 */
export function hs256Verifier(secrets: readonly Uint8Array[]): Verifier {
  // Making a key ready costs more than one hash.
  const keys = secrets.map((secret) => createSecretKey(secret))
  return ({ signed, signature }) => {
    const sent = Buffer.from(signature, 'utf8')
    // Foreign characters take more than one byte.
    return sent.length === SIGNATURE_LENGTH && keys.some((key) => isSignedBy(key, signed, sent))
  }
}

function isSignedBy(key: KeyObject, signed: string, sent: Buffer): boolean {
  const mac = createHmac('sha256', key).update(signed).digest('base64url')
  return timingSafeEqual(Buffer.from(mac, 'utf8'), sent)
}
