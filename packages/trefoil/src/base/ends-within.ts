import { startTimer } from './start-timer.ts'

/**
 * Waits for work, but not for ever.
 *
 * @param ms may be infinite
 * @returns true once the work is over, however it ended; false when the time is up before
 */
export function endsWithin(ms: number, work: PromiseLike<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const stopTimer = startTimer(ms, () => resolve(false))
    const done = () => {
      stopTimer()
      resolve(true)
    }
    work.then(done, done)
  })
}
