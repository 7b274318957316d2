import { parseCookieDate } from './cookie-date.ts'

/** A `Set-Cookie` line, read as far as it says itself (RFC 6265bis §5.6). */
export interface ParsedCookie {
  readonly name: string
  readonly value: string
  /** Milliseconds since the epoch, `null` when the cookie lasts as long as the client. */
  readonly expiresAt: number | null
  /** Lower-case, without leading dot; empty when the cookie is the host's alone. */
  readonly domain: string
  /** `null` when the attribute is missing or not absolute. */
  readonly path: string | null
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: 'strict' | 'lax' | 'none' | null
}

const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/
const MAX_PAIR_BYTES = 4096
const MAX_ATTRIBUTE_BYTES = 1024
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60
const encoder = new TextEncoder()

/** @returns `null` when a browser would drop the line */
export function parseSetCookie(line: string, now: number): ParsedCookie | null {
  if (CONTROL.test(line)) return null
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const name = equals === -1 ? '' : pair.slice(0, equals).trim()
  const value = pair.slice(equals + 1).trim()
  if (name === '' && value === '') return null
  if (byteLength(name) + byteLength(value) > MAX_PAIR_BYTES) return null
  const read = readAttributes(attributes)
  const sameSite = read.get('samesite')?.toLowerCase()
  const path = read.get('path') ?? ''
  return {
    name,
    value,
    expiresAt: expiryOf(read, now),
    domain: (read.get('domain') ?? '').toLowerCase().replace(/^\./, ''),
    path: path.startsWith('/') ? path : null,
    secure: read.has('secure'),
    httpOnly: read.has('httponly'),
    sameSite: sameSite === 'strict' || sameSite === 'lax' || sameSite === 'none' ? sameSite : null,
  }
}

/** Attributes by lower-case name; the last one of a name counts. */
function readAttributes(attributes: readonly string[]): ReadonlyMap<string, string> {
  const read = new Map<string, string>()
  for (const attribute of attributes) {
    const equals = attribute.indexOf('=')
    const name = (equals === -1 ? attribute : attribute.slice(0, equals)).trim().toLowerCase()
    const value = equals === -1 ? '' : attribute.slice(equals + 1).trim()
    if (byteLength(value) > MAX_ATTRIBUTE_BYTES) continue
    // One that cannot be read leaves the one before it in force.
    if (name === 'max-age' && !/^-?\d+$/.test(value)) continue
    if (name === 'expires' && parseCookieDate(value) === null) continue
    read.set(name, value)
  }
  return read
}

/** `Max-Age` goes before `Expires`; neither reaches further than 400 days. */
function expiryOf(attributes: ReadonlyMap<string, string>, now: number): number | null {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined) {
    const seconds = Number(maxAge)
    return seconds <= 0 ? Number.NEGATIVE_INFINITY : now + Math.min(seconds, MAX_AGE_SECONDS) * 1000
  }
  const expires = attributes.get('expires')
  const date = expires === undefined ? null : parseCookieDate(expires)
  return date === null ? null : Math.min(date, now + MAX_AGE_SECONDS * 1000)
}

function byteLength(text: string): number {
  return encoder.encode(text).byteLength
}
