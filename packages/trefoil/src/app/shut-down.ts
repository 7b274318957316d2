import { endsWithin } from '../base/ends-within.ts'
import type { ShutdownLimits } from '../contract/call/app-handle.ts'
import type { BackgroundTasks } from '../engine/background.ts'
import { type Lifecycle, shutdownFailed } from './start-stop.ts'

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
    const left = background.abandon()
    const ms = Math.round(limits.background)
    failures.push(new Error(`${left} background task(s) did not end within ${ms} ms`))
  }
  try {
    await lifecycle.stop(limits.hooks)
  } catch (error) {
    failures.push(...(error instanceof AggregateError ? error.errors : [error]))
  }
  if (failures.length > 0) throw shutdownFailed(failures)
}
