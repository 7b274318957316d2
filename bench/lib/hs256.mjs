// HS256 verification by hand, as someone would write it who knows what must be checked and
// wants nothing else. Used by the bare server, and by the peers that bring no verifier.
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

import { SECRET } from './token.mjs'

const KEY = createSecretKey(Buffer.from(SECRET))
const CACHE_SIZE = 1000

/** @typedef {{ sub: string, exp: number, nbf?: number }} Claims */

/**
 * @param {string | undefined} authorization the header's value
 * @returns {string | null}
 */
export function bearer(authorization) {
  return authorization?.startsWith('Bearer ') ? authorization.slice(7) : null
}

/**
 * Checks signature, algorithm and times of a token, every time.
 *
 * @param {string} token
 * @returns {Claims | null}
 */
export function verifyToken(token) {
  const first = token.indexOf('.')
  const last = token.lastIndexOf('.')
  if (first <= 0 || last <= first) return null
  const expected = createHmac('sha256', KEY).update(token.slice(0, last)).digest()
  const given = Buffer.from(token.slice(last + 1), 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  try {
    if (decode(token.slice(0, first)).alg !== 'HS256') return null
    const claims = decode(token.slice(first + 1, last))
    return typeof claims.sub === 'string' && inTime(claims) ? claims : null
  } catch {
    return null
  }
}

/** The same with a cache of verified tokens; the times are still checked on every call. */
export function cachingVerifier() {
  /** @type {Map<string, Claims>} */
  const cache = new Map()
  /** @param {string} token */
  return (token) => {
    const known = cache.get(token)
    if (known !== undefined) return inTime(known) ? known : null
    const claims = verifyToken(token)
    if (claims === null) return null
    if (cache.size >= CACHE_SIZE) cache.clear()
    cache.set(token, claims)
    return claims
  }
}

/** @param {string} part */
function decode(part) {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}

/** @param {Claims} claims */
function inTime({ exp, nbf }) {
  const now = Date.now() / 1000
  return typeof exp === 'number' && exp > now && (nbf === undefined || nbf <= now)
}
