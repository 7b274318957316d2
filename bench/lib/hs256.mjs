// HS256 verification by hand, as someone would write it who knows what must be checked and
// wants nothing else. Used by the bare server, and by the peers that bring no verifier.
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

import { SECRET } from './token.mjs'

const KEY = createSecretKey(Buffer.from(SECRET))
/** Trefoil's defaults, so that rows with a cache differ in nothing but what they do besides. */
const CACHE_SIZE = 256
const LONGEST_REFUSED = 2048

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

/**
 * The same with the verdicts kept by Trefoil's rules: 256 good tokens, of which the one not used
 * for longest leaves first, and 256 bad ones, so that a flood of bad ones throws no good one out.
 * The times of a good token are checked on every call.
 */
export function cachingVerifier() {
  /** @type {Map<string, Claims>} */
  const verified = new Map()
  /** @type {Map<string, null>} */
  const refused = new Map()
  /** @param {string} token @returns {Claims | null} */
  return (token) => {
    const known = verified.get(token)
    if (known !== undefined) {
      verified.delete(token)
      if (!inTime(known)) return null
      verified.set(token, known)
      return known
    }
    // Kept for ever: a clock that is set back is no concern of a bench.
    if (refused.has(token)) return null
    const claims = verifyToken(token)
    if (claims !== null) keep(verified, token, claims)
    else if (token.length <= LONGEST_REFUSED) keep(refused, token, null)
    return claims
  }
}

/** @template Value @param {Map<string, Value>} cache @param {string} token @param {Value} value */
function keep(cache, token, value) {
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value ?? '')
  cache.set(token, value)
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
