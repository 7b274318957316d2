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
  set(state: string, value: string): Cookies
  clear(state: string): Cookies
}

const VALUE = /^[A-Za-z0-9_-]{43}$/

/** @param isSecure as that of the login; without, it has no prefix that keeps others from planting it */
export function tripCookies(isSecure: boolean): TripCookies {
  // Browsers send it when the provider sends them back, which a strict one they would not.
  const attributes = { path: '/', httpOnly: true, secure: isSecure, sameSite: 'lax' as const }
  const nameOf = (state: string) =>
    `${isSecure ? '__Host-' : ''}trefoil_oauth_${hash('sha256', state, 'hex').slice(0, 12)}`
  return Object.freeze({
    sent: dependency(
      (_, call): ReadCookie =>
        (name) => {
          const text = cookiesOf(call)?.read(name)
          return text !== undefined && VALUE.test(text) ? text : null
        },
      { name: 'sentTrip', ambient: true },
    ),
    nameOf,
    set: (state: string, value: string) => ({
      [nameOf(state)]: { ...attributes, value, maxAge: '10m' as const },
    }),
    clear: (state: string) => ({
      [nameOf(state)]: { ...attributes, value: '', maxAge: '0s' as const, expires: new Date(0) },
    }),
  })
}
