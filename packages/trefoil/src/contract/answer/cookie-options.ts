import type { Duration } from '../../base/duration.ts'

/**
 * Attributes of a `Set-Cookie` header (RFC 6265bis). A name that begins with `__Host-` needs
 * `secure`, `path: '/'` and no `domain`; `__Secure-` needs `secure`.
 */
export interface CookieOptions {
  /** Whole seconds to live, such as `1h`; at most `400d` is sent, because browsers keep nothing longer. */
  readonly maxAge?: Duration
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
  /** A jar of its own for every site that embeds this one (CHIPS); needs `secure`. Default `false`. */
  readonly partitioned?: boolean
}
