import { kinds, type OptionGroup, type Values } from '../../../parts.ts'

/** The cookie of a login session. HttpOnly always. */
export interface LoginCookieOptions {
  /** Without the prefix `__Host-`, which it gets where it is secure and has no domain. Default `trefoil_login`. */
  readonly name?: string
  /** Default `lax`. */
  readonly sameSite?: 'strict' | 'lax' | 'none'
  /** Hosts below it get the cookie too. Default none: this host alone. */
  readonly domain?: string
  /** Default true; false is for development over http. */
  readonly secure?: boolean
  /**
   * Default true: logging out sends `Clear-Site-Data: "cookies"`, with which the browser drops every cookie of the site
   * and of all hosts of its domain. False clears the login alone: the device stays known to the lockout.
   */
  readonly clearSite?: boolean
}

/** {@link LoginCookieOptions} after reading. */
export type LoginCookieValues = Values<LoginCookieOptions, { domain: string | null }>

/** The rows of {@link LoginCookieOptions}. */
export const LOGIN_COOKIE: OptionGroup<LoginCookieOptions, LoginCookieValues> = {
  name: 'accounts(): cookie',
  prefix: 'TREFOIL_AUTH_COOKIE',
  rows: {
    name: {
      read: kinds.text,
      default: 'trefoil_login',
      variable: true,
      doc: 'Without the prefix `__Host-`, which it gets where it is secure and has no domain.',
    },
    sameSite: {
      read: kinds.choice(['strict', 'lax', 'none']),
      default: 'lax',
      variable: true,
      doc: 'When a browser sends it to this host from pages of others.',
    },
    domain: {
      read: kinds.orNull(kinds.text),
      default: null,
      shown: 'this host alone',
      variable: true,
      doc: 'Hosts below it get the cookie too.',
    },
    secure: {
      read: kinds.flag,
      default: true,
      variable: true,
      doc: 'Over https alone; false is for development over http.',
    },
    clearSite: {
      read: kinds.flag,
      default: true,
      variable: true,
      doc: 'Logging out clears all cookies of the site; false clears the login alone.',
    },
  },
}
