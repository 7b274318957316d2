import { describe, expect, it } from 'vitest'
import { gcra } from '../../base/rate/gcra.ts'
import { parseRate, rateOf } from './rate-text.ts'

const NOW = 1_760_000_000_000_000
const SECOND = 1_000_000

/** Calls until the first that is refused; at most `most`. */
function drain(rate: Parameters<typeof gcra>[2], now: number, fullAt = 0, most = 10_000) {
  let at = fullAt
  for (let passed = 0; passed < most; passed++) {
    const verdict = gcra(at, now, rate)
    at = verdict.fullAt
    if (!verdict.allowed) return { passed, verdict, fullAt: at }
  }
  return { passed: most, verdict: null, fullAt: at }
}

describe('gcra', () => {
  it('V-14 P-MWL-4: 60/min with a burst of 10, no time passing: 10 pass, the 11th waits 1.0 s', () => {
    const { passed, verdict } = drain(rateOf(60, 60_000, 10), NOW)
    expect(passed).toBe(10)
    expect(verdict).toMatchObject({ allowed: false, remaining: 0, retryAfter: 1000 })
  })

  it('P-MWL-4: full at first, and counts down what remains', () => {
    const rate = rateOf(60, 60_000, 3)
    const left: number[] = []
    let fullAt = 0
    for (let call = 0; call < 3; call++) {
      const verdict = gcra(fullAt, NOW, rate)
      left.push(verdict.remaining)
      fullAt = verdict.fullAt
    }
    expect(left).toEqual([2, 1, 0])
    expect(gcra(fullAt, NOW + 10 * SECOND, rate).remaining).toBe(2)
  })

  it('gives one call back for each interval, and never more than a burst', () => {
    const rate = rateOf(60, 60_000, 10)
    const { fullAt } = drain(rate, NOW)
    expect(drain(rate, NOW + 1 * SECOND, fullAt).passed).toBe(1)
    expect(drain(rate, NOW + 1 * SECOND - 1, fullAt).passed).toBe(0)
    expect(drain(rate, NOW + 3600 * SECOND, fullAt).passed).toBe(10)
  })

  // With fractions of a millisecond added up, the last one of some bursts would be refused.
  it('gives the whole burst of every count, at any time', () => {
    for (const limit of [1, 3, 7, 11, 13, 49, 97, 333, 997]) {
      for (const now of [0, 1, NOW, NOW + 1, 4_000_000_000_000_001]) {
        expect(drain(rateOf(limit, 60_000, limit), now).passed).toBe(limit)
      }
    }
  })

  it('SW-28: no burst of two windows at the edge between them', () => {
    const rate = rateOf(100, 60_000, 100)
    const { fullAt } = drain(rate, NOW + 59.9 * SECOND)
    expect(drain(rate, NOW + 60.1 * SECOND, fullAt).passed).toBe(0)
  })

  it('a clock that jumps back gives nothing, and makes nobody wait longer than for one bucket', () => {
    const rate = rateOf(60, 60_000, 10)
    let { fullAt } = drain(rate, NOW, 0, 3)
    const back = NOW - 3600 * SECOND
    const first = gcra(fullAt, back, rate)
    expect(first).toMatchObject({ allowed: false, retryAfter: 1000, resetAfter: 10_000 })
    fullAt = first.fullAt
    expect(drain(rate, back + 1 * SECOND, fullAt).passed).toBe(1)
    expect(drain(rate, back + 10 * SECOND, fullAt).passed).toBe(10)
  })
})

describe('rate text', () => {
  it.each([
    ['100/min', 100, 100],
    ['10/sec', 600, 10],
    ['500/hour', 500 / 60, 500],
    ['5/m', 5, 5],
  ])('V-14: %s fills up by %d a minute and holds %d', (text, perMinute, capacity) => {
    const rate = parseRate(text)
    expect(rate).not.toBeNull()
    expect((60_000 * 1000) / (rate?.interval ?? 0)).toBeCloseTo(perMinute, 9)
    expect(rate?.burst).toBe(capacity)
  })

  it('P-MWL-4: seconds, minutes and hours in three ways each', () => {
    const periods = ['s', 'sec', 'second', 'm', 'min', 'minute', 'h', 'hr', 'hour'].map(
      (unit) => parseRate(`1/${unit}`)?.period,
    )
    expect(periods).toEqual([1e3, 1e3, 1e3, 6e4, 6e4, 6e4, 36e5, 36e5, 36e5])
  })

  it.each([
    ['0/min', '1.5/min', '5 per min', '5/day'],
    ['', '/', '5', '5/', '/min', '-1/min', '+1/min', '01/min', '1e3/min', '٥/min'],
    [' 5/min', '5/min ', '5 / min', '5/min\n', '5/MIN', '5/mins', '5/constructor', '5/__proto__'],
    ['100001/sec', '999999999999/min', '5/min/min'],
    [5, null, undefined, Number.NaN, ['5/min'], { toString: () => '5/min' }, 5n],
  ])('V-14 PW-32: refuses %s', (...texts) => {
    for (const text of texts) expect(parseRate(text), String(text)).toBeNull()
  })
})
