import { isRecord } from '../../base/plain/is-record.ts'
import type { BreakerRule, ConcurrencyLimit } from '../../contract/limits/capacity.ts'
import { shownValue } from '../../contract/options/option-values.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { BREAKER, CONCURRENCY } from '../options/capacity-options.ts'

/**
 * Reads `concurrency` of a group or an action.
 *
 * @returns `null` for none
 * @throws ImproperlyConfigured naming where it stands and what to write
 */
export function readConcurrency(where: string, given: unknown): ConcurrencyLimit | null {
  if (given === undefined) return null
  const option = `${where}: concurrency`
  if (typeof given !== 'number' && !isRecord(given)) {
    throw new ImproperlyConfigured(
      `${option} must be a number of calls, or { limit: 5, per: 'caller' }, got ${shownValue(given)}`,
    )
  }
  const options = typeof given === 'number' ? { limit: given } : given
  return readOptions({ ...CONCURRENCY, name: option }, options)
}

/**
 * Reads `breaker` of a group or an action.
 *
 * @returns `undefined` where nothing is said, `null` for none
 * @throws ImproperlyConfigured naming where it stands and what to write
 */
export function readBreaker(where: string, given: unknown): BreakerRule | null | undefined {
  if (given === undefined) return undefined
  if (given === false) return null
  const option = `${where}: breaker`
  if (given !== true && !isRecord(given)) {
    throw new ImproperlyConfigured(
      `${option} must be true, false, or { failures: 5, cooldown: '60s' }, got ${shownValue(given)}`,
    )
  }
  return readOptions({ ...BREAKER, name: option }, given === true ? {} : given)
}
