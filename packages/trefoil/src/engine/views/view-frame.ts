import type { Call } from '../../contract/call/call.ts'

/** Runs work in which `currentCall()` gives the call; with `null`, in which there is none. */
export type ViewFrame = <Value>(call: Call | null, work: () => Value) => Value

/**
 * What `trefoil/current-call` puts here when it is imported. `null` in every app that does not import
 * it: nothing is kept for its calls then.
 */
let frame: ViewFrame | null = null

export function setViewFrame(given: ViewFrame): void {
  frame = given
}

/** False where nobody can ask for the current call. */
export function hasViewFrame(): boolean {
  return frame !== null
}

/** Runs work of the call that a view is of; of none with `null`. */
export function inView<Value>(view: Call | null, work: () => Value): Value {
  return frame === null ? work() : frame(view, work)
}
