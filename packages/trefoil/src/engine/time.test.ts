import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Authenticate } from '../contract/auth/authenticator.ts'
import type { Call } from '../contract/call/call.ts'
import { dependency } from '../contract/call/dependency.ts'
import { hookDecider } from '../policy/hook-decider.ts'
import type { AppContext } from './app-context.ts'
import {
  authEntry,
  type CallOptions,
  knownAs,
  problemOf,
  resultOf,
  startCall,
} from './call.fixture.ts'

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
    expect(seen).toHaveBeenCalledWith(expect.objectContaining({ kind: 'problem' }))
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

describe('timeout covers what comes before the handler', () => {
  const slow = authEntry({ authenticate: () => after(200).then(() => null) })

  test('W-16d: an authenticator that does not answer is not waited for, and nothing follows it', async () => {
    const handler = vi.fn()
    const { call, outcome } = startCall({
      app: { auth: { api: slow } },
      action: { timeout: 50, handler },
    })
    await vi.advanceTimersByTimeAsync(50)
    expect(await outcome).toMatchObject({
      kind: 'problem',
      problem: { code: 'TIMEOUT', status: 504 },
    })
    expect(call.signal.reason).toMatchObject({ code: 'TIMEOUT' })
    await vi.advanceTimersByTimeAsync(500)
    expect(handler).not.toHaveBeenCalled()
  })

  test('W-16d: nor a guard, an approver or an authenticator that throws too late', async () => {
    const reached = vi.fn()
    const late = () => after(100).then(() => true)
    const decide = () => after(100).then(() => ({ allow: true }) as const)
    const guard = { name: 'slow', needsInput: false, decide }
    const known = { api: knownAs({ subject: 'ada' }) }
    const broken = () => after(100).then(() => Promise.reject(new Error('too late')))
    const rows: CallOptions[] = [
      { app: { auth: known }, action: { guards: [guard] } },
      {
        app: { auth: known, approval: hookDecider(late) },
        action: { approval: { api: true, mcp: false, cli: false } },
        approvalToken: 'granted',
      },
      { app: { auth: { api: authEntry({ authenticate: broken }) } } },
    ]
    for (const row of rows) {
      const action = { ...row.action, timeout: 50, handler: reached }
      const problem = problemOf({ ...row, action })
      await vi.advanceTimersByTimeAsync(50)
      expect(await problem).toMatchObject({ code: 'TIMEOUT' })
      await vi.advanceTimersByTimeAsync(500)
    }
    expect(reached).not.toHaveBeenCalled()
  })

  test('W-16d: a dependency of the authenticator learns of it', async () => {
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
    const authenticate: Authenticate = async (request) => {
      await request.resolve(db)
      await after(200)
      return null
    }
    const auth: AppContext['auth'] = { api: authEntry({ authenticate }) }
    const problem = problemOf({ app: { auth }, action: { timeout: 50 } })
    await vi.advanceTimersByTimeAsync(50)
    expect(await problem).toMatchObject({ code: 'TIMEOUT' })
    expect(ends).toEqual([await problem])
  })

  test('W-16d: a stream that comes too late is given back', async () => {
    const stream = new Readable({ read() {} })
    const problem = problemOf({
      action: { timeout: 50, handler: () => after(80).then(() => stream) },
    })
    await vi.advanceTimersByTimeAsync(50)
    await problem
    expect(stream.destroyed).toBe(false)
    await vi.advanceTimersByTimeAsync(100)
    expect(stream.destroyed).toBe(true)
  })

  test('W-16d: a stream in time is not closed by the deadline', async () => {
    async function* two(): AsyncGenerator<string> {
      yield 'a'
      await after(100)
      yield 'b'
    }
    const value = await resultOf({ action: { timeout: 50, handler: two } })
    const text: unknown[] = []
    const reading = (async () => {
      for await (const piece of value as AsyncIterable<string>) text.push(piece)
    })()
    await vi.advanceTimersByTimeAsync(200)
    await reading
    expect(text).toEqual(['a', 'b'])
  })

  test('W-16d: without a timeout there is no timer and no promise', () => {
    const { outcome } = startCall({ action: { handler: () => 'now' } })
    expect(outcome).toMatchObject({ kind: 'answer', answer: { kind: 'text', body: 'now' } })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a logger that raises', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('no space left')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no space left')) as never],
  ])('OBS-4: %s: the caller gets the answer all the same', async (_, error) => {
    const logger = { debug() {}, info() {}, warn: error, error }
    const handler = () => {
      throw new Error('boom')
    }
    expect(await problemOf({ app: { logger }, action: { handler } })).toMatchObject({
      code: 'INTERNAL_ERROR',
    })
    const bad = dependency(
      async function* () {
        yield 1
        throw new Error('disk full')
      },
      { name: 'bad' },
    )
    const action = { dependencies: [['bad', bad] as const], handler: () => 1 }
    expect(await problemOf({ app: { logger }, action })).toMatchObject({ code: 'INTERNAL_ERROR' })
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
    await call.site.app.background.idle()
    expect(log).toEqual(['task'])
  })
})
