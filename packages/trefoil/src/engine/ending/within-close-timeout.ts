import { startTimer } from '../../base/start-timer.ts'
import type { CallState } from '../call-state.ts'
import type { Failure } from '../dependencies/dependency-scope.ts'

/**
 * Closes something of a call under the app's `limits.close`. Not under the call's own deadline: a
 * commit that was interrupted leaves an answer nobody can give. Without any bound a dependency that
 * hangs while it closes would hold the call, and all it has open, for ever.
 *
 * @param closing is given what resolves when there is no more time; `null` for any time
 */
export async function withinCloseTimeout<Closed>(
  state: CallState,
  closing: (late: Promise<Failure> | null) => Promise<Closed>,
): Promise<Closed> {
  const { closeTimeout } = state.site.app
  if (closeTimeout === 0) return closing(null)
  const { promise: late, resolve } = Promise.withResolvers<Failure>()
  const stopTimer = startTimer(closeTimeout, () => {
    const error = new ClosingTooLong(`Closing after the call took longer than ${closeTimeout} ms`)
    resolve({ error })
  })
  try {
    return await closing(late)
  } finally {
    stopTimer()
  }
}

/** Whether it was done nobody can tell, so it must not be told as done. */
export class ClosingTooLong extends Error {
  override readonly name = 'ClosingTooLong'
}
