import { randomInt } from 'node:crypto'
import type { Attempts } from './job-store.ts'

/** Between half of the delay and all of it: what failed together must not come back together. */
const STEPS = 1000

/**
 * How long it is waited after so many failures.
 *
 * @param failures before this one
 * @param draw from 0 to 1; a test gives its own
 * @returns milliseconds
 */
export function delayAfter(
  failures: number,
  { backoff, longestBackoff }: Pick<Attempts, 'backoff' | 'longestBackoff'>,
  draw: () => number = () => randomInt(STEPS + 1) / STEPS,
): number {
  const whole = Math.min(longestBackoff, backoff * 2 ** Math.min(failures, 40))
  return Math.round(whole * (0.5 + draw() / 2))
}
