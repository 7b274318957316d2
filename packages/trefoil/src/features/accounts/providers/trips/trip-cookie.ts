import { hash } from 'node:crypto'
import { type Dependency, dependency, type ReplyOptions } from '../../../../index.ts'
import { cookiesOf } from '../../../../inner.ts'

type Cookies = NonNullable<ReplyOptions['cookies']>

/** Reads a cookie by its name; `null` for none, and where it was sent twice (COOK-5). */
export type ReadCookie = (name: string) => string | null

/** By which a browser shows that it is the one that began; one for each way, so that two tabs do not meet. */
export interface TripCookies {
  readonly sent: Dependency<ReadCookie>
  /** @param state of the way; its name is made of it */
  nameOf(state: string): string
  /**
   * Takes away the oldest, so that a new one fits. Another site can have its visitor's browser begin again and again: without
   * an end they fill the head of each request, which nobody answers then, and push out the cookie of the login.
   */
  readonly room: Dependency<Cookies>
  set(state: string, value: string): Cookies
  clear(state: string): Cookies
}

/** Ways that one browser may have open at a time. */
const MOST = 8
const HEX = /^[0-9a-f]{12}$/
const VALUE = /^[A-Za-z0-9_-]{43}$/

/** @param isSecure as that of the login; without, it has no prefix that keeps others from planting it */
export function tripCookies(isSecure: boolean): TripCookies {
  // Browsers send it when the provider sends them back, which a strict one they would not.
  const attributes = { path: '/', httpOnly: true, secure: isSecure, sameSite: 'lax' as const }
  const begin = `${isSecure ? '__Host-' : ''}trefoil_oauth_`
  const nameOf = (state: string) => `${begin}${hash('sha256', state, 'hex').slice(0, 12)}`
  const isOne = (name: string) => name.startsWith(begin) && HEX.test(name.slice(begin.length))
  const gone = { ...attributes, value: '', maxAge: '0s' as const, expires: new Date(0) }
  return Object.freeze({
    sent: dependency(
      (_, call): ReadCookie =>
        (name) => {
          const text = cookiesOf(call)?.read(name)
          return text !== undefined && VALUE.test(text) ? text : null
        },
      { name: 'sentTrip', ambient: true },
    ),
    room: dependency(
      (_, call): Cookies => {
        const open = (cookiesOf(call)?.names() ?? []).filter(isOne)
        const over = open.slice(0, Math.max(0, open.length + 1 - MOST))
        return Object.fromEntries(over.map((name) => [name, gone]))
      },
      { name: 'tripRoom', ambient: true },
    ),
    nameOf,
    set: (state: string, value: string) => ({
      [nameOf(state)]: { ...attributes, value, maxAge: '10m' as const },
    }),
    clear: (state: string) => ({ [nameOf(state)]: gone }),
  })
}
