import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { Outcome } from '../contract/call/outcome.ts'
import { inCall } from './call-frame.ts'
import type { CallState } from './call-state.ts'
import { conclude, settle, told } from './ending/conclude.ts'
import { calledOff, Deadline, serverStopped } from './ending/deadline.ts'
import type { Plan } from './plan.ts'
import type { Stage } from './stage.ts'
import { hasViewFrame } from './views/view-frame.ts'
import { WaitingCall } from './waiting-call.ts'

/**
 * Walks a call through the stages of its plan, settles it and closes what it opened. Never rejects.
 * Stays synchronous as long as nothing waits.
 */
export function run(plan: Plan, state: CallState): Awaitable<Outcome> {
  const { observers } = plan.app
  // A rehearsal is no call: nothing is recorded of it.
  if (observers !== null && !state.rehearses) {
    return observers.run(state.observe(), () => runFramed(plan, state))
  }
  return runFramed(plan, state)
}

function runFramed(plan: Plan, state: CallState): Awaitable<Outcome> {
  return hasViewFrame() ? inCall(state, () => runStages(plan, state)) : runStages(plan, state)
}

function runStages(plan: Plan, state: CallState): Awaitable<Outcome> {
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
    return conclude(state, told(state, calledOff(state)), deadline)
  }
  if (inbound.stop?.stopped === true) {
    return conclude(state, told(state, serverStopped(state)), deadline)
  }
  const stages = plan.run
  for (let index = 0; index < stages.length; index++) {
    let end: ReturnType<Stage>
    try {
      end = (stages[index] as Stage)(state)
    } catch (error) {
      return new WaitingCall(stages, state, deadline).fail(error)
    }
    if (end === undefined) continue
    if (isPromiseLike(end)) return new WaitingCall(stages, state, deadline).wait(end, index + 1)
    return conclude(state, settle(state, end), deadline)
  }
  return conclude(state, settle(state, undefined), deadline)
}

/**
 * Runs a call to its answer and rolls everything back: what it would have done, without doing it.
 * No record, no audit, no background work, nothing to send.
 */
export function rehearse(plan: Plan, state: CallState): Awaitable<Outcome> {
  state.rehearses = true
  return run(plan, state)
}
