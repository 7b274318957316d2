import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Call } from '../contract/call.ts'
import { dependency } from '../contract/dependency.ts'
import { BackgroundTasks } from './background.ts'
import { problemOf, resultOf, startCall } from './call.fixture.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('timeout', () => {
  test('W-16d: a handler that ignores its signal is answered with TIMEOUT at the deadline', async () => {
    const { outcome } = startCall({ action: { timeout: 50, handler: () => after(10_000) } })
    const seen = vi.fn()
    void Promise.resolve(outcome).then(seen)
    await vi.advanceTimersByTimeAsync(49)
    expect(seen).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(seen).toHaveBeenCalledWith(expect.objectContaining({ ok: false }))
    expect(await outcome).toMatchObject({ problem: { code: 'TIMEOUT', status: 504 } })
  })

  test('W-16d: the signal is aborted with the problem, and dependencies roll back', async () => {
    const ends: unknown[] = []
    const db = dependency(
      async function* () {
        try {
          yield 1
        } catch (error) {
          ends.push(error)
          throw error
        }
      },
      { name: 'db' },
    )
    const handler = (_: unknown, { signal }: Call) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const problem = problemOf({ action: { timeout: 50, dependencies: [['db', db]], handler } })
    await vi.advanceTimersByTimeAsync(50)
    expect(await problem).toMatchObject({ code: 'TIMEOUT' })
    expect(ends).toEqual([await problem])
  })

  test('W-16d: in time, synchronous or not, nothing happens and no timer stays', async () => {
    expect(await resultOf({ action: { timeout: 50, handler: () => 'now' } })).toBe('now')
    const value = resultOf({
      action: { timeout: 50, handler: () => after(40).then(() => 'later') },
    })
    await vi.advanceTimersByTimeAsync(40)
    expect(await value).toBe('later')
    const thrown = problemOf({
      action: {
        timeout: 50,
        handler: () => {
          throw new Error('x')
        },
      },
    })
    expect(await thrown).toMatchObject({ code: 'INTERNAL_ERROR' })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('W-16d: a handler that fails after the deadline harms nobody', async () => {
    const handler = async () => {
      await after(100)
      throw new Error('too late')
    }
    const problem = problemOf({ action: { timeout: 50, handler } })
    await vi.advanceTimersByTimeAsync(200)
    expect(await problem).toMatchObject({ code: 'TIMEOUT' })
  })
})

describe('signal', () => {
  test('W-16d: aborts when the caller goes away, before or after it was first asked for', async () => {
    const early = startCall({ action: { handler: () => after(1) } })
    early.inbound.abort()
    expect(early.call.signal.aborted).toBe(true)
    const late = startCall({ action: { handler: () => after(1) } })
    expect(late.call.signal.aborted).toBe(false)
    late.inbound.abort()
    expect(late.call.signal.reason).toMatchObject({ code: 'client_disconnected' })
    await vi.advanceTimersByTimeAsync(1)
  })
})

describe('background', () => {
  test('P-PIPE-2: tasks start when the answer is complete, not before', async () => {
    const log: string[] = []
    const { call, inbound, outcome } = startCall({
      action: {
        handler: (_: unknown, call: Call) => {
          call.background(() => log.push('task'))
          return 'v'
        },
      },
    })
    await outcome
    expect(log).toEqual([])
    inbound.done()
    await call['~app'].background.idle()
    expect(log).toEqual(['task'])
  })

  test('W-16d: idle waits for all of them, also for those that were added meanwhile', async () => {
    const log: string[] = []
    const tasks = new BackgroundTasks({ debug() {}, info() {}, warn() {}, error() {} })
    tasks.start(async () => {
      await after(10)
      log.push('first')
      tasks.start(() => after(10).then(() => log.push('second')), 'r1')
    }, 'r1')
    const idle = tasks.idle().then(() => log.push('idle'))
    await vi.advanceTimersByTimeAsync(20)
    await idle
    expect(log).toEqual(['first', 'second', 'idle'])
  })

  test('P-PIPE-2: a failing task is logged with its request and stops nothing', async () => {
    const error = vi.fn()
    const tasks = new BackgroundTasks({ debug() {}, info() {}, warn() {}, error })
    const boom = new Error('boom')
    tasks.start(() => {
      throw boom
    }, 'r1')
    await tasks.idle()
    expect(error).toHaveBeenCalledWith({ error: boom, request_id: 'r1' }, 'Background task failed')
  })
})
