import { expect, test } from 'vitest'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { duration, readDuration, readSeconds } from './read-duration.ts'

function mistake(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (error instanceof ImproperlyConfigured) return error.message
    throw error
  }
  return 'none'
}

test('FND-14: text with a unit is milliseconds, or seconds', () => {
  expect(readDuration('timeout', '30s')).toBe(30_000)
  expect(readDuration('timeout', '0s')).toBe(0)
  expect(readSeconds('maxAge', '1h')).toBe(3600)
})

test('FND-14: a bare number is refused, and the message says what to write', () => {
  expect(mistake(() => readDuration('timeout', 30))).toBe(
    "timeout must be a duration such as '30s' (ms, s, m, h, d), got the number 30; " +
      "write '30s' for seconds, '30ms' for milliseconds",
  )
  expect(mistake(() => readSeconds('maxAge', 3600))).toBe(
    "maxAge must be a duration such as '30s' (ms, s, m, h, d), got the number 3600; write '3600s'",
  )
})

test('FND-14: a part of a second has no place in a header', () => {
  expect(mistake(() => readSeconds('maxAge', '1500ms'))).toBe(
    "maxAge must be whole seconds, such as '30s' or '1h'",
  )
})

test('FND-38: what is no duration is named by its kind', () => {
  expect(mistake(() => readDuration('timeout', 'hunter2'))).toBe(
    "timeout must be a duration such as '30s' (ms, s, m, h, d), got text of 7 characters",
  )
  expect(mistake(() => readSeconds('maxAge', 0.5))).toMatch(/got a number$/)
})

test('FND-14: duration() takes text from outside, or throws', () => {
  expect(duration(' 15m ')).toBe('15m')
  expect(mistake(() => duration(undefined))).toBe(
    "duration(): text must be a duration such as '30s' (ms, s, m, h, d), got undefined",
  )
  expect(mistake(() => duration('15 minutes'))).toMatch(/got text of 10 characters$/)
})
