import { describe, expect, test } from 'vitest'
import { computeLockout, countFailures, statusOf } from './lockout.ts'
import { DEFAULT_LOCKOUT, LOCKOUT, readLockout } from './lockout-options.ts'

const EPOCH = 1_800_000_000_000
const at = (second: number) => new Date(EPOCH + second * 1000)
const VALUES = readLockout(DEFAULT_LOCKOUT)

describe('V-01, S-LOCK-2: the maths of the page', () => {
  const seconds = [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
  test.each(seconds.map((cooldown, failures) => [failures, cooldown]))(
    '%d failures lock for %d seconds',
    (failures, cooldown) => {
      expect(computeLockout(failures, DEFAULT_LOCKOUT, at(0), at(0))).toEqual({
        locked: cooldown > 0,
        nextAllowedAt: cooldown > 0 ? at(cooldown) : null,
        failureCount: failures,
      })
    },
  )

  test('SW-06: thousands of failures lock for the longest time, not for ever', () => {
    const { nextAllowedAt } = computeLockout(5_000_000, DEFAULT_LOCKOUT, at(0), at(0))
    expect(nextAllowedAt).toEqual(at(3600))
  })

  test('threshold 3, base 10 s, cap 100 s', () => {
    const config = { threshold: 3, baseCooldown: '10s', maxCooldown: '100s' } as const
    const locks = [2, 3, 4, 5, 6, 7, 5000].map(
      (failures) => computeLockout(failures, config, at(0), at(0)).nextAllowedAt,
    )
    expect(locks).toEqual([null, ...[10, 20, 40, 80, 100, 100].map(at)])
  })

  test('SW-03: from the last failure; five at 0 to 4 s lock from 4 to 34 s, and not again', () => {
    const times = [0, 1, 2, 3, 4].map((second) => EPOCH + second * 1000)
    const status = (second: number) => {
      const now = EPOCH + second * 1000
      return statusOf(countFailures(times, VALUES, now), VALUES, now)
    }
    expect([4, 5, 33.999, 34, 60, 899, 900].map((second) => status(second).locked)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ])
    expect(status(5)).toEqual({ locked: true, nextAllowedAt: at(34), failureCount: 5 })
    expect(status(34).failureCount).toBe(5)
    expect([933.999, 934].map((second) => status(second).failureCount)).toEqual([5, 0])
  })

  test('without a last failure it is now, and without a moment the machine says it', () => {
    const { locked, nextAllowedAt, failureCount } = computeLockout(7)
    expect([locked, failureCount]).toEqual([true, 7])
    expect(nextAllowedAt?.getTime()).toBeGreaterThan(Date.now() + 110_000)
  })

  test('S-LOCK-1: the defaults are those of the page, and those of the rows', () => {
    for (const [name, value] of Object.entries(DEFAULT_LOCKOUT)) {
      expect(LOCKOUT.rows[name as keyof typeof DEFAULT_LOCKOUT].default).toBe(value)
    }
    expect(readLockout({})).toMatchObject({
      threshold: 5,
      window: 900_000,
      baseCooldown: 30_000,
      maxCooldown: 3_600_000,
    })
  })
})

describe('S-ATT-2, SW-04: which failures count', () => {
  const count = (times: readonly number[], second: number) =>
    countFailures(
      times.map((one) => one * 1000),
      VALUES,
      second * 1000,
    ).count

  test('those inside the window, until they reach the threshold', () => {
    expect(count([0, 100, 200, 300], 300)).toBe(4)
    expect(count([0, 100, 200, 300], 950)).toBe(3)
    expect(count([0, 600, 1200, 1800, 2400], 2400)).toBe(2)
    expect(count([], 10)).toBe(0)
  })

  test('the longest lock is reached although it is longer than the window', () => {
    const times = [0, 0, 0, 0, 0]
    for (let lock = 30; times.length < 20; lock = Math.min(lock * 2, 3600)) {
      times.push((times.at(-1) as number) + lock)
    }
    expect(count(times, times.at(-1) as number)).toBe(20)
  })

  test('what a lock and a window are over for is forgotten', () => {
    expect(count([0, 0, 0, 0, 0], 929)).toBe(5)
    expect(count([0, 0, 0, 0, 0, 929], 929)).toBe(6)
    expect(count([0, 0, 0, 0, 0, 930], 930)).toBe(1)
  })

  test('a clock that is set back an hour makes no lock longer', () => {
    const { nextAllowedAt } = statusOf({ count: 5, last: EPOCH + 3_600_000 }, VALUES, EPOCH)
    expect(nextAllowedAt).toEqual(at(30))
  })
})

test('wrong configurations are refused by name', () => {
  const wrong = (config: unknown) => () => readLockout(config)
  expect(wrong({ threshold: 0 })).toThrow('lockout.threshold must be a whole number from 1 to 100')
  expect(wrong({ window: '0s' })).toThrow("lockout.window must be from '1ms' to '365d'")
  expect(wrong({ window: 900 })).toThrow("lockout.window must be a duration such as '30s'")
  expect(wrong({ maxCooldown: null })).toThrow('lockout.maxCooldown')
  expect(wrong({ baseCooldown: '2h' })).toThrow('lockout.baseCooldown is longer')
  expect(wrong({ treshold: 3 })).toThrow("did you mean 'threshold'?")
  expect(() => computeLockout(-1)).toThrow(TypeError)
  expect(() => computeLockout(Number.NaN)).toThrow(TypeError)
  expect(() => computeLockout(1, {}, new Date('nonsense'))).toThrow(TypeError)
})
