import { expect, test } from 'vitest'
import { KnownRefusals } from './known-refusals.ts'

const refused = { allowed: false, remaining: 0, retryAfter: 1000, resetAfter: 3000 }
const passed = { allowed: true, remaining: 4, retryAfter: 0, resetAfter: 100 }

test('SW-28: a refusal holds until the first of its counts may have room again, and counts down', () => {
  let now = 0
  const refusals = new KnownRefusals(() => now)
  refusals.add(['a', 'b'], [refused, passed])
  now = 400
  expect(refusals.of(['a', 'b'])).toEqual([
    { ...refused, retryAfter: 600, resetAfter: 2600 },
    { ...passed, resetAfter: 0 },
  ])
  expect(refusals.of(['a'])).toBe(null)
  expect(refusals.of(['b', 'a'])).toBe(null)
  now = 1000
  expect(refusals.of(['a', 'b'])).toBe(null)
})

test('the store is asked again after five seconds, whatever it said', () => {
  let now = 0
  const refusals = new KnownRefusals(() => now)
  refusals.add(['a'], [{ ...refused, retryAfter: 3_600_000 }])
  now = 4999
  expect(refusals.of(['a'])).not.toBe(null)
  now = 5000
  expect(refusals.of(['a'])).toBe(null)
})

test('PW-31: so many are kept, and no more', () => {
  const refusals = new KnownRefusals(() => 0)
  for (let at = 0; at <= 10_000; at++) refusals.add([`stranger-${at}`], [refused])
  expect(refusals.of(['stranger-0'])).toBe(null)
  expect(refusals.of(['stranger-10000'])).toEqual([refused])
})
