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

/** `null` where the runtime has none. */
const hooks = globalThis.process?.getBuiltinModule?.('node:async_hooks') ?? null

/**
 * {@link inCall} for what comes later, such as the pieces of a stream: where somebody stands around calls, also
 * inside what was current when this was asked, because whoever reads the pieces is in another context.
 */
export function laterInCall(state: CallState): <Value>(work: () => Value) => Value {
  if (state.site.app.observers === null || hooks === null) return (work) => inCall(state, work)
  const within = hooks.AsyncLocalStorage.snapshot()
  return (work) => within(() => inCall(state, work))
}
