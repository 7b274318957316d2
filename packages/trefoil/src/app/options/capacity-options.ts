import type { BreakerOptions, ConcurrencyOptions } from '../../contract/limits/capacity.ts'
import { choice, count, duration } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import { type OptionGroup, REQUIRED, type Values } from '../../contract/options/option-rows.ts'

/** The rows of {@link ConcurrencyOptions}. */
export const CONCURRENCY: OptionGroup<ConcurrencyOptions, Values<ConcurrencyOptions>> = {
  name: 'concurrency',
  prefix: 'TREFOIL_CONCURRENCY',
  rows: {
    limit: {
      read: count({ least: 0 }),
      default: REQUIRED,
      doc: 'Most calls that run at the same time; 0 only counts them.',
    },
    per: {
      read: choice(['everyone', 'caller', 'tenant']),
      default: 'everyone',
      doc: 'Whose calls are counted together. A caller is issuer, subject and tenant, or the address of one that nobody knows.',
    },
  },
}

/** A circuit that is closed again at once would never have been open. */
const someTime: OptionKind<number> = {
  ...duration,
  read(value, path) {
    const read = duration.read(value, path)
    return 'value' in read && read.value === 0 ? { mistake: "must be more than '0s'" } : read
  },
}

/** The rows of {@link BreakerOptions}. */
export const BREAKER: OptionGroup<BreakerOptions, Values<BreakerOptions>> = {
  name: 'breaker',
  prefix: 'TREFOIL_BREAKER',
  rows: {
    failures: {
      read: count(),
      default: 5,
      doc: 'Failures in a row that open the circuit.',
    },
    cooldown: {
      read: someTime,
      default: '60s',
      doc: 'How long it stays open before one call may try again.',
    },
  },
}
