/** When failures lock, and for how long. Times are milliseconds. */
export interface LockTimes {
  /** Failures from which on it is locked. */
  readonly threshold: number
  /** The lock of the failure that reaches the threshold; each further one doubles it. */
  readonly base: number
  /** The longest lock. */
  readonly cap: number
}

/** Beyond that many doublings every lock is the longest. The steps of the tables in SQL say the same number. */
const MOST_DOUBLINGS = 30

/** How long so many failures lock, milliseconds; 0 for fewer than the threshold (V-01, S-LOCK-2). */
export function lockOf(failures: number, { threshold, base, cap }: LockTimes): number {
  if (failures < threshold) return 0
  return Math.min(base * 2 ** Math.min(failures - threshold, MOST_DOUBLINGS), cap)
}
