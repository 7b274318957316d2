import type { Awaitable } from '../../base/promise.ts'

/**
 * What may be used once: ids of tokens, proofs and links that were. `spentTokensContract()` of
 * `trefoil/testing` is what every store must do. A throw means that nobody knows: the token is not taken.
 */
export interface SpentTokens {
  /**
   * Notes that a token was used, in one step. Of all who spend the same, in whatever process, exactly one
   * is the first.
   *
   * @param purpose what it is for, such as `dpop`: ids of two purposes are two
   * @param id of the token, or all of it; stores keep a digest
   * @param until milliseconds since the Unix epoch from which on nobody takes the token any more, spent or
   *   not; a minute later it may be forgotten
   * @param unit what `data.db` gives: spent if that is kept, and not if it is rolled back. Default none: for
   *   good, at once
   * @throws TypeError for a unit where the store cannot take part in one
   */
  spend(purpose: string, id: string, until: number, unit?: unknown): Awaitable<'first' | 'again'>
}
