import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import type { AccountKeys } from '../account-keys.ts'

/** What a refresh answers, and what is made true before it is given. Times are milliseconds since the Unix epoch. */
export interface RenewedTokens {
  /** Digest of the new access token. */
  readonly digest: string
  readonly serial: number
  readonly issuedAt: number
  readonly until: number
  /** The body, as text: whoever lost it is given the same bytes. */
  readonly body: string
}

const ALGORITHM = 'aes-256-gcm'
const IV = 12
const TAG = 16

/**
 * Closed so that it takes both to open it: the token that was sent, which is kept nowhere, and the key of the
 * app, which is not in the database (SES-2).
 */
export function sealAnswer(keys: AccountKeys, sent: string, answer: RenewedTokens): string {
  const { id, key } = keys.current('refresh')
  const iv = randomBytes(IV)
  const cipher = createCipheriv(ALGORITHM, keyOf(sent, key), iv)
  const closed = [cipher.update(JSON.stringify(answer), 'utf8'), cipher.final()]
  return `${id}.${Buffer.concat([iv, cipher.getAuthTag(), ...closed]).toString('base64url')}`
}

/** @returns `null` where the key is gone, and for what was changed */
export function openAnswer(keys: AccountKeys, sent: string, sealed: string): RenewedTokens | null {
  const dot = sealed.indexOf('.')
  const key = keys.find('refresh', sealed.slice(0, Math.max(dot, 0)))
  const bytes = Buffer.from(sealed.slice(dot + 1), 'base64url')
  if (key === null || bytes.length < IV + TAG) return null
  try {
    const decipher = createDecipheriv(ALGORITHM, keyOf(sent, key.key), bytes.subarray(0, IV))
    decipher.setAuthTag(bytes.subarray(IV, IV + TAG))
    const open = [decipher.update(bytes.subarray(IV + TAG)), decipher.final()]
    // Nobody else can have closed it.
    return JSON.parse(Buffer.concat(open).toString('utf8')) as RenewedTokens
  } catch {
    return null
  }
}

function keyOf(sent: string, key: KeyObject): KeyObject {
  const whole = createSecretKey(sent, 'utf8')
  const bytes = hkdfSync('sha256', whole, key.export(), 'trefoil refresh answer v1', 32)
  return createSecretKey(Buffer.from(bytes))
}
