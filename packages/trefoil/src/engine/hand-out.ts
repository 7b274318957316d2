import type { Awaitable } from '../base/promise.ts'
import type { Answer } from '../contract/answer/answer.ts'
import type { Outcome } from '../contract/call/outcome.ts'
import { type Problem, refuse } from '../contract/problems/problem.ts'
import { type StreamValue, type WatchedStream, watchStream } from './answer/stream.ts'
import { laterInCall } from './call-frame.ts'
import type { CallState } from './call-state.ts'
import type { Failure } from './dependencies/dependency-scope.ts'
import { close } from './ending/close.ts'
import type { Deadline } from './ending/deadline.ts'
import { endWhenDraining } from './ending/end-when-draining.ts'
import type { LastingCall } from './ending/lasting-calls.ts'
import { standingOf } from './ending/recheck.ts'
import { toProblem } from './ending/settle.ts'

/**
 * Hands a stream out to be sent. Its call goes on until the last piece: only then are dependencies
 * closed, told of whatever failed (W-15).
 */
export function handOut(
  state: CallState,
  answer: Answer,
  deadline: Deadline | null,
): Awaitable<Outcome> {
  let leaveDrain = () => {}
  let leaveLasting = () => {}
  const within = laterInCall(state)
  const ended = async (failedWithin: Failure | null) => {
    deadline?.stop()
    leaveDrain()
    leaveLasting()
    // A 5xx, or an error that a handler turned into a stream, stays a failure.
    if (failedWithin !== null) state.failure = failedWithin
    const outcome: Outcome =
      failedWithin === null
        ? { kind: 'answer', answer }
        : { kind: 'problem', problem: toProblem(state, failedWithin.error) }
    // Known while it closes: the record of a call whose reader has left is made then.
    if (outcome.kind === 'problem') state.failedLate = outcome.problem
    const final = await within(() => close(state, outcome))
    if (final.kind === 'problem') state.failedLate = final.problem
    // Nobody may take for whole what could not be closed.
    if (failedWithin === null && final.kind === 'problem') throw final.problem
  }
  // What is a stream by its kind is one.
  let watched: WatchedStream
  try {
    watched = watchStream(answer.body as StreamValue, {
      ended,
      gaveUp: () => refuse('client_disconnected'),
      firstPiece: () => {
        deadline?.firstPiece()
        state.onFirstPiece?.()
      },
      within,
      patience: state.site.app.closeTimeout,
    })
  } catch (error) {
    // Of a getter, say. Nobody catches what is thrown from here, and it would end the process.
    deadline?.stop()
    state.failure = { error }
    return close(state, { kind: 'problem', problem: toProblem(state, error) })
  }
  const cutOff = (problem: Problem) => {
    state.abort(problem)
    watched.fail(problem).catch(() => {})
  }
  deadline?.watchStream(cutOff)
  leaveLasting = lasting(state, (problem) => within(() => cutOff(problem)))
  leaveDrain = endWhenDraining(state, answer, watched)
  return { kind: 'answer', answer: { ...answer, body: watched } }
}

/**
 * A stream is sent for as long as its caller may have it.
 *
 * @returns to be called when the stream is over
 */
function lasting(state: CallState, endFor: LastingCall['endFor']): () => void {
  if (state.site.entry === null) return () => {}
  const call: LastingCall = {
    ...{ state, earlier: null, later: null, round: -1, isSent: true },
    ask: (came) => standingOf(state, came),
    endFor,
  }
  const { lasting: calls } = state.site.app
  calls.add(call)
  return () => calls.delete(call)
}
