import type { Call } from '../contract/call/call.ts'
import type { CallState } from './call-state.ts'
import { callOf } from './views/handler-call.ts'

/** Runs work in which `currentCall()` gives the call; with `null`, in which there is none. */
export type CallFrame = <Value>(call: Call | null, work: () => Value) => Value

/**
 * What `trefoil/current-call` puts here when it is imported. `null` in every app that does not import
 * it: nothing is kept for its calls then.
 */
let frame: CallFrame | null = null

export function setCallFrame(given: CallFrame): void {
  frame = given
}

/** False where nobody can ask for the current call. */
export function hasCallFrame(): boolean {
  return frame !== null
}

/**
 * Runs code of a call that may be entered from elsewhere: out of a timer, of the end of a connection, of
 * another call. What is awaited inside stays in it.
 */
export function inCall<Value>(state: CallState | null, work: () => Value): Value {
  return frame === null ? work() : frame(state === null ? null : callOf(state), work)
}
