import { createHash } from 'node:crypto'

const DIGEST = /^[A-Za-z0-9_-]{43}$/

/** A key as tables have it: of one length, of letters that every database orders and compares alike. */
export function keyDigest(key: string): string {
  return DIGEST.test(key) ? key : digestOf([key])
}

/** Of texts with their lengths: `a` and `b:c` are not `a:b` and `c`. */
export function digestOf(parts: readonly string[]): string {
  const text = parts.map((part) => `${part.length}:${part}`).join('')
  return createHash('sha256').update(text).digest('base64url')
}
