import { describe, expect, test } from 'vitest'
import { computeLockout, cooldownOf, LOCKOUT_DEFAULTS } from './lockout.ts'

describe('V-01, S-LOCK-2: the maths of the page', () => {
  const seconds = [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
  test.each(seconds.map((cooldown, failures) => [failures, cooldown]))(
    '%d failures lock for %d seconds',
    (failures, cooldown) => {
      expect(cooldownOf(failures, LOCKOUT_DEFAULTS)).toBe(cooldown * 1000)
    },
  )

  test('threshold 3, base 10 s, cap 100 s', () => {
    const config = { threshold: 3, window: 60_000, base: 10_000, cap: 100_000 }
    expect([3, 4, 5, 6, 7, 5000].map((failures) => cooldownOf(failures, config))).toEqual([
      10_000, 20_000, 40_000, 80_000, 100_000, 100_000,
    ])
  })

  test('from the last failure: five at 0 to 4 s lock from 4 to 34 s, and not again', () => {
    const at = (second: number) => computeLockout(5, 4000, second * 1000).locked
    expect([4, 5, 33.999, 34, 60, 899, 900].map(at)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ])
    expect(computeLockout(5, 4000, 5000)).toEqual({
      locked: true,
      nextAllowedAt: 34_000,
      failures: 5,
    })
    expect(computeLockout(4, 4000, 5000)).toEqual({
      locked: false,
      nextAllowedAt: null,
      failures: 4,
    })
    expect(computeLockout(9, null, 5000).locked).toBe(false)
  })
})
