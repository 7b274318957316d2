/**
 * Counts what is being answered. A connection that was cut off is closed at once, but its call
 * still has dependencies to close; shutdown hooks must not pull a pool from under it.
 */
export class InFlight {
  #count = 0
  #waiting: (() => void)[] = []

  /** How many are being answered or closed. */
  get size(): number {
    return this.#count
  }

  /** Counts something until it has settled, however it ends. */
  track(work: PromiseLike<unknown>): void {
    this.#count++
    const done = () => {
      this.#count--
      if (this.#count > 0) return
      for (const resolve of this.#waiting.splice(0)) resolve()
    }
    work.then(done, done)
  }

  /** Resolves when nothing is left. */
  idle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}
