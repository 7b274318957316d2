import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { Guard } from '../../contract/call.ts'
import type { Problem } from '../../contract/problem.ts'
import { decideGuard } from '../decide-guard.ts'
import type { RunningCall } from '../running-call.ts'
import type { Stage } from '../stage.ts'

/** Stages 7 and 9: guards in order; the first that denies ends the call (P-PIPE-3). */
export function guardStage(guards: readonly Guard[]): Stage | null {
  return guards.length === 0 ? null : (call) => askFrom(guards, 0, call)
}

function askFrom(
  guards: readonly Guard[],
  start: number,
  call: RunningCall,
): Awaitable<Problem | undefined> {
  for (let index = start; index < guards.length; index++) {
    const refusal = decideGuard(guards[index] as Guard, call)
    if (isPromiseLike(refusal)) {
      return refusal.then((late) => late ?? askFrom(guards, index + 1, call))
    }
    if (refusal !== undefined) return refusal
  }
  return undefined
}
