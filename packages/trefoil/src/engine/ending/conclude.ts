import type { Awaitable } from '../../base/promise.ts'
import type { Outcome } from '../../contract/call/outcome.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import { discardStream } from '../answer/stream.ts'
import type { CallState } from '../call-state.ts'
import { RolledBack } from '../dependencies/dependency-scope.ts'
import { handOut } from '../hand-out.ts'
import { ANSWERED, DRY_RUN, type StageEnd } from '../stage.ts'
import { close } from './close.ts'
import type { Deadline } from './deadline.ts'
import { settleLate, settleThrown, toProblem } from './settle.ts'

/** Closes what a call opened, once it is known how it ends; a stream closes it after its last piece. */
export function conclude(
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

export function settle(state: CallState, end: StageEnd | undefined): Outcome {
  if (end === DRY_RUN) return DRY
  if (end !== undefined && end !== ANSWERED) return told(state, toProblem(state, end))
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
export async function settleError(state: CallState, error: unknown): Promise<Outcome> {
  // The caller has been told, and the dependencies with it.
  if (state.ended) return settleLate(state, error)
  const failed = state.closeFailure
  state.failure = failed ?? { error }
  // What did not commit did not happen, whatever a handler or a middleware makes of it.
  if (failed !== null) return { kind: 'problem', problem: toProblem(state, failed.error) }
  const asked = askedOf(state, error)
  if (asked !== null) return asked
  try {
    // Error handlers are for the developer's code: one of them must not turn a refusal of an earlier
    // stage into an answer.
    if (!state.hasBegun) return { kind: 'problem', problem: toProblem(state, error) }
    const settled = await settleThrown(state, error)
    // An error handler may have asked.
    return askedOf(state, error) ?? settled
  } catch (raised) {
    return { kind: 'problem', problem: toProblem(state, raised) }
  }
}

/** The questions that the call has left open, whatever its code has thrown, or made of them. */
function askedOf(state: CallState, error: unknown): Outcome | null {
  let problem: Problem | null
  try {
    problem = state.asking?.end() ?? null
  } catch (failed) {
    problem = toProblem(state, failed)
  }
  if (problem === null) return null
  if (!Problem.is(error)) {
    state.log.warn({ err: error }, 'A call that had asked failed by something else')
  }
  state.failure = { error: problem }
  return { kind: 'problem', problem }
}

export function told(state: CallState, problem: Problem): Outcome {
  state.failure = { error: problem }
  return { kind: 'problem', problem }
}
