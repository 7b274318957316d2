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
