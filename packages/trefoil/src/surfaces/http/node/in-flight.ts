import { startTimer } from '../../../base/start-timer.ts'

/**
 * Counts what is being answered. A connection that was cut off is closed at once, but its call
 * still has dependencies to close; shutdown hooks must not pull a pool from under it.
 */
export class InFlight {
  #count = 0
  #waiting: (() => void) | null = null

  /** Counts something until it has settled, however it ends. */
  track(work: PromiseLike<unknown>): void {
    this.#count++
    const done = () => {
      this.#count--
      if (this.#count === 0) this.#waiting?.()
    }
    work.then(done, done)
  }

  /** Resolves when nothing is left, or after `ms` milliseconds. */
  idle(ms: number): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const stopTimer = startTimer(ms, resolve)
      this.#waiting = () => {
        stopTimer()
        resolve()
      }
    })
  }
}
