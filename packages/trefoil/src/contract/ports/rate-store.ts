import type { Awaitable } from '../../base/promise.ts'

/** How often something may happen. A bucket of `burst` calls, full at first, that fills up evenly. */
export interface Rate {
  /** Calls in a period. */
  readonly limit: number
  /** Milliseconds. */
  readonly period: number
  /** Calls that may come at once. */
  readonly burst: number
  /** Whole microseconds until one more call may come: `period / limit`, rounded up. */
  readonly interval: number
}

/** One count that a call takes from. */
export interface RateDemand {
  /** Who is counted, and by which rate. Two that are not the same never share a key. */
  readonly key: string
  readonly rate: Rate
  /**
   * True for a count that anybody can begin, by calling from one more address. A store with room for
   * so many counts keeps these apart, so that strangers cannot push out the counts of known callers.
   */
  readonly byAddress: boolean
}

/** Where a count stands after it was asked. Times are milliseconds. */
export interface RateStanding {
  readonly allowed: boolean
  /** Calls that may come right now. */
  readonly remaining: number
  /** Until the next call may come; 0 for one that was allowed. */
  readonly retryAfter: number
  /** Until all of `burst` is there again. */
  readonly resetAfter: number
}

/**
 * Where calls are counted. One step for all counts of a call: one statement, one script. Where one of
 * them says no, none is taken from, so that a call which is refused costs its caller nothing.
 *
 * A refusal is a value. Whatever is thrown means that nobody knows, and is answered with 503 or let
 * through, as `limits.rateFailure` says.
 */
export interface RateStore {
  /**
   * True where keys may be handed over as they are, with the subjects and addresses in them: a store
   * that keeps them nowhere but in memory. Default false: it gets hashes of one length.
   */
  readonly plainKeys?: boolean
  /**
   * @param demands at least one, no two of one key
   * @param now milliseconds since the Unix epoch, by the app's clock; a store that several processes
   *   share goes by its own
   * @returns one standing for each demand, in order
   */
  consume(demands: readonly RateDemand[], now: number): Awaitable<readonly RateStanding[]>
}
