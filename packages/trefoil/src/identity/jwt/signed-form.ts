/** Characters of the header that are looked at: more white space than anybody puts in front of it. */
const LOOKED_AT = 64

/**
 * True for text in the form of a signed JWT (RFC 7515 §7.1): three parts, the first of which begins as a
 * JSON object does. Only the form counts, and little of it: a JWT that is broken further on is a bad JWT
 * and no token of another kind. Attack: a token that is changed until this says no is opaque, and
 * nobody's but that of a service which is asked about it.
 */
export function hasSignedForm(token: string): boolean {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first <= 0 || second === -1 || token.includes('.', second + 1)) return false
  const header = Buffer.from(token.slice(0, Math.min(first, LOOKED_AT)), 'base64url')
  return header.toString('latin1').trimStart().startsWith('{')
}
