import type { RateOption } from '../../index.ts'
import { readRates } from '../../inner.ts'
import type { OptionGroup, OptionKind, Values } from '../../parts.ts'

/** How often one address may call what everybody may call. `false` for no rate of its own. */
export interface AccountRateOptions {
  /** What sends a mail: a link, a code. Default `30/min`. */
  readonly mail?: RateOption | false
  /** What is given a link or a code. Default `60/min`. */
  readonly confirm?: RateOption | false
  /** Sessions of nobody. Default `30/min`. */
  readonly anonymous?: RateOption | false
}

/** {@link AccountRateOptions} after reading. */
export type AccountRateValues = Values<AccountRateOptions>

/** As routes take it; they read it once more. */
const rate: OptionKind<RateOption | false> = {
  words: 'rate',
  read: (value, path) => {
    if (value !== false) readRates(path, value)
    // Looked at just now.
    return { value: value as RateOption | false }
  },
  fromText: (value) => ({ value: value === 'off' ? false : value }),
}

/** The rows of {@link AccountRateOptions}. */
export const ACCOUNT_RATES: OptionGroup<AccountRateOptions, AccountRateValues> = {
  name: 'accounts(): rates',
  prefix: 'TREFOIL_AUTH_RATES',
  rows: {
    mail: {
      read: rate,
      default: '30/min',
      variable: true,
      doc: 'What sends a mail: a link, a code.',
    },
    confirm: {
      read: rate,
      default: '60/min',
      variable: true,
      doc: 'What is given a link or a code.',
    },
    anonymous: { read: rate, default: '30/min', variable: true, doc: 'Sessions of nobody.' },
  },
}
