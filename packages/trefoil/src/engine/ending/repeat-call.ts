import { systemRandom } from '../../base/clock.ts'
import { startTimer } from '../../base/start-timer.ts'
import { TransactionConflict } from '../../contract/ports/transaction.ts'
import { Problem } from '../../contract/problems/problem.ts'
import { discardStream } from '../answer/stream.ts'
import type { CallState } from '../call-state.ts'
import { withinCloseTimeout } from './within-close-timeout.ts'

/** How often the developer's code is run once more for one call, at most. */
const MOST_REPEATS = 8
/** Milliseconds up to which the first pause is drawn, and then twice as much each time. */
const FIRST_PAUSE = 4
const LONGEST_PAUSE = 100
/** Errors that others were made of, as far as anybody looks. */
const DEEPEST = 5

/**
 * True where the developer's code may be run once more as if it had never been: its unit of work met another,
 * was taken back, and nothing has left but what the unit took back.
 */
export function mayRepeat(state: CallState, error: unknown): boolean {
  if (!isConflict(error)) return false
  const { inbound, site, answer } = state
  // What acts outside the database would act there twice; what has read the body has nothing to read any more.
  if (!site.action.changes || site.action.external || state.readsBody) return false
  // Of what met another without a unit of this call, or of a second unit, the rest has been kept.
  if (site.executeAt === undefined || state.scopes?.mayTakeBack !== true) return false
  // Of a stream somebody has seen the beginning.
  if (answer?.kind === 'stream' || state.waiting === null || state.repeats >= MOST_REPEATS)
    return false
  if (inbound.stop?.stopped === true || (inbound.cancels && inbound.aborted)) return false
  return state.deadline?.hasPassed !== true
}

/** True for a conflict, and for what was made of one. A problem is what the developer's code answers instead. */
export function isConflict(error: unknown): boolean {
  try {
    let one = error
    for (let depth = 0; depth < DEEPEST && one instanceof Error; depth++) {
      if (one instanceof TransactionConflict) return true
      if (Problem.is(one)) return false
      one = one.cause
    }
  } catch {
    // A getter, or a proxy.
  }
  return false
}

/**
 * Takes back what a run has left in the engine, closes what it opened, told why, and waits a moment, so that
 * the two that met do not meet again.
 */
export async function takeBack(state: CallState, error: unknown): Promise<undefined> {
  const { scopes, tasks } = state
  state.repeats++
  // What it did has been undone: until it begins again, that is what its caller is told.
  state.phase = 'checking'
  discardStream(state.returned)
  state.returned = undefined
  state.hasReturned = false
  state.asking?.takeBack()
  state.answer = null
  state.failure = null
  state.closeFailure = null
  state.scopes = null
  state.cookies?.takeBack()
  // What is left of it, and goes on, must not act in the next one.
  state.view = null
  if (tasks !== null) {
    state.tasks = null
    state.site.app.background.drop(tasks.length)
  }
  if (scopes !== null) {
    await withinCloseTimeout(state, (late) => scopes.close('request', { error }, late))
  }
  await pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** state.repeats))
  return undefined
}

async function pause(most: number): Promise<void> {
  const drawn = new Uint8Array(1)
  systemRandom(drawn)
  const { promise, resolve } = Promise.withResolvers<void>()
  startTimer(Math.round(((drawn[0] ?? 0) / 255) * most), resolve)
  return promise
}
