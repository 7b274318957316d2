import { isList, isRecord } from '../../base/plain/is-record.ts'
import type { RatePer } from '../../contract/limits/rate-rule.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkFlag, shownValue } from '../../contract/options/option-values.ts'
import type { Rate } from '../../contract/ports/rate-store.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { parseRate, type RateText, rateOf } from './rate-text.ts'

/** A rate, where text alone says too little. */
export interface RateOptions {
  /** So many calls in a period: `100/min`. */
  readonly limit: RateText
  /** Calls that may come at once. Default: all that the period has. */
  readonly burst?: number
  /**
   * Who has a count of their own: `caller` (issuer, tenant and subject, or the address of a caller
   * nobody knows), `address` (asked before the authenticator), `tenant`, `actor` (who acts for somebody
   * else), `everyone`. Default `caller`.
   */
  readonly per?: RatePer
  /** What headers and records call it. Default `app`, `group` or `action`. */
  readonly name?: string
  /** What is inside may leave it, by `rate: false`. Default false. */
  readonly skippable?: boolean
}

/** One rate, or several that all hold. */
export type RateOption = RateText | RateOptions | readonly (RateText | RateOptions)[]

/** A rate as it was declared. */
export interface DeclaredRate {
  readonly rate: Rate
  readonly per: RatePer
  /** `null`: by the place it was declared at. */
  readonly name: string | null
  readonly skippable: boolean
}

const NAMES: OptionNames<RateOptions> = {
  limit: true,
  burst: true,
  per: true,
  name: true,
  skippable: true,
}
const PERS: Readonly<Record<RatePer, true>> = {
  caller: true,
  address: true,
  tenant: true,
  actor: true,
  everyone: true,
}
const NAME = /^[A-Za-z0-9_.-]{1,64}$/
const MOST_BURST = 1_000_000
/** All of them are asked in each call. */
const MOST_RATES = 8

/**
 * Reads the option `rate`.
 *
 * @param option how messages name it
 * @throws ImproperlyConfigured saying what to write
 */
export function readRates(option: string, given: unknown): readonly DeclaredRate[] {
  if (isList(given) !== true || !Array.isArray(given))
    return Object.freeze([readRate(option, given)])
  if (given.length === 0 || given.length > MOST_RATES) {
    throw new ImproperlyConfigured(
      `${option} must have 1 to ${MOST_RATES} rates, got a list of ${given.length}; leave it out for none`,
    )
  }
  // Array.from: a hole in the list is a mistake too.
  return Object.freeze(
    Array.from(given, (entry: unknown, index) => readRate(`${option}[${index}]`, entry)),
  )
}

/** What the option `limits.rate` reads. */
export const RATES: OptionKind<readonly DeclaredRate[]> = {
  words: 'rate',
  read: (value, path) => ({ value: readRates(path, value) }),
  fromText: (value) => ({ value }),
}

function readRate(option: string, given: unknown): DeclaredRate {
  if (!isRecord(given)) {
    return Object.freeze({
      rate: readText(option, given),
      per: 'caller',
      name: null,
      skippable: false,
    })
  }
  checkOptionNames(option, given, NAMES)
  // Each once: of a getter, the second answer may be another one.
  const { limit, burst, per = 'caller', name, skippable } = given
  const rate = readText(`${option}.limit`, limit)
  if (typeof per !== 'string' || !Object.hasOwn(PERS, per)) {
    throw new ImproperlyConfigured(
      `${option}.per must be one of ${Object.keys(PERS).join(', ')}, got ${shownValue(per)}`,
    )
  }
  if (name !== undefined && (typeof name !== 'string' || !NAME.test(name))) {
    throw new ImproperlyConfigured(
      `${option}.name must be 1 to 64 of A-Z a-z 0-9 _ . -, got ${shownValue(name)}`,
    )
  }
  checkFlag(`${option}.skippable`, skippable)
  return Object.freeze({
    rate: burst === undefined ? rate : rateOf(rate.limit, rate.period, readBurst(option, burst)),
    // Looked up just now.
    per: per as RatePer,
    name: name ?? null,
    skippable: skippable === true,
  })
}

function readBurst(option: string, burst: unknown): number {
  const fits = typeof burst === 'number' && Number.isSafeInteger(burst)
  if (fits && burst >= 1 && burst <= MOST_BURST) return burst
  throw new ImproperlyConfigured(
    `${option}.burst must be a whole number from 1 to ${MOST_BURST}, got ${shownValue(burst)}`,
  )
}

function readText(option: string, given: unknown): Rate {
  const rate = parseRate(given)
  if (rate !== null) return rate
  throw new ImproperlyConfigured(
    `${option} must be a rate such as '100/min' (a whole number from 1, a slash, and s, sec, second, ` +
      `m, min, minute, h, hr or hour; at most 100000 a second), got ${shownValue(given)}`,
  )
}
