import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CommandTime } from './command-time.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const never = new Promise<never>(() => {})
const codeOf = (error: unknown) => (error as { code: unknown }).code

describe('FND-22: the time of a command', () => {
  test('ends with --timeout, and leaves no timer behind where it does not', async () => {
    const time = new CommandTime()
    time.limit(1000)
    const ended = time.within(never).catch(codeOf)
    await vi.advanceTimersByTimeAsync(999)
    expect(time.ended).toBeNull()
    await vi.advanceTimersByTimeAsync(1)
    expect(await ended).toBe('cli_timeout')
    const other = new CommandTime()
    other.limit(1000)
    other.done()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('the first reason is the one that counts', async () => {
    const time = new CommandTime()
    time.limit(1000)
    time.interrupt('SIGTERM')
    time.interrupt('SIGINT')
    await vi.advanceTimersByTimeAsync(2000)
    expect(time.ended?.code).toBe('cli_terminated')
    await expect(time.within(never)).rejects.toBe(time.ended)
  })

  test('work that is done, or fails, is what it was', async () => {
    const time = new CommandTime()
    expect(await time.within(Promise.resolve('done'))).toBe('done')
    await expect(time.within(Promise.reject(new RangeError()))).rejects.toThrow(RangeError)
    expect(await time.closing(Promise.resolve(), 10)).toBe(true)
    await expect(time.closing(Promise.reject(new RangeError()), 10)).rejects.toThrow(RangeError)
  })

  test('closing has any time until the command has to end, then so much', async () => {
    const time = new CommandTime()
    const inTime = time.closing(never, 500)
    let isOver = false
    void inTime.then(() => {
      isOver = true
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(isOver).toBe(false)
    time.interrupt('SIGINT')
    await vi.advanceTimersByTimeAsync(499)
    expect(isOver).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await inTime).toBe(false)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('who asks late is told at once, and who stopped asking is not', () => {
    const time = new CommandTime()
    const [early, gone, late] = [vi.fn(), vi.fn(), vi.fn()]
    time.onEnd(early)
    time.onEnd(gone)()
    time.interrupt('SIGINT')
    time.onEnd(late)
    expect([early, gone, late].map((listener) => listener.mock.calls.length)).toEqual([1, 0, 1])
  })
})

describe('the time of a person is not the time of the command', () => {
  test('the clock stands still while they are asked, and goes on with what was left', async () => {
    const time = new CommandTime()
    time.limit(1000)
    await vi.advanceTimersByTimeAsync(400)
    const typed = Promise.withResolvers<string>()
    const answer = time.standingStill(typed.promise)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(time.ended).toBeNull()
    typed.resolve('yes')
    expect(await answer).toBe('yes')
    await vi.advanceTimersByTimeAsync(599)
    expect(time.ended).toBeNull()
    await vi.advanceTimersByTimeAsync(2)
    expect(time.ended?.code).toBe('cli_timeout')
  })

  test('a signal ends it, and no clock starts again', async () => {
    const time = new CommandTime()
    time.limit(1000)
    const answer = time.standingStill(never).catch(codeOf)
    time.interrupt('SIGTERM')
    expect(await answer).toBe('cli_terminated')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('without a limit there is none afterwards', async () => {
    const time = new CommandTime()
    expect(await time.standingStill(Promise.resolve(1))).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
