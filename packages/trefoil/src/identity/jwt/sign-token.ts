import { createHmac, createSecretKey } from 'node:crypto'
import { HMAC, type HmacAlgorithm } from './algorithms.ts'

/**
 * Signs claims with a secret, adding nothing to them: for tokens that an app gives out by itself, and
 * for tests.
 *
 * @param header more members for the header, `kid` say
 * @throws TypeError when the claims have no JSON form
 */
export function signToken(
  algorithm: HmacAlgorithm,
  secret: Uint8Array,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const parts = [{ alg: algorithm, typ: 'JWT', ...header }, claims]
  const signed = parts.map((part) => base64url(JSON.stringify(part))).join('.')
  return `${signed}.${createHmac(HMAC[algorithm].hash, createSecretKey(secret)).update(signed).digest('base64url')}`
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}
