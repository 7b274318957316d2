/** Attributes of a `Set-Cookie` header (RFC 6265bis). */
export interface CookieOptions {
  /** Seconds to live. */
  readonly maxAge?: number
  readonly expires?: Date
  /** Default `/`. */
  readonly path?: string
  readonly domain?: string
  /** Default `true`. */
  readonly secure?: boolean
  /** Default `true`. */
  readonly httpOnly?: boolean
  /** Default `lax`; `none` needs `secure`. */
  readonly sameSite?: 'strict' | 'lax' | 'none'
}
