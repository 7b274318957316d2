import type { Duration } from '../../base/duration.ts'
import type { AuthContext } from '../auth/auth-context.ts'

/**
 * Whom a kept answer is given to: the `caller` it was made for, everybody of the caller's `tenant`, or
 * `everyone` who passes the checks.
 */
export type CacheScope = 'caller' | 'tenant' | 'everyone'

/** What tells the callers of a scope further apart. A function answers with text. */
export type CacheSplit = 'roles' | 'scopes' | ((auth: AuthContext<never>) => string)

/** `cache` of an action: its answers are kept, and given again to calls that ask the same. */
export interface CacheOptions {
  /** How long an answer is given again, from the beginning of the call it was made for. */
  readonly for: Duration
  /**
   * Who is given the answer of another call: a scope, or a list of one scope and of what tells its
   * callers apart (`['tenant', 'roles']`). Default `caller`: the same issuer, subject, kind, tenant,
   * audience, actors, roles, scopes, claims, session and metadata; `payload` is not looked at.
   */
  readonly per?: CacheScope | readonly (CacheScope | CacheSplit)[]
  /** Most answers of this action that are kept; the one used longest ago goes first. Default 1000. */
  readonly entries?: number
  /**
   * Says that the middleware around the action need not run for a kept answer. Has to be `true` where
   * there is some. Default false.
   */
  readonly skipsMiddleware?: boolean
}

/** {@link CacheOptions} after reading. */
export interface ActionCache {
  /** Milliseconds. */
  readonly lifetime: number
  readonly scope: CacheScope
  readonly splits: readonly CacheSplit[]
  readonly entries: number
}

/** What the cache came to for a call: a kept answer was given, or there was none. */
export type CacheUse = 'hit' | 'miss'
