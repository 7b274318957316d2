/** When failures lock, and for how long. Durations are milliseconds. */
export interface LockoutConfig {
  /** Failures in the window from which on it is locked. */
  readonly threshold: number
  /** How long a failure counts. */
  readonly window: number
  /** The lock of the failure that reaches the threshold; each one more doubles it. */
  readonly base: number
  /** The longest lock. */
  readonly cap: number
}

/** Where an account, or an address, stands. */
export interface LockoutStatus {
  readonly locked: boolean
  /** Milliseconds since the Unix epoch when it may be tried again; `null` while it is not locked. */
  readonly nextAllowedAt: number | null
  /** Failures that count. */
  readonly failures: number
}

/** S-LOCK-1: 5 failures in 15 minutes; 30 seconds, doubled up to an hour. */
export const LOCKOUT_DEFAULTS: LockoutConfig = Object.freeze({
  threshold: 5,
  window: 15 * 60_000,
  base: 30_000,
  cap: 3_600_000,
})

/** How long so many failures lock; 0 for fewer than the threshold (V-01). */
export function cooldownOf(failures: number, { threshold, base, cap }: LockoutConfig): number {
  if (failures < threshold) return 0
  // 2 ** 1024 is no number any more, and the cap is reached long before.
  return Math.min(cap, base * 2 ** Math.min(failures - threshold, 1000))
}

/**
 * Counted from the last failure (LOCK-4): asking while it is locked prolongs nothing, and a failure that
 * falls out of the window while it is locked does not begin the lock anew.
 *
 * @param lastFailure milliseconds since the Unix epoch; `null` for none
 */
export function computeLockout(
  failures: number,
  lastFailure: number | null,
  now: number,
  config: LockoutConfig = LOCKOUT_DEFAULTS,
): LockoutStatus {
  const cooldown = cooldownOf(failures, config)
  const until = lastFailure === null || cooldown === 0 ? null : lastFailure + cooldown
  const locked = until !== null && now < until
  return { locked, nextAllowedAt: locked ? until : null, failures }
}
