import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { Answer } from '../contract/answer.ts'
import type { Outcome } from '../contract/outcome.ts'
import { type Problem, refuse } from '../contract/problem.ts'
import { discardStream, isStream } from './answer/stream.ts'
import { unwrapReply } from './answer/unwrap-reply.ts'
import type { CallState } from './call-state.ts'
import { close } from './close.ts'
import { Deadline } from './deadline.ts'
import type { Failure } from './dependency-scope.ts'
import { handOut } from './hand-out.ts'
import type { Plan } from './plan.ts'
import { RolledBack } from './rolled-back.ts'
import { settleThrown, toProblem } from './settle.ts'
import { DRY_RUN, type Stage, type StageEnd } from './stage.ts'

/** How a call ended, and what its dependencies are told. */
interface Settled {
  readonly outcome: Outcome
  readonly failure: Failure | null
}

/**
 * Walks a call through the stages of its plan, settles it and closes what it opened. Never rejects.
 * Stays synchronous as long as nothing waits.
 */
export function run(plan: Plan, state: CallState): Awaitable<Outcome> {
  const { inbound } = state
  const { timeout } = plan.action
  const deadline = timeout === 0 && !inbound.cancels ? null : new Deadline(state, timeout)
  // What came too slowly to be answered in time is not begun.
  if (deadline?.hasPassed === true) return conclude(state, told(deadline.problem()), deadline)
  let ended: Awaitable<StageEnd | undefined>
  try {
    ended = advance(state, plan.run, 0)
  } catch (error) {
    return later(settleError(state, error), state, deadline)
  }
  if (!isPromiseLike(ended)) return conclude(state, settle(state, ended), deadline)
  const settled = ended.then(
    (end) => settle(state, end),
    (error) => settleError(state, error),
  )
  return later(settled, state, deadline)
}

/**
 * Runs a call to its answer and rolls everything back: what it would have done, without doing it.
 * No record, no audit, no background work, nothing to send.
 */
export function rehearse(plan: Plan, state: CallState): Awaitable<Outcome> {
  state.rehearses = true
  return run(plan, state)
}

/** Waits for what settles a call, but no longer than it may take. */
function later(
  settling: PromiseLike<Settled>,
  state: CallState,
  deadline: Deadline | null,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let isOver = false
    deadline?.start((problem) => {
      if (isOver) return
      isOver = true
      // Called off before the time was up, its timer would outlive the call.
      deadline.stop()
      resolve(interrupted(state, problem))
    })
    // Neither of them rejects.
    settling.then((settled) => {
      if (isOver) return dropLate(state, settled.outcome)
      isOver = true
      return resolve(conclude(state, settled, deadline))
    })
  })
}

/** The caller is told now; nothing of the developer's starts any more. */
function interrupted(state: CallState, problem: Problem): Awaitable<Outcome> {
  state.ended = true
  state.abort(problem)
  state.interrupt?.(problem)
  const { outcome, failure } = told(problem)
  return close(state, outcome, failure)
}

/** A handler that ignored its signal may have opened what it returns. */
function dropLate(state: CallState, outcome: Outcome): void {
  discardStream(unwrapReply(state.returned))
  if (outcome.kind === 'answer') discardStream(outcome.answer.body)
}

function conclude(
  state: CallState,
  { outcome, failure }: Settled,
  deadline: Deadline | null,
): Awaitable<Outcome> {
  const body = outcome.kind === 'answer' ? outcome.answer.body : null
  if (outcome.kind === 'answer' && isStream(body) && !state.rehearses) {
    return handOut(state, outcome.answer, body, failure, deadline)
  }
  deadline?.stop()
  if (!state.rehearses) return close(state, outcome, failure)
  discardStream(body)
  return close(state, outcome, failure ?? { error: new RolledBack() })
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

function settle(state: CallState, end: StageEnd | undefined): Settled {
  if (end === DRY_RUN) return DRY
  if (end !== undefined) return told(toProblem(state, end))
  // Only a call that was interrupted has no answer by now, and that one has been answered.
  const { answer } = state
  if (answer === null) return told(refuse('TIMEOUT'))
  return { outcome: { kind: 'answer', answer }, failure: failureOf(answer) }
}

const DRY: Settled = Object.freeze({ outcome: Object.freeze({ kind: 'dry-run' }), failure: null })

async function settleError(state: CallState, error: unknown): Promise<Settled> {
  // Error handlers are for the developer's code: one of them must not turn a refusal of an earlier
  // stage into an answer.
  const outcome: Outcome = state.hasBegun
    ? await settleThrown(state, error)
    : { kind: 'problem', problem: toProblem(state, error) }
  return { outcome, failure: { error } }
}

/** A returned 5xx is a failure too: what the dependencies did is rolled back (W-15). */
function failureOf({ status }: Answer): Failure | null {
  return status >= 500 ? { error: refuse('http_error', { status }) } : null
}

function told(problem: Problem): Settled {
  return { outcome: { kind: 'problem', problem }, failure: { error: problem } }
}
