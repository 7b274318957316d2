import { systemClock } from '../../base/clock.ts'
import { lockOf } from '../../contract/ports/attempt-lock.ts'
import {
  DEFAULT_LOCKOUT,
  type LockoutConfig,
  type LockoutValues,
  readLockout,
} from './lockout-options.ts'

/** Where an account, or an address, stands. */
export interface LockoutStatus {
  readonly locked: boolean
  /** When it may be tried again; `null` while it is not locked. */
  readonly nextAllowedAt: Date | null
  /** Failures that count. */
  readonly failureCount: number
}

/** Failures that count, and when the last of them was. Milliseconds since the Unix epoch; `null` for none. */
export interface CountedFailures {
  readonly count: number
  readonly last: number | null
}

/**
 * Where so many failures leave somebody. Counted from the last one (LOCK-4): asking while it is locked prolongs
 * nothing, and a lock that is over does not begin anew by itself.
 *
 * @param lastFailure when the last of them was. Default: now
 * @param now default: the machine's time
 * @throws ImproperlyConfigured naming the member of `config` that is wrong
 */
export function computeLockout(
  failureCount: number,
  config: LockoutConfig = DEFAULT_LOCKOUT,
  lastFailure?: Date | null,
  now: Date = new Date(systemClock.now()),
): LockoutStatus {
  const at = now.getTime()
  const last = lastFailure === undefined || lastFailure === null ? at : lastFailure.getTime()
  if (!Number.isSafeInteger(failureCount) || failureCount < 0 || Number.isNaN(last + at)) {
    throw new TypeError('computeLockout() takes a count of failures, 0 or more, and dates')
  }
  return statusOf({ count: failureCount, last }, readLockout(config), at)
}

/**
 * @param now milliseconds, by the clock that the failures were written by
 * @param here the same moment by the clock of this machine
 */
export function statusOf(
  { count, last }: CountedFailures,
  config: LockoutValues,
  now: number,
  here: number = now,
): LockoutStatus {
  // A last failure that is yet to come is of a clock that was set back: a lock of that hour, too, would be a gift to
  // whoever has had it made.
  const until = last === null ? now : Math.min(last, now) + lockOf(count, lockTimes(config))
  const locked = now < until
  return Object.freeze({
    locked,
    nextAllowedAt: locked ? new Date(here + until - now) : null,
    failureCount: count,
  })
}

/** The times of a budget, under the names of the port. */
export function lockTimes({ threshold, baseCooldown, maxCooldown }: LockoutValues): {
  readonly threshold: number
  readonly base: number
  readonly cap: number
} {
  return { threshold, base: baseCooldown, cap: maxCooldown }
}

/**
 * Which failures count at a moment. Those inside the window, until they reach the threshold. From then on each further one
 * counts that comes within the window after the lock is over: a window that is shorter than the longest lock must not forget
 * what locks (SW-04).
 *
 * @param times of failures, in order
 */
export function countFailures(
  times: readonly number[],
  config: LockoutValues,
  now: number,
): CountedFailures {
  const { threshold, window } = config
  const holds = (count: number, last: number, at: number) =>
    count >= threshold && at < last + window + lockOf(count, lockTimes(config))
  let count = 0
  let last: number | null = null
  let recent: number[] = []
  for (const at of times) {
    if (last !== null && holds(count, last, at)) count++
    else {
      // What locked once, and is over, is not what the next count begins with.
      recent = (count >= threshold ? [] : recent).filter((one) => one > at - window)
      recent.push(at)
      count = recent.length
    }
    last = at
  }
  if (last === null || holds(count, last, now)) return { count, last }
  if (count >= threshold) return { count: 0, last: null }
  const left = recent.filter((one) => one > now - window)
  return { count: left.length, last: left.at(-1) ?? null }
}
