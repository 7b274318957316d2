import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LONGEST_TIMER, startTimer } from './start-timer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test.each([0, 1, LONGEST_TIMER, LONGEST_TIMER + 1, 3 * LONGEST_TIMER + 5])(
  'fires once after %d ms, and not before',
  (ms) => {
    let fired = 0
    startTimer(ms, () => fired++)
    if (ms > 0) vi.advanceTimersByTime(ms - 1)
    expect(fired).toBe(0)
    vi.advanceTimersByTime(1)
    expect(fired).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  },
)

test('is stopped after it was set anew', () => {
  const stop = startTimer(2 * LONGEST_TIMER, () => expect.unreachable())
  vi.advanceTimersByTime(LONGEST_TIMER + 1)
  stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('waits for ever', () => {
  const stop = startTimer(Number.POSITIVE_INFINITY, () => expect.unreachable())
  vi.advanceTimersByTime(3 * LONGEST_TIMER)
  stop()
  expect(vi.getTimerCount()).toBe(0)
})
