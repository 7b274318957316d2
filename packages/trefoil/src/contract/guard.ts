import type { Awaitable } from '../base/promise.ts'
import type { AuthContext } from './auth-context.ts'
import type { Call } from './call.ts'

/**
 * A permission test. Having one means having to be authenticated: a guard never sees an
 * anonymous caller (PW-04).
 */
export interface Guard {
  /** Shown as `details.guard`. */
  readonly name: string
  /** True when {@link Guard.check} reads `call.args`: it then runs after validation. */
  readonly needsInput: boolean
  /** Scopes that would satisfy it, for the `insufficient_scope` challenge (RFC 6750 §3.1). */
  readonly scopes?: readonly string[]
  /** Only `true` lets the call pass; a throw denies. */
  check(auth: AuthContext, call: Call): Awaitable<boolean>
  /** Public text for an authenticated caller who was denied. */
  denial(auth: AuthContext, call: Call): string
}
