/** A worker that has served for so long was well: its end is the first one again. */
const WELL = 60_000
const FIRST = 250
const LONGEST = 30_000

/** How long to wait before another worker takes the place of one that ended. */
export class BackOff {
  #quickEnds = 0

  /**
   * @param served milliseconds for which the last one listened; `null` when it never did
   * @returns milliseconds: none after a long life, then 250, doubled each time, at most 30 s
   */
  next(served: number | null): number {
    if (served !== null && served >= WELL) this.#quickEnds = 0
    const quick = this.#quickEnds++
    // The first end of all is an accident; calls should not wait for it.
    if (quick === 0 && served !== null) return 0
    return Math.min(LONGEST, FIRST * 2 ** Math.min(quick, 16))
  }
}
