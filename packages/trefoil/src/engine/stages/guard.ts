import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { Guard } from '../../contract/call/call.ts'
import type { Problem } from '../../contract/problems/problem.ts'
import type { CallState } from '../call-state.ts'
import { decideGuard, ruleOf } from '../decide-guard.ts'
import type { Stage } from '../stage.ts'
import { callOf } from '../views/handler-call.ts'

/** Guards that go by who is calling. */
export function guardsWithoutInputStage(guards: readonly Guard[]): Stage | null {
  return guardStage(guards.filter((guard) => !guard.needsInput))
}

/** Guards that read the arguments. */
export function guardsWithInputStage(guards: readonly Guard[]): Stage | null {
  return guardStage(guards.filter((guard) => guard.needsInput))
}

/** Guards in order; the first that denies ends the call (P-PIPE-3). */
function guardStage(guards: readonly Guard[]): Stage | null {
  return guards.length === 0 ? null : (state) => askFrom(guards, 0, state)
}

function askFrom(
  guards: readonly Guard[],
  start: number,
  state: CallState,
): Awaitable<Problem | undefined> {
  for (let index = start; index < guards.length; index++) {
    const refusal = decideGuard(guards[index] as Guard, state, callOf(state))
    if (isPromiseLike(refusal)) {
      return refusal.then((late) =>
        late !== undefined || state.ended ? ending(state, late) : askFrom(guards, index + 1, state),
      )
    }
    if (refusal !== undefined) return ending(state, refusal)
  }
  return undefined
}

function ending(state: CallState, refusal: Problem | undefined): Problem | undefined {
  if (refusal !== undefined) state.rule = ruleOf(refusal)
  return refusal
}
