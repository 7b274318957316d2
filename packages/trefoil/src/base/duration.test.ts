import { expect, test } from 'vitest'
import { parseDuration } from './duration.ts'

test.each([
  ['0s', 0],
  ['250ms', 250],
  ['500ms', 500],
  ['30s', 30_000],
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
  [' 5s ', 5000],
])('W-16d: %o is %i ms', (duration, ms) => {
  expect(parseDuration(duration)).toBe(ms)
})

test.each([
  '',
  '5',
  's',
  '5 s',
  '-5s',
  '1.5s',
  '5S',
  '5min',
  0,
  250,
  -1,
  0.5,
  Number.NaN,
  '99999999999999d',
])('W-16d: %o is no duration', (duration) => {
  expect(parseDuration(duration)).toBeNull()
})

test('W-16d: values that are no text are no duration', () => {
  for (const value of [null, undefined, true, {}]) expect(parseDuration(value)).toBeNull()
})
