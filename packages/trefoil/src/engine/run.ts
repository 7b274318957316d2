import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { Outcome } from '../contract/outcome.ts'
import { type Problem, refuse } from '../contract/problem.ts'
import { discardStream } from './answer/stream.ts'
import type { CallState } from './call-state.ts'
import { close } from './close.ts'
import { Deadline } from './deadline.ts'
import { RolledBack } from './dependency-scope.ts'
import { handOut } from './hand-out.ts'
import type { Plan } from './plan.ts'
import { settleLate, settleThrown, toProblem } from './settle.ts'
import { DRY_RUN, type Stage, type StageEnd } from './stage.ts'

/**
 * Walks a call through the stages of its plan, settles it and closes what it opened. Never rejects.
 * Stays synchronous as long as nothing waits.
 */
export function run(plan: Plan, state: CallState): Awaitable<Outcome> {
  const { timeout } = plan.action
  const deadline = timeout === 0 ? null : new Deadline(state, timeout)
  state.deadline = deadline
  // What came too slowly to be answered in time is not begun.
  if (deadline?.hasPassed === true) {
    return conclude(state, told(state, deadline.problem()), deadline)
  }
  const { inbound } = state
  // Who has left already wants nothing begun, and a server that has stopped begins nothing.
  if (inbound.cancels && inbound.aborted) {
    return conclude(state, told(state, refuse('client_disconnected')), deadline)
  }
  if (inbound.stop?.stopped === true) return conclude(state, told(state, calledOff()), deadline)
  let ended: Awaitable<StageEnd | undefined>
  try {
    ended = advance(state, plan.run, 0)
  } catch (error) {
    ended = Promise.reject(error)
  }
  if (!isPromiseLike(ended)) return conclude(state, settle(state, ended), deadline)
  if (deadline === null && !inbound.cancels && inbound.stop === null) {
    // Nobody interrupts it: one step less between the handler and the answer.
    return ended.then(
      (end) => conclude(state, settle(state, end), null),
      (error) => settleError(state, error).then((outcome) => conclude(state, outcome, null)),
    )
  }
  return later(ended, state, deadline)
}

/**
 * Runs a call to its answer and rolls everything back: what it would have done, without doing it.
 * No record, no audit, no background work, nothing to send.
 */
export function rehearse(plan: Plan, state: CallState): Awaitable<Outcome> {
  state.rehearses = true
  return run(plan, state)
}

/** Waits for what ends a call, but no longer than it may take. */
function later(
  ending: PromiseLike<StageEnd | undefined>,
  state: CallState,
  deadline: Deadline | null,
): Promise<Outcome> {
  const { cancels, stop } = state.inbound
  return new Promise((resolve, reject) => {
    const interrupt = (problem: Problem) => {
      if (state.ended) return
      // Called off before the time was up, its timer would outlive the call.
      limit?.stop()
      stop?.delete(stopped)
      resolve(interrupted(state, problem))
    }
    // Its connection is cut in the same moment; with a handler that does not listen to its signal
    // it would go on while shutdown hooks take away what it uses.
    const stopped = () => interrupt(calledOff())
    const finish = (outcome: Outcome) => {
      stop?.delete(stopped)
      if (state.ended) return dropLate(state, outcome)
      try {
        resolve(conclude(state, outcome, limit))
      } catch (error) {
        // The surface's to answer, and not a rejection that nobody waits for.
        reject(error)
      }
    }
    const limit = deadline ?? (cancels ? new Deadline(state, 0) : null)
    stop?.add(stopped)
    limit?.start(interrupt)
    ending.then(
      (end) => finish(settle(state, end)),
      (error: unknown) => settleError(state, error).then(finish),
    )
  })
}

/** What is heard of a call that its server did not wait for: it was not its caller who left. */
function calledOff(): Problem {
  return refuse('client_disconnected', {
    detail: 'The server stopped before the answer was complete',
  })
}

/** The caller is told now; nothing of the developer's starts any more. */
function interrupted(state: CallState, problem: Problem): Awaitable<Outcome> {
  state.phase = 'closing'
  state.abort(problem)
  state.interrupt?.(problem)
  return close(state, told(state, problem))
}

/** A handler that ignored its signal may have opened what it returns. */
function dropLate(state: CallState, outcome: Outcome): void {
  discardStream(state.returned)
  if (outcome.kind === 'answer') discardStream(outcome.answer.body)
}

function conclude(
  state: CallState,
  outcome: Outcome,
  deadline: Deadline | null,
): Awaitable<Outcome> {
  if (outcome.kind === 'answer' && outcome.answer.kind === 'stream' && !state.rehearses) {
    try {
      return handOut(state, outcome.answer, deadline)
    } catch (error) {
      // Something that only looks like a stream: what it throws when it is touched is its call's.
      state.failure = { error }
      return conclude(state, { kind: 'problem', problem: toProblem(state, error) }, deadline)
    }
  }
  deadline?.stop()
  if (state.rehearses) {
    if (outcome.kind === 'answer') discardStream(outcome.answer.body)
    state.failure ??= { error: new RolledBack() }
  }
  return close(state, outcome)
}

function advance(
  state: CallState,
  stages: readonly Stage[],
  start: number,
): Awaitable<StageEnd | undefined> {
  for (let index = start; index < stages.length; index++) {
    const end = (stages[index] as Stage)(state)
    if (end === undefined) continue
    if (!isPromiseLike(end)) return end
    return end.then((late) => {
      if (late !== undefined || state.ended) return late
      return advance(state, stages, index + 1)
    })
  }
  return undefined
}

function settle(state: CallState, end: StageEnd | undefined): Outcome {
  if (end === DRY_RUN) return DRY
  if (end !== undefined) return told(state, toProblem(state, end))
  // Only a call that was interrupted has no answer by now, and that one has been answered.
  const { answer } = state
  if (answer === null) return told(state, refuse('TIMEOUT'))
  // A returned 5xx is a failure too: what the dependencies did is rolled back (W-15).
  const { status } = answer
  if (status >= 500) state.failure = { error: refuse('http_error', { status }) }
  return { kind: 'answer', answer }
}

const DRY: Outcome = Object.freeze({ kind: 'dry-run' })

/** Never rejects: nobody would be left to answer the call, and the process would end. */
async function settleError(state: CallState, error: unknown): Promise<Outcome> {
  // The caller has been told, and the dependencies with it.
  if (state.ended) return settleLate(state, error)
  const failed = state.closeFailure
  state.failure = failed ?? { error }
  // What did not commit did not happen, whatever a handler or a middleware makes of it.
  if (failed !== null) return { kind: 'problem', problem: toProblem(state, failed.error) }
  try {
    // Error handlers are for the developer's code: one of them must not turn a refusal of an earlier
    // stage into an answer.
    return state.hasBegun
      ? await settleThrown(state, error)
      : { kind: 'problem', problem: toProblem(state, error) }
  } catch (raised) {
    return { kind: 'problem', problem: toProblem(state, raised) }
  }
}

function told(state: CallState, problem: Problem): Outcome {
  state.failure = { error: problem }
  return { kind: 'problem', problem }
}
