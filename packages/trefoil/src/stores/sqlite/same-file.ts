import { statSync } from 'node:fs'
import { systemClock } from '../../base/clock.ts'

/** Milliseconds between two looks. */
const BETWEEN = 1000

/**
 * Whether a path still leads to the file that was opened. SQLite goes on with one that was removed or put
 * aside: everything would be answered as done, and be gone with the process.
 */
export class SameFile {
  readonly #path: string
  readonly #opened: string | null
  #lookedAt = systemClock.elapsed()

  /** @param path of a file that is there */
  constructor(path: string) {
    this.#path = path
    this.#opened = idOf(path)
  }

  /**
   * Looks once a second at most; as long as it is another, each time.
   *
   * @throws Error when it is another file, or none
   */
  check(): void {
    const now = systemClock.elapsed()
    if (now - this.#lookedAt < BETWEEN) return
    if (idOf(this.#path) !== this.#opened) {
      throw new Error(
        `The file '${this.#path}' is not the one that was opened: it was removed or replaced. Put it back, or start the app again`,
      )
    }
    this.#lookedAt = now
  }
}

function idOf(path: string): string | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? null : `${stats.dev} ${stats.ino}`
}
