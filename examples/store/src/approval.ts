import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

const PURPOSE = 'trefoil-store/approval/v1'
const KEY_BYTES = 32
const HASH = /^sha256:[0-9a-f]{64}$/
const TOKEN = /^([A-Za-z0-9_-]{1,512})\.([A-Za-z0-9_-]{43})$/

/** Milliseconds an approval is good for: 15 minutes. */
export const APPROVAL_MS = 900_000

/** True for `sha256:` and 64 hex digits, as a dry run prints it. */
export function isArgumentsHash(text: string): boolean {
  return HASH.test(text)
}

/**
 * Makes a token that approves exactly one action with exactly one set of arguments.
 *
 * @param hash the `arguments_hash` of a dry run
 * @param now milliseconds since the Unix epoch
 * @throws RangeError when `hash` is not an arguments hash
 */
export function issueApproval(hash: string, secret: string, now: number): string {
  if (!isArgumentsHash(hash)) throw new RangeError('not an arguments hash')
  const claims = JSON.stringify({ hash, expires_at: now + APPROVAL_MS })
  const payload = Buffer.from(claims).toString('base64url')
  return `${payload}.${sign(payload, secret)}`
}

/**
 * Decides whether a token approves this hash, now.
 *
 * @param now milliseconds since the Unix epoch; at the moment of expiry the token is dead
 */
export function approves(token: string, hash: string, secret: string, now: number): boolean {
  const [, payload, signature] = TOKEN.exec(token) ?? []
  if (payload === undefined || signature === undefined) return false
  // Compared bit by bit with an early exit, the time taken would let a caller find a valid
  // signature one character after the other.
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(sign(payload, secret)))) return false
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return isClaims(claims) && claims.hash === hash && now < claims.expires_at
}

interface Claims {
  readonly hash: string
  readonly expires_at: number
}

function isClaims(value: unknown): value is Claims {
  return (
    typeof value === 'object' &&
    value !== null &&
    'hash' in value &&
    typeof value.hash === 'string' &&
    'expires_at' in value &&
    typeof value.expires_at === 'number'
  )
}

function sign(payload: string, secret: string): string {
  // A key of its own: access tokens are HMACs of the same secret, and with the same key an
  // agent could present text the store once signed for login as an approval.
  const key = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, KEY_BYTES))
  return createHmac('sha256', key).update(payload).digest('base64url')
}
