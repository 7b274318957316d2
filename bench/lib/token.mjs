import { createHmac } from 'node:crypto'

/** 32 bytes: the least HS256 wants. For this bench only. */
export const SECRET = 'bench-secret-bench-secret-bench!'
export const SUBJECT = 'user_1'

const HOUR = 3600

/**
 * An HS256 token of the bench's subject.
 *
 * @param {{ ttl?: number | null, secret?: string, scopes?: readonly string[], roles?: readonly string[] }} [options] `ttl` in seconds; `null` leaves `exp` out
 */
export function mintToken({ ttl = 12 * HOUR, secret = SECRET, scopes, roles } = {}) {
  const now = Math.floor(Date.now() / 1000)
  const head = encode({ alg: 'HS256', typ: 'JWT' })
  const claims = {
    sub: SUBJECT,
    iat: now - HOUR,
    ...(ttl === null ? {} : { exp: now + ttl }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(roles === undefined ? {} : { roles }),
  }
  const signed = `${head}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** @param {object} value */
function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
