import type { Clock } from '../../base/clock.ts'
import type { SpentTokens } from '../../contract/ports/spent-tokens.ts'

const MOST = 100_000

/**
 * Answers that have been used, in this process.
 *
 * @returns a store that throws where there are 100,000 that somebody may still send: one that forgot one of them would
 *   let it in again
 */
export function spentHere(clock: Clock): SpentTokens {
  // About in the order in which they end: each lives as long, from when it was asked.
  const ends = new Map<string, number>()
  return Object.freeze({
    spend(purpose: string, id: string, until: number) {
      for (const [old, end] of ends) {
        if (end > clock.now()) break
        ends.delete(old)
      }
      const key = `${purpose} ${id}`
      if (ends.has(key)) return 'again'
      if (ends.size >= MOST) throw new Error('Too many answers at once')
      ends.set(key, until)
      return 'first'
    },
  })
}
