import { choice, count, flag, kind, list, orNull } from '../../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import type { BreachLookup } from './breach/breach-checker.ts'

/** Options of a `PasswordPolicy`: what passwords must be. */
export interface PasswordPolicyOptions {
  /**
   * `nist`: length and what is known or easily guessed, no rules of composition (SP 800-63B-4). `classic`:
   * four kinds of characters as well. Default `nist`.
   */
  readonly preset?: 'nist' | 'classic'
  /** Fewest characters (code points). Default 15 with `nist`, 12 with `classic`. */
  readonly minLength?: number
  /** A letter from A to Z. Default: with `classic`. */
  readonly requireUpper?: boolean
  /** A letter from a to z. Default: with `classic`. */
  readonly requireLower?: boolean
  /** A digit from 0 to 9. Default: with `classic`. */
  readonly requireDigit?: boolean
  /** A character of ASCII punctuation. Default: with `classic`. */
  readonly requireSymbol?: boolean
  /** None that many people have. Default true. */
  readonly forbidCommon?: boolean
  /** None that is known from a breach. Default true. */
  readonly breachCheck?: boolean
  /** Who knows of breaches. Default a `BreachChecker` that asks Have I Been Pwned. */
  readonly breach?: BreachLookup
  /** Words that would be guessed first, beside the name of the app and those of the person: names of the product. Default none. */
  readonly context?: readonly string[]
}

type Kind = boolean | null

/** The options as they are read: `null` is as the preset says. */
export type PasswordPolicyValues = Values<
  PasswordPolicyOptions,
  {
    minLength: number | null
    requireUpper: Kind
    requireLower: Kind
    requireDigit: Kind
    requireSymbol: Kind
    breach: BreachLookup | null
  }
>

const OF_PRESET = 'with `classic`'

/** The rows of {@link PasswordPolicyOptions}. */
export const PASSWORD_POLICY: OptionGroup<PasswordPolicyOptions, PasswordPolicyValues> = {
  name: 'PasswordPolicy()',
  prefix: 'TREFOIL_AUTH_PASSWORD',
  rows: {
    preset: {
      read: choice(['nist', 'classic']),
      default: 'nist',
      variable: true,
      doc: '`nist`: length, and nothing known or easily guessed; `classic`: four kinds of characters as well.',
    },
    minLength: {
      read: orNull(count({ least: 8, most: 128 })),
      default: null,
      shown: '15 with `nist`, 12 with `classic`',
      variable: true,
      doc: 'Fewest characters (code points).',
    },
    requireUpper: {
      read: orNull(flag),
      default: null,
      shown: OF_PRESET,
      variable: true,
      doc: 'A letter from A to Z.',
    },
    requireLower: {
      read: orNull(flag),
      default: null,
      shown: OF_PRESET,
      variable: true,
      doc: 'A letter from a to z.',
    },
    requireDigit: {
      read: orNull(flag),
      default: null,
      shown: OF_PRESET,
      variable: true,
      doc: 'A digit from 0 to 9.',
    },
    requireSymbol: {
      read: orNull(flag),
      default: null,
      shown: OF_PRESET,
      variable: true,
      doc: 'A character of ASCII punctuation.',
    },
    forbidCommon: {
      read: flag,
      default: true,
      variable: true,
      doc: 'None that many people have.',
    },
    breachCheck: {
      read: flag,
      default: true,
      variable: true,
      doc: 'None that is known from a breach.',
    },
    breach: {
      read: orNull(
        kind('a BreachChecker, or an object with check()', (value): value is BreachLookup => {
          return typeof Object(value).check === 'function'
        }),
      ),
      default: null,
      shown: 'a `BreachChecker` that asks Have I Been Pwned',
      doc: 'Who knows of breaches.',
    },
    context: {
      read: list(),
      default: [],
      shown: 'none',
      doc: 'Words that would be guessed first, beside the name of the app and those of the person: names of the product.',
    },
  },
}
