import type { Clock } from '../../base/clock.ts'

/** Proofs that are remembered; each is of a genuine token, so strangers cannot fill it. */
const SIZE = 100_000

/**
 * Proofs that were used: each is good for one request (RFC 9449 §11.1). In the memory of this process:
 * where there are several, a proof that was stolen within its lifetime can be used once at each.
 */
export class SeenProofs {
  /** When each may be forgotten, by the clock that never steps back; in that order. */
  readonly #until = new Map<string, number>()
  readonly #clock: Clock
  readonly #size: number

  constructor(clock: Clock, size: number = SIZE) {
    this.#clock = clock
    this.#size = size
  }

  /**
   * Notes a proof.
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
    if (this.#until.size >= this.#size) throw new Error('Too many DPoP proofs at once')
    this.#until.set(id, now + lifetime)
    return true
  }
}
