import type { CallState } from './call-state.ts'
import { callOf } from './views/handler-call.ts'
import { hasViewFrame, inView } from './views/view-frame.ts'

/**
 * Runs code of a call that may be entered from elsewhere: out of a timer, of the end of a connection, of
 * another call. What is awaited inside stays in it.
 */
export function inCall<Value>(state: CallState | null, work: () => Value): Value {
  // No view is made where nobody can ask for it.
  return hasViewFrame() ? inView(state === null ? null : callOf(state), work) : work()
}
