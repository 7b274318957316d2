import type { Awaitable } from '../../base/promise.ts'
import type { Call } from '../call.ts'
import type { Outcome } from '../outcome.ts'

/** Stages 11 and 14: what is about to happen, and what happened. A throw of `intent` refuses the call. */
export interface AuditPort {
  intent(call: Call): Awaitable<void>
  outcome(call: Call, outcome: Outcome): Awaitable<void>
}
