/** A token bucket: `burst` at once, and one more each `interval`. */
export interface Bucket {
  /** Whole microseconds until one more may come. */
  readonly interval: number
  readonly burst: number
}

/** Where a bucket stands, and what is to be kept of it. Times are milliseconds but for `fullAt`. */
export interface BucketVerdict {
  readonly allowed: boolean
  /** What may come right now. */
  readonly remaining: number
  /** Until the next may come; 0 for one that was allowed. */
  readonly retryAfter: number
  /** Until all of `burst` is there again. */
  readonly resetAfter: number
  /** Microseconds since the epoch: when the bucket is full again. All that is kept of a count. */
  readonly fullAt: number
}

/**
 * The generic cell rate algorithm: a token bucket that is kept as one number, the time at which it is
 * full again (V-14). Whole microseconds, so that the last call of a burst is not lost to rounding.
 *
 * A clock that jumps back finds a bucket that would be full later than an empty one could be: it is
 * empty then. So nobody gets more by it, and nobody waits longer than for one full bucket.
 *
 * @param fullAt what was kept, microseconds; 0 for nothing
 * @param now microseconds
 */
export function gcra(fullAt: number, now: number, { interval, burst }: Bucket): BucketVerdict {
  const capacity = interval * burst
  const from = fullAt <= now ? now : Math.min(fullAt, now + capacity)
  const spare = now + capacity - from - interval
  if (spare < 0) {
    return {
      allowed: false,
      remaining: 0,
      retryAfter: -spare / 1000,
      resetAfter: (from - now) / 1000,
      fullAt: from,
    }
  }
  return {
    allowed: true,
    remaining: Math.floor(spare / interval),
    retryAfter: 0,
    resetAfter: (from + interval - now) / 1000,
    fullAt: from + interval,
  }
}

/** The same, for a count that another one's refusal leaves untouched. */
export function untouched(verdict: BucketVerdict, { interval }: Bucket): BucketVerdict {
  if (!verdict.allowed) return verdict
  return {
    allowed: true,
    remaining: verdict.remaining + 1,
    retryAfter: 0,
    resetAfter: verdict.resetAfter - interval / 1000,
    fullAt: verdict.fullAt - interval,
  }
}
