import type { Duration } from '../../base/duration.ts'
import { count, duration } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/** When wrong tries lock, and for how long (S-LOCK-1). */
export interface LockoutConfig {
  /** Failures of one account from which on it is locked. Default 5. */
  readonly threshold?: number
  /** How long a failure counts that locked nothing. Default `15m`. */
  readonly window?: Duration
  /** The lock of the failure that reaches the threshold; each further one doubles it. Default `30s`. */
  readonly baseCooldown?: Duration
  /** The longest lock. Default `1h`. */
  readonly maxCooldown?: Duration
  /**
   * Failures of one address, over all accounts, from which on it is locked: many people may share one. Of
   * `accounts()`; what is counted by hand has `threshold` for both. Default 100.
   */
  readonly addressThreshold?: number
}

/** The options as they are read. */
export type LockoutValues = Values<LockoutConfig>

const LONGEST_DAYS = 365
const LONGEST = LONGEST_DAYS * 86_400_000

/** A count or a lock of no time at all would hold nobody off. */
const time: OptionKind<number> = {
  words: 'duration',
  read(value, path) {
    const reading = duration.read(value, path)
    if (!('value' in reading)) return reading
    const fits = reading.value >= 1 && reading.value <= LONGEST
    return fits ? reading : { mistake: `must be from '1ms' to '${LONGEST_DAYS}d'` }
  },
  fromText: (value) => ({ value }),
}

/** The rows of {@link LockoutConfig}. */
export const LOCKOUT: OptionGroup<LockoutConfig, LockoutValues> = {
  name: 'accounts(): lockout',
  prefix: 'TREFOIL_AUTH_LOCKOUT',
  rows: {
    threshold: {
      read: count({ most: 100 }),
      default: 5,
      variable: true,
      doc: 'Failures of one account from which on it is locked.',
    },
    window: {
      read: time,
      default: '15m',
      variable: true,
      doc: 'How long a failure counts that locked nothing.',
    },
    baseCooldown: {
      read: time,
      default: '30s',
      variable: true,
      doc: 'The lock of the failure that reaches the threshold; each further one doubles it.',
    },
    maxCooldown: {
      read: time,
      default: '1h',
      variable: true,
      doc: 'The longest lock.',
    },
    addressThreshold: {
      read: count({ most: 100_000 }),
      default: 100,
      variable: true,
      doc: 'Failures of one address, over all accounts, from which on it is locked.',
    },
  },
}

/** What the page says (S-LOCK-1). */
export const DEFAULT_LOCKOUT: Required<LockoutConfig> = Object.freeze({
  threshold: 5,
  window: '15m',
  baseCooldown: '30s',
  maxCooldown: '1h',
  addressThreshold: 100,
})

/**
 * @returns numbers; durations in milliseconds
 * @throws ImproperlyConfigured naming what is wrong
 */
export function readLockout(config: unknown): LockoutValues {
  return checkLockout(readOptions({ ...LOCKOUT, name: 'lockout' }, config))
}

/** @throws ImproperlyConfigured for options that are right one by one, and wrong together */
export function checkLockout(values: LockoutValues): LockoutValues {
  if (values.baseCooldown > values.maxCooldown) {
    throw new ImproperlyConfigured(
      'lockout.baseCooldown is longer than lockout.maxCooldown; the first lock is the shortest, so write the longer one as maxCooldown',
    )
  }
  return values
}
