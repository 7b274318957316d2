import { endsWithin } from '../base/ends-within.ts'
import type { ShutdownLimits } from '../contract/call/app-handle.ts'
import type { BackgroundTasks } from '../engine/background/background-tasks.ts'
import { type Lifecycle, shutdownFailed } from './start-stop.ts'

/** Milliseconds that tasks which were given up have to close what they opened. */
const CLOSING_MS = 1000

export const NO_LIMITS: ShutdownLimits = {
  background: Number.POSITIVE_INFINITY,
  hooks: Number.POSITIVE_INFINITY,
}

/**
 * Waits for background tasks, then runs every shutdown hook: also when a task has not ended in time,
 * because what a hook has to write down is lost otherwise.
 *
 * @param background `null` for an app that has never answered
 * @throws AggregateError with everything that failed or did not end
 */
export async function shutDown<State>(
  background: BackgroundTasks | null,
  lifecycle: Lifecycle<State>,
  limits: ShutdownLimits,
): Promise<void> {
  const failures: unknown[] = []
  if (background !== null && !(await endsWithin(limits.background, background.idle()))) {
    const { running, waiting, closed } = background.giveUp()
    const ms = Math.round(limits.background)
    const begun = waiting === 0 ? '' : `; ${waiting} of them had not begun`
    const left = `${running + waiting} background task(s) did not end within ${ms} ms${begun}`
    failures.push(new Error(left))
    // A transaction is rolled back before a hook takes its database away.
    await endsWithin(CLOSING_MS, closed)
  }
  try {
    await lifecycle.stop(limits.hooks)
  } catch (error) {
    failures.push(...(error instanceof AggregateError ? error.errors : [error]))
  }
  if (failures.length > 0) throw shutdownFailed(failures)
}
