import type { Clock } from '../../index.ts'

const MOST = 10
const MINUTE = 60_000

/**
 * Counts wrong secrets: ten a minute. One count for everybody who may ask: all of them are on this
 * machine, which has sixteen million addresses of its own (`127.0.0.0/8`, `::1`), and whoever tries out
 * secrets could use another one for each.
 */
export class Tries {
  readonly #clock: Clock
  #failed = 0
  /** On the clock that never steps back. */
  #until = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whole seconds until somebody may try again; 0 for now. */
  wait(): number {
    if (this.#failed < MOST) return 0
    return Math.max(0, Math.ceil((this.#until - this.#clock.elapsed()) / 1000))
  }

  failed(): void {
    const now = this.#clock.elapsed()
    if (this.#failed > 0 && this.#until > now) this.#failed++
    else {
      this.#failed = 1
      this.#until = now + MINUTE
    }
  }
}
