import { systemClock, systemRandom } from '../../base/clock.ts'
import type { Awaitable } from '../../base/promise.ts'

/** When, and how much at once. */
interface Pace {
  /** Milliseconds between two sweeps, about. */
  readonly every: number
  /** Batches of one sweep at most: what is left waits for the next. */
  readonly batches: number
}

const PACE: Pace = { every: 60_000, batches: 20 }

/** So many rows in one statement: nobody waits long for the lock. */
export const BATCH = 500

/**
 * Takes rows away that nothing can come of any more. Nothing depends on its having run: whoever reads a
 * row looks at its time. It runs beside the work, after it, when its store is used; a store that nobody
 * uses is not swept, and keeps no process alive.
 */
export class Sweeper {
  readonly #sweep: () => Awaitable<boolean>
  readonly #pace: Pace
  readonly #elapsed: () => number
  #next: number
  #isRunning = false

  /**
   * @param sweep takes one batch away; true where there may be more
   * @param elapsed milliseconds
   */
  constructor(
    sweep: () => Awaitable<boolean>,
    pace: Partial<Pace> = {},
    elapsed: () => number = systemClock.elapsed,
  ) {
    this.#sweep = sweep
    this.#pace = { ...PACE, ...pace }
    this.#elapsed = elapsed
    this.#next = this.#later()
  }

  /** To be called with each use. */
  used(): void {
    if (this.#isRunning || this.#elapsed() < this.#next) return
    this.#isRunning = true
    void this.#run()
  }

  async #run(): Promise<void> {
    try {
      for (let batch = 0; batch < this.#pace.batches; batch++) {
        if (!(await this.#sweep())) break
      }
    } catch {
      // The next one will do it; a database that fails is told of by the work itself.
    }
    this.#next = this.#later()
    this.#isRunning = false
  }

  /** Processes that started together do not sweep together. */
  #later(): number {
    const chance = new Uint8Array(1)
    systemRandom(chance)
    return this.#elapsed() + this.#pace.every * (0.5 + (chance[0] ?? 0) / 256)
  }
}
