import type { Awaitable } from '../base/promise.ts'
import type { Outcome } from '../contract/outcome.ts'
import { refuse } from '../contract/problem.ts'
import type { CallState } from './call-state.ts'
import type { Failure } from './dependency-scope.ts'
import { toProblem } from './settle.ts'
import { callOf } from './views/handler-call.ts'

/**
 * Ends a call: audit outcome first, inside its unit of work, then the dependencies, newest first,
 * told the error if there was one, then whatever else was opened for it. What fails here throws
 * the answer away, because a transaction that did not commit did not happen. Has a bound of its own
 * and not the call's deadline: a commit that was interrupted leaves an answer nobody can give.
 *
 * @param failure what the dependencies are told
 * @returns the outcome, or the problem that closing came to
 */
export function close(
  state: CallState,
  outcome: Outcome,
  failure: Failure | null,
): Awaitable<Outcome> {
  state.phase = 'closing'
  state.ended = true
  const { scopes, closeHooks, site } = state
  const audit = state.rehearses ? null : site.app.audit
  if (scopes === null && closeHooks === null && audit === null) return over(state, outcome)
  return closeInTime(state, outcome, failure)
}

async function closeInTime(
  state: CallState,
  outcome: Outcome,
  failure: Failure | null,
): Promise<Outcome> {
  const { closeTimeout } = state.site.app
  const closing = closeAll(state, outcome, failure)
  if (closeTimeout === 0) return over(state, await closing)
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), closeTimeout)
  })
  const end = await Promise.race([closing, late])
  clearTimeout(timer)
  if (end !== 'late') return over(state, end)
  // It goes on by itself; what comes of it nobody can be told any more.
  state.log.error({ close_timeout_ms: closeTimeout }, 'Closing after a call took too long')
  return over(state, { kind: 'problem', problem: refuse('INTERNAL_ERROR') })
}

/** Never rejects. */
async function closeAll(
  state: CallState,
  outcome: Outcome,
  failure: Failure | null,
): Promise<Outcome> {
  const audited = await audit(state, outcome)
  const failed = audited === null ? failure : (failure ?? audited)
  const closeFailure = await (state.scopes?.close('request', failed) ?? null)
  await state.runCloseHooks()
  const late = audited ?? closeFailure
  if (late === null) return outcome
  const final: Outcome = { kind: 'problem', problem: toProblem(state, late.error) }
  // What the audit was told has been rolled back with the rest.
  if (closeFailure !== null) await audit(state, final)
  return final
}

async function audit(state: CallState, outcome: Outcome): Promise<Failure | null> {
  const port = state.rehearses ? null : state.site.app.audit
  if (port === null) return null
  try {
    await port.outcome(callOf(state), outcome)
    return null
  } catch (error) {
    return { error }
  }
}

function over(state: CallState, outcome: Outcome): Outcome {
  state.phase = 'over'
  const { leases } = state
  state.leases = null
  for (const lease of leases ?? []) {
    try {
      lease.release(outcome)
    } catch (err) {
      state.log.error({ err }, 'A lease could not be released')
    }
  }
  handOver(state, outcome)
  return outcome
}

/**
 * Work for after the answer: only after one below 400, unless it asked to be done always. A mail
 * that says "done" must not leave for a call that failed, or was rolled back (FND-17).
 */
function handOver(state: CallState, outcome: Outcome): void {
  const { tasks, requestId } = state
  if (tasks === null || state.rehearses) return
  state.tasks = null
  const isGood = outcome.kind === 'answer' && outcome.answer.status < 400
  const due = isGood ? tasks : tasks.filter(({ always }) => always)
  if (due.length === 0) return
  const { background } = state.site.app
  state.inbound.onDone(() => {
    for (const task of due) background.start(task.run, requestId)
  })
}
