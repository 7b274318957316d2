import type { Rate } from '../../contract/ports/rate-store.ts'

/** Second, minute, hour, each in three ways. */
export type RateUnit = 's' | 'sec' | 'second' | 'm' | 'min' | 'minute' | 'h' | 'hr' | 'hour'

/** So many calls in a period: `100/min`, `10/sec`, `500/hour`. All of them may come at once. */
export type RateText = `${number}/${RateUnit}`

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const PERIODS: ReadonlyMap<string, number> = new Map([
  ...(['s', 'sec', 'second'] as const).map((unit) => [unit, SECOND] as const),
  ...(['m', 'min', 'minute'] as const).map((unit) => [unit, MINUTE] as const),
  ...(['h', 'hr', 'hour'] as const).map((unit) => [unit, HOUR] as const),
])

const RATE = /^([1-9][0-9]{0,8})\/([a-z]{1,6})$/

/** Above, the microsecond that intervals are rounded up to would be felt. */
const MOST_PER_SECOND = 100_000

/** @returns `null` for what is no rate: `0/min`, `1.5/min`, `5 per min`, `5/day` */
export function parseRate(text: unknown): Rate | null {
  if (typeof text !== 'string') return null
  const [, count = '', unit = ''] = RATE.exec(text) ?? []
  const period = PERIODS.get(unit)
  const limit = Number(count)
  if (period === undefined || limit > (MOST_PER_SECOND * period) / SECOND) return null
  return rateOf(limit, period, limit)
}

/** @param burst default is all that a period has */
export function rateOf(limit: number, period: number, burst: number): Rate {
  return Object.freeze({ limit, period, burst, interval: Math.ceil((period * 1000) / limit) })
}
