import { systemClock } from './clock.ts'

/** Steps between two turns where the clock stands still while code runs (some workers). */
const MOST_STEPS = 1_000

/** Asking for the time costs as much as a small step. */
const STEPS_A_LOOK = 8

/** Milliseconds. */
const LONGEST = 10

// Taken now: who replaces timers later, a test say, is not to hold streams up.
// Not setImmediate, which only Node has.
const later = setTimeout

/**
 * For a loop over what somebody else makes. What is always ready at once (a source of empty pieces,
 * say) is read in microtasks alone: no timer fires and no request is answered any more, so one such
 * source would end the whole process. To be asked before every step.
 */
export class Pace {
  #since = systemClock.elapsed()
  #steps = 0

  /** @returns what is to be waited for, so that everybody else has a turn; mostly `null` */
  step(): Promise<void> | null {
    const steps = ++this.#steps
    if (steps % STEPS_A_LOOK !== 0) return null
    if (steps < MOST_STEPS && systemClock.elapsed() - this.#since < LONGEST) return null
    return new Promise((resolve) => {
      later(() => {
        this.#steps = 0
        this.#since = systemClock.elapsed()
        resolve()
      }, 0)
    })
  }
}
