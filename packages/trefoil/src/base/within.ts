import { startTimer } from './start-timer.ts'

/**
 * Waits for work that may never end.
 *
 * @param ms may be infinite
 * @param work must not reject
 */
export function within(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const stopTimer = startTimer(ms, resolve)
    void work.then(() => {
      stopTimer()
      resolve()
    })
  })
}
