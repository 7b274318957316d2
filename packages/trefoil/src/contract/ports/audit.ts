import type { Awaitable } from '../../base/promise.ts'
import type { AuthContext } from '../auth/auth-context.ts'
import type { Action } from '../call/action.ts'
import type { Call } from '../call/call.ts'
import type { CallRecord, Driver } from '../call/call-record.ts'
import type { Outcome } from '../call/outcome.ts'

/**
 * What the framework knows of a call beside what its handler sees: a view of the moment, with nothing to
 * assign and no credential. Looking at it does not count as the app's looking: answers are kept as before.
 */
export interface AuditFacts {
  /** Everything that was declared of the action; `null` for lists and documents. */
  readonly action: Action | null
  readonly driven: Driver
  /** `null` for nobody, and before anybody was asked. */
  readonly auth: AuthContext | null
  /** The bound arguments; `null` before they are bound. */
  readonly args: Readonly<Record<string, unknown>> | null
  /** True once dependencies, middleware or the handler have begun. */
  readonly begun: boolean
  /** True when it ended because nobody knows who is calling. */
  readonly isUnidentified: boolean
  /** What decided a refusal: the name of the guard, or `approval`. */
  readonly rule: string | null
  /** Code of a credential that was refused, such as `expired`. */
  readonly refusal: string | null
  /** Id of the approval that let it pass. */
  readonly approvalId: string | null
  /** Known where approval or a dry run needed it. */
  readonly argumentsHash: string | null
  /** Milliseconds since it came. */
  readonly duration: number
  /** `meta` of `reply()`. */
  readonly meta: Readonly<Record<string, unknown>> | null
}

/**
 * Stages `audit-intent` and `close`: what is about to happen, and what happened. A throw of
 * `intent` refuses the call; a throw of `outcome` or `ended` fails it.
 */
export interface AuditPort {
  intent(call: Call, facts: AuditFacts): Awaitable<void>
  /**
   * Told before the dependencies close, inside the call's unit of work. When closing fails
   * afterwards, that unit is rolled back and this is called again with the failure.
   */
  outcome(call: Call, outcome: Outcome, facts: AuditFacts): Awaitable<void>
  /**
   * Told once, after everything has closed, with what the caller is about to be told: for logs that are
   * in no unit of work. A throw cannot take back what was done, and takes the place of the answer.
   */
  ended?(call: Call, outcome: Outcome, facts: AuditFacts): Awaitable<void>
  /**
   * Told of what was refused before it was a call: another origin, another host, nothing there. Its caller
   * is told at the same time, so a throw is ignored.
   */
  refused?(record: CallRecord): unknown
}
