import { systemClock, systemRandom } from '../../base/clock.ts'
import type { Awaitable } from '../../base/promise.ts'

/** When, and how much at once. */
interface Pace {
  /** Milliseconds between two sweeps, about. */
  readonly every: number
  /** Batches of one sweep at most: what is left waits for the next. */
  readonly batches: number
}

/** What came of a batch. */
export interface Swept {
  /** True where the next one begins anew. */
  readonly isEnd: boolean
  /** Rows that were looked at. */
  readonly seen: number
  readonly removed: number
}

const PACE: Pace = { every: 60_000, batches: 20 }

/** By how much sooner the next sweep comes where more than half of what was looked at was over. */
const SOONER = 20

/** So many rows in one statement: nobody waits long for the lock. */
export const BATCH = 500

/**
 * Takes rows away that nothing can come of any more. Nothing depends on its having run: whoever reads a
 * row looks at its time. It runs beside the work, after it, when its store is used; a store that nobody
 * uses is not swept, and keeps no process alive.
 */
export class Sweeper {
  readonly #sweep: () => Awaitable<Swept>
  readonly #pace: Pace
  readonly #elapsed: () => number
  #next: number
  #isRunning = false

  /**
   * @param sweep takes one batch away
   * @param elapsed milliseconds
   */
  constructor(
    sweep: () => Awaitable<Swept>,
    pace: Partial<Pace> = {},
    elapsed: () => number = systemClock.elapsed,
  ) {
    this.#sweep = sweep
    this.#pace = { ...PACE, ...pace }
    this.#elapsed = elapsed
    this.#next = this.#later(1)
  }

  /** To be called with each use. */
  used(): void {
    if (this.#isRunning || this.#elapsed() < this.#next) return
    this.#isRunning = true
    void this.#run()
  }

  async #run(): Promise<void> {
    // Written faster than is taken away in a minute, a table would grow without end.
    let balance = 0
    let isDone = false
    try {
      for (let batch = 0; batch < this.#pace.batches && !isDone; batch++) {
        const { isEnd, seen, removed } = await this.#sweep()
        balance += 2 * removed - seen
        isDone = isEnd
      }
    } catch {
      isDone = true
      // The next one will do it; a database that fails is told of by the work itself.
    }
    this.#next = this.#later(!isDone && balance > 0 ? SOONER : 1)
    this.#isRunning = false
  }

  /** Processes that started together do not sweep together. */
  #later(sooner: number): number {
    const chance = new Uint8Array(1)
    systemRandom(chance)
    return this.#elapsed() + (this.#pace.every / sooner) * (0.5 + (chance[0] ?? 0) / 256)
  }
}
