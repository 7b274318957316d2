import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { Outcome } from '../contract/outcome.ts'
import { refuse } from '../contract/problem.ts'
import type { CallState } from './call-state.ts'
import { conclude, settle, settleError, told } from './conclude.ts'
import { Deadline } from './deadline.ts'
import type { Plan } from './plan.ts'
import type { Stage, StageEnd } from './stage.ts'
import { WaitingCall } from './waiting-call.ts'

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
  if ((inbound.cancels && inbound.aborted) || inbound.stop?.stopped === true) {
    return conclude(state, told(state, refuse('client_disconnected')), deadline)
  }
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
  return new WaitingCall(ended, state, deadline).outcome
}

/**
 * Runs a call to its answer and rolls everything back: what it would have done, without doing it.
 * No record, no audit, no background work, nothing to send.
 */
export function rehearse(plan: Plan, state: CallState): Awaitable<Outcome> {
  state.rehearses = true
  return run(plan, state)
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
