import type { Awaitable } from '../../base/promise.ts'

/** How many wrong tries somebody has, and how long it takes to get more. Times are milliseconds. */
export interface AttemptBudget {
  /**
   * Who is counted: a keyed digest (HMAC-SHA256, base64url, 43 characters) of an account, an address or
   * both. Names do not belong in a store that everybody's mistakes are written to.
   */
  readonly key: string
  /** Failures in a row from which on it is locked. */
  readonly threshold: number
  /** From the last failure, or from the end of the lock that it made, until all of them are forgotten. */
  readonly window: number
  /** How long the failure that reaches the threshold locks; each further one doubles it. */
  readonly base: number
  /** The longest lock. */
  readonly cap: number
}

/** What becomes of somebody who wants to try. */
export type AttemptAnswer =
  /** A try is taken of every budget, until the id is handed back, ten seconds at most. */
  | { readonly kind: 'reserved'; readonly id: string }
  /** All tries that are left are under way: whoever waits a few milliseconds and asks again may get one. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'locked'; readonly retryAfter: number }

/** Where a budget stands. */
export interface AttemptStanding {
  /** Failures in a row that are not forgotten. */
  readonly failures: number
  /** Milliseconds for which it is locked; 0 for not. */
  readonly retryAfter: number
}

/** Where somebody stands after a failure. */
export interface AttemptVerdict {
  /** Milliseconds for which the strictest of the budgets is locked now; 0 for none. */
  readonly retryAfter: number
  /** Failures in a row, of the budget that has most. */
  readonly failures: number
}

/**
 * Wrong tries, counted before they are made: a try is reserved before a password is hashed, so that of
 * five hundred guesses at once no more are hashed than the budget has. Right ones give theirs back; so
 * those who wait get in, and nobody is locked by coming often.
 *
 * By the clock of the store. Nothing of a lock changes while it holds. A throw means that nobody knows,
 * and lets nobody in. `attemptStoreContract()` of `trefoil/testing` is what every store must do.
 */
export interface AttemptStore {
  /**
   * Of all budgets, or of none.
   *
   * @param budgets at least one, no two of one key
   */
  reserve(budgets: readonly AttemptBudget[]): Awaitable<AttemptAnswer>
  /** The try was wrong: counted in each budget, also when its ten seconds are over. */
  failed(id: string, budgets: readonly AttemptBudget[]): Awaitable<AttemptVerdict>
  /**
   * The try was right: it is given back.
   *
   * @param forget keys of budgets whose failures are forgotten; those of an address are not, or whoever has
   *   one account there could go on trying others
   */
  succeeded(
    id: string,
    budgets: readonly AttemptBudget[],
    forget: readonly string[],
  ): Awaitable<void>
  /** Nobody knows whether it was right, as when there was no time to look: it is given back. */
  released(id: string, budgets: readonly AttemptBudget[]): Awaitable<void>
  /**
   * For whoever looks on; changes nothing. By what it says nobody may be let in: another may be trying at the
   * same moment.
   *
   * @returns one for each budget, in their order
   */
  status(budgets: readonly AttemptBudget[]): Awaitable<readonly AttemptStanding[]>
}
