import { domainToASCII } from 'node:url'

/** RFC 5321 §4.5.3.1: longest address that can be sent to. */
const LONGEST = 254
const LONGEST_LOCAL = 64
/** Quoted local parts are left out: nobody has one, and each is another way to write one that is not quoted. */
const LOCAL = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
const DOMAIN =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/
const USERNAME = /^[a-z0-9](?:[a-z0-9._-]{1,30})[a-z0-9]$/

/**
 * The one form in which addresses are kept, compared, counted and written to. Two that look alike to
 * Unicode but are two mailboxes are not made one: what compatibility would change is refused, or whoever
 * has the one gets mail for the other (GHSA-7rqj-j65f-68wh).
 *
 * @returns `null` for what is no address
 */
export function readAddress(given: unknown): string | null {
  if (typeof given !== 'string' || given.length > LONGEST * 2 || !given.isWellFormed()) return null
  const text = given.trim().normalize('NFC')
  const at = text.lastIndexOf('@')
  if (at < 1 || text.length > LONGEST) return null
  const local = text.slice(0, at).toLowerCase()
  const domain = domainToASCII(text.slice(at + 1).toLowerCase())
  if (local.length > LONGEST_LOCAL || local.normalize('NFKC') !== local) return null
  if (!LOCAL.test(local) || !DOMAIN.test(domain)) return null
  return `${local}@${domain}`
}

/** @returns the form in which user names are kept; `null` for what is none */
export function readUsername(given: unknown): string | null {
  if (typeof given !== 'string' || given.length > 64) return null
  const name = given.trim().toLowerCase()
  return USERNAME.test(name) ? name : null
}

/** What somebody types to say who they are. */
export interface Identifier {
  readonly kind: 'email' | 'username'
  /** In the form that is kept. */
  readonly text: string
}

/** @returns `null` for what can be nobody's: it touches no counter that is anybody's (LOCK-8) */
export function readIdentifier(given: unknown): Identifier | null {
  const email = readAddress(given)
  if (email !== null) return { kind: 'email', text: email }
  const username = readUsername(given)
  return username === null ? null : { kind: 'username', text: username }
}
