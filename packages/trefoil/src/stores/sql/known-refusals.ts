import { systemClock } from '../../base/clock.ts'
import type { RateStanding } from '../../contract/ports/rate-store.ts'

/** What was refused, and when. Milliseconds of a clock that never steps back. */
interface Refusal {
  readonly at: number
  readonly until: number
  readonly standings: readonly RateStanding[]
}

const MOST = 10_000
/** Milliseconds after which the store is asked all the same: its clock may have been set, its rows removed. */
const LONGEST = 5_000

/**
 * Refusals that hold for a while whatever other processes do: a bucket fills up by time alone. So whoever
 * goes on calling after a refusal costs the store nothing.
 */
export class KnownRefusals {
  readonly #refusals = new Map<string, Refusal>()
  readonly #elapsed: () => number

  constructor(elapsed: () => number = systemClock.elapsed) {
    this.#elapsed = elapsed
  }

  /** Standings as they are by now; `null` where the store has to be asked. */
  of(keys: readonly string[]): readonly RateStanding[] | null {
    if (this.#refusals.size === 0) return null
    const name = keys.join(' ')
    const refusal = this.#refusals.get(name)
    if (refusal === undefined) return null
    const now = this.#elapsed()
    if (now >= refusal.until) {
      this.#refusals.delete(name)
      return null
    }
    const passed = now - refusal.at
    return refusal.standings.map((standing) => ({
      ...standing,
      retryAfter: Math.max(standing.retryAfter - passed, 0),
      resetAfter: Math.max(standing.resetAfter - passed, 0),
    }))
  }

  add(keys: readonly string[], standings: readonly RateStanding[]): void {
    const at = this.#elapsed()
    // Of all that refuse, until the first may no longer: what the others say is asked again then.
    let wait = LONGEST
    for (const { allowed, retryAfter } of standings) {
      if (!allowed) wait = Math.min(wait, retryAfter)
    }
    // All at once: which of them come again nobody knows, and the store knows them still.
    if (this.#refusals.size >= MOST) this.#refusals.clear()
    this.#refusals.set(keys.join(' '), { at, until: at + wait, standings })
  }
}
