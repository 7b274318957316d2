import type { CookieOptions } from '../../../cookies.ts'
import {
  type Dependency,
  dependency,
  ImproperlyConfigured,
  type ReplyOptions,
} from '../../../index.ts'
import { cookiesOf, whyNoCookie } from '../../../inner.ts'
import { DEVICE_COOKIE, DEVICE_LIFETIME } from '../lockout/device-token.ts'
import type { LoginCookieValues } from './cookie-options.ts'

/** The cookie of a device that is not asked for a second factor. */
export const TRUSTED_COOKIE = 'trefoil_trusted'

const TOKEN = /^[A-Za-z0-9_-]+$/

type Cookies = NonNullable<ReplyOptions['cookies']>

/** The cookies of the room: names and attributes in one place, so that what is set is what is cleared (SW-18). */
export interface SessionCookies {
  readonly login: string
  readonly device: string
  /** What the browser sent under that name; `null` for nothing, and where it was sent twice (COOK-5). */
  readonly sentLogin: Dependency<string | null>
  readonly sentDevice: Dependency<string | null>
  readonly sentTrusted: Dependency<string | null>
  /** @param maxAge milliseconds */
  set(token: string, maxAge: number): Cookies
  setDevice(token: string): Cookies
  /** @param maxAge milliseconds */
  setTrusted(token: string, maxAge: number): Cookies
  clear(): Cookies
}

/** @throws ImproperlyConfigured for what browsers would refuse without a word */
export function makeSessionCookies(values: LoginCookieValues): SessionCookies {
  const { name, sameSite, secure, domain } = values
  if (!TOKEN.test(name) || name.length > 64) {
    throw new ImproperlyConfigured(
      'accounts(): cookie: name must be letters, digits, - and _, such as trefoil_login',
    )
  }
  if (/^__/.test(name)) {
    throw new ImproperlyConfigured(
      'accounts(): cookie: name must stand without __Host-, which it gets where it may have it',
    )
  }
  // The prefix keeps sub-domains and plain http from planting a session of their choice.
  const prefix = secure && domain === null ? '__Host-' : ''
  const attributes = {
    path: '/',
    httpOnly: true,
    secure,
    sameSite,
    ...(domain === null ? {} : { domain }),
  }
  const [login, device] = [prefix + name, prefix + DEVICE_COOKIE]
  const trusted = prefix + TRUSTED_COOKIE
  if (login === trusted) {
    throw new ImproperlyConfigured(`accounts(): cookie: name cannot be ${TRUSTED_COOKIE}`)
  }
  if (login === device) {
    throw new ImproperlyConfigured(`accounts(): cookie: name cannot be ${DEVICE_COOKIE}`)
  }
  const why = whyNoCookie(login, attributes)
  if (why !== null) throw new ImproperlyConfigured(`accounts(): cookie: ${why}`)
  const set = (cookie: string, value: string, maxAge: CookieOptions['maxAge']): Cookies => ({
    [cookie]: { ...attributes, value, ...(maxAge === undefined ? {} : { maxAge }) },
  })
  return Object.freeze({
    login,
    device,
    sentLogin: sent(login),
    sentDevice: sent(device),
    sentTrusted: sent(trusted),
    set: (token: string, maxAge: number) => set(login, token, `${Math.floor(maxAge / 1000)}s`),
    setDevice: (token: string) => set(device, token, DEVICE_LIFETIME),
    setTrusted: (token: string, maxAge: number) =>
      set(trusted, token, `${Math.floor(maxAge / 1000)}s`),
    clear: () => ({
      [login]: { ...attributes, value: '', maxAge: '0s' as const, expires: new Date(0) },
    }),
  })
}

function sent(name: string): Dependency<string | null> {
  const provide = (_: unknown, call: Parameters<typeof cookiesOf>[0]) => {
    const text = cookiesOf(call)?.read(name)
    return text === undefined || text === '' ? null : text
  }
  return dependency(provide, { name: 'sentCookie', ambient: true })
}
