import { refuse } from '../../contract/problems/problem.ts'
import { inCall } from '../call-frame.ts'
import type { BackgroundTask, CallState } from '../call-state.ts'
import type { Failure } from '../dependencies/dependency-scope.ts'
import { settleLate } from '../ending/settle.ts'
import { withinCloseTimeout } from '../ending/within-close-timeout.ts'
import { callOf } from '../views/handler-call.ts'

/**
 * Runs a task and closes what was opened for it, told the error if it throws. Never rejects.
 *
 * @returns whether it was done; `null` when it was given up meanwhile
 */
export async function runTask(
  state: CallState,
  run: BackgroundTask['run'],
): Promise<boolean | null> {
  let failure: Failure | null = null
  try {
    await inCall(state, () => run(callOf(state)))
  } catch (error) {
    failure = { error }
  }
  // A stopping app gave it up, and has said so.
  if (state.ended) {
    if (failure !== null) settleLate(state, failure.error)
    return null
  }
  if (failure !== null) failed(state, failure)
  return end(state, failure)
}

/**
 * Nobody waits for it any longer: it is told, and what it has open is taken back now.
 *
 * @returns false when it had ended by itself, and is being closed
 */
export async function giveUpTask(state: CallState): Promise<boolean> {
  state.log.error({}, 'Background task did not end before shutdown')
  if (state.ended) return false
  const problem = refuse('unavailable', { detail: 'The server is stopping' })
  state.phase = 'closing'
  await inCall(state, () => {
    state.abort(problem)
    return end(state, { error: problem })
  })
  return true
}

async function end(state: CallState, failure: Failure | null): Promise<boolean> {
  const closeFailure = await closeTask(state, failure)
  if (closeFailure !== null) failed(state, closeFailure)
  return failure === null && closeFailure === null
}

/**
 * Closes what was opened for work that has ended.
 *
 * @returns what that came to, where the work itself had ended well
 */
export async function closeTask(
  state: CallState,
  failure: Failure | null,
): Promise<Failure | null> {
  state.phase = 'closing'
  state.failure = failure
  const closeFailure = await inCall(state, () => close(state, failure))
  state.phase = 'over'
  // Come after the last, while it was closed: nobody else looks for them any more.
  if (state.closeHooks !== null && state.closeHooks.length > 0) void state.runCloseHooks()
  return closeFailure
}

async function close(state: CallState, failure: Failure | null): Promise<Failure | null> {
  const { scopes, closeHooks } = state
  if (scopes === null && closeHooks === null) return null
  return withinCloseTimeout(state, async (late) => {
    const closeFailure = (await scopes?.close('request', failure, late)) ?? null
    const hooks = state.runCloseHooks().then(() => null)
    const left = await (late === null ? hooks : Promise.race([hooks, late]))
    return closeFailure ?? left
  })
}

function failed(state: CallState, { error }: Failure): void {
  state.log.error({ err: error }, 'Background task failed')
}
