import type { BreakerRule, CircuitState } from '../../contract/limits/capacity.ts'

/** Where one call tries, others ask again after so many milliseconds. */
const PROBING_MS = 1000

/** What a call says about what its action depends on: `nothing` neither opens nor closes. */
export type CallResult = 'success' | 'failure' | 'nothing'

/** What the end of a call did to the circuit. */
export type CircuitChange = 'opened' | 'closed' | null

/**
 * A circuit breaker (P-MWL-6): so many failures in a row open it, and nothing is let through for the
 * cooldown; after that one call at a time may try, and its end decides. No clock of its own: whoever
 * asks says what time it is.
 *
 * A call that was let in before the circuit changed says nothing about it afterwards. That is what
 * its ticket is for: a slow failure from before must not open it again, nor a late success close it.
 */
export class Circuit {
  readonly #rule: BreakerRule
  /** Counts changes; the tickets of calls that may still say something carry it. */
  #era = 0
  #failures = 0
  #opened = 0
  /** When the cooldown began; `null` while it is closed. */
  #openSince: number | null = null
  /** When the call that tries was let in; `null` while there is none. */
  #probeSince: number | null = null

  constructor(rule: BreakerRule) {
    this.#rule = rule
  }

  get failures(): number {
    return this.#failures
  }

  /** How often it has opened. */
  get opened(): number {
    return this.#opened
  }

  stateAt(now: number): CircuitState {
    if (this.#openSince === null) return 'closed'
    return now - this.#openSince < this.#rule.cooldown ? 'open' : 'half-open'
  }

  /** True where {@link enter} would let nobody in. */
  refuses(now: number): boolean {
    const state = this.stateAt(now)
    return state === 'open' || (state === 'half-open' && this.#isProbing(now))
  }

  /** Milliseconds until it is worth asking again; 0 when that is now. */
  wait(now: number): number {
    if (this.#openSince === null || !this.refuses(now)) return 0
    // The call that tries may end at any moment.
    if (this.stateAt(now) === 'half-open') return Math.min(this.#rule.cooldown, PROBING_MS)
    return Math.min(this.#rule.cooldown, this.#openSince + this.#rule.cooldown - now)
  }

  /** @returns the ticket with which its end is told; `null` when it may not go on */
  enter(now: number): number | null {
    if (this.refuses(now)) return null
    if (this.#openSince === null) return this.#era
    this.#probeSince = now
    return ++this.#era
  }

  /**
   * The call that tries has begun to answer: a stream may last for hours, and most end because their
   * reader leaves, which says nothing. How it ends counts like the end of any other call.
   */
  begin(ticket: number): CircuitChange {
    if (ticket !== this.#era || this.#openSince === null) return null
    this.#openSince = null
    this.#probeSince = null
    this.#failures = 0
    return 'closed'
  }

  /** A call that was let in is over. */
  leave(ticket: number, result: CallResult, now: number): CircuitChange {
    if (ticket !== this.#era) return null
    if (this.#openSince === null) return this.#count(result, now)
    this.#probeSince = null
    this.#era++
    if (result === 'success') {
      this.#openSince = null
      this.#failures = 0
      return 'closed'
    }
    if (result === 'failure') this.#openSince = now
    return null
  }

  #count(result: CallResult, now: number): CircuitChange {
    if (result === 'success') this.#failures = 0
    if (result !== 'failure') return null
    this.#failures++
    if (this.#failures < this.#rule.failures) return null
    this.#openSince = now
    this.#opened++
    this.#era++
    return 'opened'
  }

  /**
   * A call that tries and does not end holds the others back for a cooldown, and no longer: one that
   * hangs would keep the circuit open for good.
   */
  #isProbing(now: number): boolean {
    return this.#probeSince !== null && now - this.#probeSince < this.#rule.cooldown
  }
}
