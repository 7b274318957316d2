import type { Awaitable } from '../../base/promise.ts'
import type { Call } from '../call/call.ts'
import type { Outcome } from '../call/outcome.ts'

/**
 * Stages `audit-intent` and `close`: what is about to happen, and what happened. A throw of
 * `intent` refuses the call; a throw of `outcome` fails it.
 */
export interface AuditPort {
  intent(call: Call): Awaitable<void>
  /**
   * Told before the dependencies close, inside the call's unit of work. When closing fails
   * afterwards, that unit is rolled back and this is called again with the failure.
   */
  outcome(call: Call, outcome: Outcome): Awaitable<void>
}
