/** Gives a turn back. Once; a second time does nothing. */
export type EndTurn = () => void

interface Line {
  taken: number
  readonly waiting: Set<() => void>
}

/**
 * Who comes first is let in first, in this process: of those who try one account at the same moment no more go on to ask the
 * store than could be given a try. Otherwise everybody who waits would ask it again and again, and whoever opens a thousand
 * connections would have all of the database for himself.
 */
export class Turns {
  readonly #lines = new Map<string, Line>()

  /**
   * @param longest milliseconds
   * @returns at once where a place is free; `null` where nobody gave one up in time, or the signal was aborted first
   */
  take(
    key: string,
    places: number,
    signal: AbortSignal,
    longest: number,
  ): EndTurn | Promise<EndTurn | null> {
    const line = this.#lines.get(key) ?? { taken: 0, waiting: new Set() }
    this.#lines.set(key, line)
    if (line.taken < places) return this.#begin(key, line)
    const leaving = AbortSignal.any([signal, AbortSignal.timeout(longest)])
    return new Promise((resolve) => {
      const leave = () => {
        line.waiting.delete(enter)
        resolve(null)
      }
      const enter = () => {
        leaving.removeEventListener('abort', leave)
        resolve(this.#begin(key, line))
      }
      if (leaving.aborted) return resolve(null)
      leaving.addEventListener('abort', leave, { once: true })
      line.waiting.add(enter)
    })
  }

  #begin(key: string, line: Line): EndTurn {
    line.taken++
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      line.taken--
      const [next] = line.waiting
      if (next !== undefined) {
        line.waiting.delete(next)
        next()
      } else if (line.taken === 0) this.#lines.delete(key)
    }
  }
}
