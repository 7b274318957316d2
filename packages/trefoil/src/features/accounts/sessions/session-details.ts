import type { StoredLoginSession } from '../../../stores.ts'
import type { SessionMode } from './login-sessions.ts'

/** What the room knows of a session beside what every store knows. Times are milliseconds since the Unix epoch. */
export interface SessionDetails {
  /** Of the account when it was made: of another one it is dead. */
  readonly epoch: number
  readonly mode: SessionMode
  readonly clientId: string | null
  readonly methods: readonly string[]
  /** When the person last showed who they are. */
  readonly authTime: number
  /** When each method was shown, where not all were at `authTime`; absent in sessions of before. */
  readonly times?: Readonly<Record<string, number>>
  readonly device: string | null
  /** Of an address only so much that it says where, and not who. */
  readonly address: string | null
  /** Goes up with each renewal: an older answer that comes late does not put an older token back. */
  readonly serial: number
  readonly issuedAt: number
  /** From which on the current token is not taken. */
  readonly until: number
  /** Digest of the token before, for calls that were under way when it was renewed; `null` for none. */
  readonly previous: string | null
  readonly previousUntil: number
}

export function writeDetails(details: SessionDetails): string {
  return JSON.stringify({ v: 1, ...details })
}

/**
 * @returns `null` for what this room did not write, and what nobody can read: it opens nothing. A limit that is
 * no number would be none.
 */
export function readDetails({
  details,
}: Pick<StoredLoginSession, 'details'>): SessionDetails | null {
  let value: unknown
  try {
    value = JSON.parse(details)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  // Each member is looked at below.
  const given = value as Readonly<Record<string, unknown>>
  const { v, mode, clientId, methods, device, address, previous } = given
  const numbers = ['epoch', 'authTime', 'serial', 'issuedAt', 'until', 'previousUntil']
  if (v !== 1 || !numbers.every((name) => Number.isFinite(given[name]))) return null
  if (mode !== 'bearer' && mode !== 'cookie') return null
  if (![clientId, device, address, previous].every(isTextOrNull)) return null
  if (!Array.isArray(methods) || !methods.every((one) => typeof one === 'string')) return null
  if (!isTimes(given['times'])) return null
  return given as unknown as SessionDetails
}

function isTimes(value: unknown): boolean {
  if (value === undefined) return true
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((time) => Number.isFinite(time))
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
