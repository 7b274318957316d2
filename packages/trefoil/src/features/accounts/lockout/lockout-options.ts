import type { Duration } from '../../../index.ts'
import { kinds, type OptionGroup, type Values } from '../../../parts.ts'

/** When failures lock, and for how long. */
export interface LockoutOptions {
  /** Failures in the window from which on an account is locked. Default 5. */
  readonly threshold?: number
  /** How long a failure counts, from the last one. Default `15m`. */
  readonly window?: Duration
  /** The lock of the failure that reaches the threshold; each one more doubles it. Default `30s`. */
  readonly baseCooldown?: Duration
  /** The longest lock. Default `1h`. */
  readonly maxCooldown?: Duration
  /** Failures in the window from which on an address is locked: several people may share one. Default 50. */
  readonly addressThreshold?: number
}

/** {@link LockoutOptions} after reading; milliseconds. */
export type LockoutValues = Values<LockoutOptions>

/** The rows of {@link LockoutOptions}. */
export const LOCKOUT: OptionGroup<LockoutOptions, LockoutValues> = {
  name: 'accounts(): lockout',
  prefix: 'TREFOIL_AUTH_LOCKOUT',
  rows: {
    threshold: {
      read: kinds.count({ least: 1, most: 100 }),
      default: 5,
      variable: true,
      doc: 'Failures in the window from which on an account is locked.',
    },
    window: {
      read: kinds.duration,
      default: '15m',
      variable: true,
      doc: 'How long a failure counts, from the last one.',
    },
    baseCooldown: {
      read: kinds.duration,
      default: '30s',
      variable: true,
      doc: 'The lock of the failure that reaches the threshold; each one more doubles it.',
    },
    maxCooldown: { read: kinds.duration, default: '1h', variable: true, doc: 'The longest lock.' },
    addressThreshold: {
      read: kinds.count({ least: 1, most: 10_000 }),
      default: 50,
      variable: true,
      doc: 'Failures in the window from which on an address is locked: several people may share one.',
    },
  },
}
