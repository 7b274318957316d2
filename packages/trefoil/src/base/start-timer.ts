/** The longest wait a timer of the runtime can hold: what is longer, it takes for 1 ms. */
export const LONGEST_TIMER: number = 2 ** 31 - 1

/**
 * Calls back once, after `ms` milliseconds. Set to a month, a bare `setTimeout` would fire at once:
 * a generous limit would end every call.
 *
 * @param ms may be infinite
 * @returns stops it
 */
export function startTimer(ms: number, callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>
  const wait = (left: number) => {
    timer =
      left > LONGEST_TIMER
        ? setTimeout(wait, LONGEST_TIMER, left - LONGEST_TIMER)
        : setTimeout(callback, left)
  }
  wait(ms)
  return () => clearTimeout(timer)
}

/** As {@link startTimer}, for what must not keep a process alive that has nothing else to do. */
export function startQuietTimer(ms: number, callback: () => void): () => void {
  const timer: unknown = setTimeout(callback, Math.min(ms, LONGEST_TIMER))
  // A number where there are no processes: in browsers and workers.
  if (typeof timer === 'object' && timer !== null && 'unref' in timer) {
    if (typeof timer.unref === 'function') timer.unref()
  }
  return () => clearTimeout(timer as ReturnType<typeof setTimeout>)
}
