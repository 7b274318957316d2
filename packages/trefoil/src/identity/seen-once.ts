import type { Clock } from '../base/clock.ts'

/** As many as are remembered; each is of something genuine, so strangers cannot fill it. */
const SIZE = 100_000

/**
 * What is good for one use and was used. In the memory of this process: where there are several, what was stolen within its
 * lifetime can be used once at each.
 */
export class SeenOnce {
  /** When each may be forgotten, by the clock that never steps back; in that order. */
  readonly #until = new Map<string, number>()
  readonly #clock: Clock
  readonly #what: string
  readonly #size: number

  /** @param what it is, for the error where there is no room: `DPoP proofs` */
  constructor(clock: Clock, what: string, size: number = SIZE) {
    this.#clock = clock
    this.#what = what
    this.#size = size
  }

  /**
   * Notes one.
   *
   * @param lifetime milliseconds after which it is too old anyway; the same for all
   * @returns false when it was used before
   * @throws Error when there is no room: forgetting one would allow its use again
   */
  add(id: string, lifetime: number): boolean {
    const now = this.#clock.elapsed()
    for (const [old, until] of this.#until) {
      if (until > now) break
      this.#until.delete(old)
    }
    if (this.#until.has(id)) return false
    if (this.#until.size >= this.#size) throw new Error(`Too many ${this.#what} at once`)
    this.#until.set(id, now + lifetime)
    return true
  }
}
