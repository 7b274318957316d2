import type { Awaitable } from '../../base/promise.ts'
import type { Outcome } from '../../contract/call/outcome.ts'
import { handOver } from '../background/hand-over.ts'
import type { CallState } from '../call-state.ts'
import type { Failure } from '../dependencies/dependency-scope.ts'
import { mayRepeat } from '../repeat-call.ts'
import { auditFactsOf } from '../views/audit-facts.ts'
import { callOf } from '../views/handler-call.ts'
import { releaseLease } from './release-lease.ts'
import { toProblem } from './settle.ts'
import { withinCloseTimeout } from './within-close-timeout.ts'

/**
 * Ends a call: audit outcome first, inside its unit of work, then the dependencies, newest first,
 * told the error if there was one, then whatever else was opened for it. What fails here throws
 * the answer away, because a transaction that did not commit did not happen. Has a bound of its own
 * and not the call's deadline: a commit that was interrupted leaves an answer nobody can give.
 *
 * @returns the outcome, or the problem that closing came to
 */
export function close(state: CallState, outcome: Outcome): Awaitable<Outcome> {
  state.phase = 'closing'
  const { scopes, closeHooks, site } = state
  const audits = state.rehearses ? 0 : site.app.audit.length
  if (scopes === null && closeHooks === null && audits === 0) return over(state, outcome)
  return closeInTime(state, outcome)
}

/** A commit that met another: nothing has been kept, and nobody has been answered. */
class Repeat {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

async function closeInTime(state: CallState, outcome: Outcome): Promise<Outcome> {
  const ended = await withinCloseTimeout(state, (late) => closeAll(state, outcome, late))
  if (!(ended instanceof Repeat)) return over(state, ended)
  return state.waiting?.again(ended.error) ?? over(state, outcome)
}

/**
 * Never rejects.
 *
 * @param late resolves when there is no more time; what has begun goes on by itself
 */
async function closeAll(
  state: CallState,
  outcome: Outcome,
  late: Promise<Failure> | null,
): Promise<Outcome | Repeat> {
  const inTime = (work: Promise<Failure | null>) =>
    late === null ? work : Promise.race([work, late])
  const audited = await inTime(audit(state, outcome))
  const failed = state.failure ?? audited
  const closeFailure = await (state.scopes?.close('request', failed, late) ?? null)
  if (failed === null && closeFailure !== null && mayRepeat(state, closeFailure.error)) {
    return new Repeat(closeFailure.error)
  }
  const left = await inTime(state.runCloseHooks().then(() => null))
  const ended = audited ?? closeFailure ?? left
  const final: Outcome =
    ended === null ? outcome : { kind: 'problem', problem: toProblem(state, ended.error) }
  // What the audit was told has been rolled back with the rest.
  if (closeFailure !== null) await inTime(audit(state, final))
  const unwritten = await inTime(tellEnded(state, final))
  if (unwritten === null) return final
  return { kind: 'problem', problem: toProblem(state, unwritten.error) }
}

/** Of logs that are in no unit of work: there is nothing left that could be rolled back. */
async function tellEnded(state: CallState, outcome: Outcome): Promise<Failure | null> {
  if (state.rehearses) return null
  let failure: Failure | null = null
  for (const port of state.site.app.audit) {
    if (port.ended === undefined) continue
    try {
      await port.ended(callOf(state), outcome, auditFactsOf(state))
    } catch (error) {
      failure ??= { error }
    }
  }
  return failure
}

async function audit(state: CallState, outcome: Outcome): Promise<Failure | null> {
  if (state.rehearses) return null
  let failure: Failure | null = null
  for (const port of state.site.app.audit) {
    try {
      await port.outcome(callOf(state), outcome, auditFactsOf(state))
    } catch (error) {
      // The others are told all the same: what they write down must not depend on one that is down.
      failure ??= { error }
    }
  }
  return failure
}

function over(state: CallState, outcome: Outcome): Outcome {
  state.phase = 'over'
  const { leases } = state
  // Left by a hook that hangs, or come after the last: nobody else looks for them any more.
  if (state.closeHooks !== null && state.closeHooks.length > 0) void state.runCloseHooks()
  state.leases = null
  for (const lease of leases ?? []) releaseLease(state, lease, outcome)
  // What an error handler answered may look good though everything was rolled back.
  const isDone = state.failure === null && outcome.kind === 'answer' && outcome.answer.status < 400
  handOver(state, isDone)
  return outcome
}
