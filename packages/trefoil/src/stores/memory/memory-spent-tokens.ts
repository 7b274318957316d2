import { systemClock } from '../../base/clock.ts'
import type { SpentTokens } from '../../contract/ports/spent-tokens.ts'

const MOST = 100_000
/** Milliseconds beyond its end for which one is kept, for whoever's clock is behind. */
export const MARGIN = 60_000

/**
 * Spent tokens in this process: forgotten when it ends, and known to no other one.
 *
 * @returns a store that throws where there are 100000 that somebody may still send: one that forgot one of
 *   them would let it in again
 */
export function memorySpentTokens(): SpentTokens {
  const spent = new Map<string, number>()
  let sweep = spent.entries()
  const drop = (steps: number) => {
    for (let step = 0; step < steps; step++) {
      const next = sweep.next()
      if (next.done === true) {
        sweep = spent.entries()
        return
      }
      const [key, until] = next.value
      if (until + MARGIN < systemClock.now()) spent.delete(key)
    }
  }
  return Object.freeze({
    spend(purpose: string, id: string, until: number, unit?: unknown) {
      if (unit !== undefined) throw new TypeError('memorySpentTokens() takes part in no unit')
      checkSpent(purpose, id, until)
      const key = `${purpose.length}:${purpose}${id}`
      if (spent.has(key)) return 'again'
      drop(2)
      if (spent.size >= MOST) drop(MOST)
      if (spent.size >= MOST) throw new Error('No more spent tokens can be noted')
      spent.set(key, until)
      return 'first'
    },
  })
}

/** @throws TypeError for what no token has: an id that is missing would be everybody's */
export function checkSpent(purpose: unknown, id: unknown, until: unknown): void {
  if (typeof purpose !== 'string' || purpose === '') {
    throw new TypeError('spend(): purpose must be text, such as dpop')
  }
  if (typeof id !== 'string' || id === '') throw new TypeError('spend(): id must be text')
  if (typeof until !== 'number' || !Number.isSafeInteger(Math.trunc(until))) {
    throw new TypeError('spend(): until must be milliseconds since the Unix epoch')
  }
}
