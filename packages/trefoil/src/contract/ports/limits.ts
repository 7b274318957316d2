import type { Awaitable } from '../../base/promise.ts'
import type { Call } from '../call.ts'
import type { Problem } from '../problem.ts'

/** Stage 6: rate, concurrency and lockout. A returned problem refuses the call. */
export interface LimitsPort {
  admit(call: Call): Awaitable<Problem | undefined>
}
