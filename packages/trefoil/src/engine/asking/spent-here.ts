import type { Clock } from '../../base/clock.ts'
import type { SpentTokens } from '../../contract/ports/spent-tokens.ts'
import { SeenOnce } from '../../identity/seen-once.ts'

/**
 * Answers that have been used, in this process.
 *
 * @param lifetime milliseconds that an answer may take; after as long again nobody sends one that was used
 */
export function spentHere(clock: Clock, lifetime: number): SpentTokens {
  const seen = new SeenOnce(clock, 'answers')
  return Object.freeze({
    spend: (purpose: string, id: string) =>
      seen.add(`${purpose} ${id}`, lifetime) ? 'first' : 'again',
  })
}
