import type { Clock } from '../../index.ts'

const MOST = 10
const MINUTE = 60_000
/** Addresses that are told apart; beyond that many at once, those that are new share one count. */
const ADDRESSES = 1000
const ALL_OTHERS = 'others'

interface Count {
  failed: number
  /** On the clock that never steps back. */
  readonly until: number
}

/** Counts wrong secrets: ten a minute for each address, in memory that does not grow. */
export class Tries {
  readonly #counts = new Map<string, Count>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whole seconds until this address may try again; 0 for now. */
  wait(address: string): number {
    const count = this.#counts.get(this.#nameOf(address))
    if (count === undefined || count.failed < MOST) return 0
    return Math.max(0, Math.ceil((count.until - this.#clock.elapsed()) / 1000))
  }

  failed(address: string): void {
    const now = this.#clock.elapsed()
    const name = this.#nameOf(address)
    const count = this.#counts.get(name)
    if (count !== undefined && count.until > now) count.failed++
    else this.#counts.set(name, { failed: 1, until: now + MINUTE })
  }

  /** Throwing out the oldest would let whoever has many addresses begin anew with each. */
  #nameOf(address: string): string {
    if (this.#counts.size < ADDRESSES || this.#counts.has(address)) return address
    const now = this.#clock.elapsed()
    for (const [name, { until }] of this.#counts) if (until <= now) this.#counts.delete(name)
    return this.#counts.size < ADDRESSES ? address : ALL_OTHERS
  }
}
