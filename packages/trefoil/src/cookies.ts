export type { CookieSessionOptions } from './app/cookie-session.ts'
export { cookieSession } from './app/cookie-session.ts'
export type { CookieOptions } from './contract/answer/cookie-options.ts'
export type { CookieSession } from './identity/cookie-session.ts'
export type {
  CookieFormat,
  CookieSignerOptions,
  OpenOptions,
  SealOptions,
} from './identity/cookie-signer.ts'
export { CookieSigner } from './identity/cookie-signer.ts'
