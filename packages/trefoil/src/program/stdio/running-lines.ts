import { startTimer } from '../../base/start-timer.ts'

/** The lines that have been read and not answered yet. */
export class RunningLines {
  readonly #running = new Set<Promise<void>>()
  #waiting: (() => void)[] = []

  get size(): number {
    return this.#running.size
  }

  /** @param work never rejects */
  add(work: Promise<void>): void {
    const own = work.finally(() => {
      this.#running.delete(own)
      for (const resolve of this.#waiting.splice(0)) resolve()
    })
    this.#running.add(own)
  }

  /**
   * Settles when one of them has ended.
   *
   * @param ms and then in any case; `null` for no such time
   */
  one(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const stopTimer = ms === null ? null : startTimer(ms, resolve)
      this.#waiting.push(() => {
        stopTimer?.()
        resolve()
      })
    })
  }

  /** Settles when all of them have ended. */
  async none(): Promise<void> {
    await Promise.all(this.#running)
  }
}
