import type { Clock } from '../../base/clock.ts'
import type { RateRule } from '../../contract/limits/rate-rule.ts'
import type { RateStore } from '../../contract/ports/rate-store.ts'
import type { RateKeys } from '../../policy/rate/rate-key.ts'

/** What becomes of a call while the store of rates does not answer. */
export type RateFailure = 'closed' | 'open'

/** How an app counts calls. */
export interface RateLimits {
  readonly store: RateStore
  readonly failure: RateFailure
  /** What lists and documents are counted by: the rates of the app. */
  readonly ofLists: readonly RateRule[]
  readonly clock: Clock
  /** By the scope of their rate, for all actions that it holds for. */
  readonly keys: Map<string, RateKeys>
  /** When the log said last that the store fails, by the clock's `elapsed`: once for all actions. */
  readonly failed: { saidAt: number }
}
