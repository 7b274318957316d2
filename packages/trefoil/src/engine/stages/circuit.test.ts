import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { Call } from '../../contract/call/call.ts'
import { HttpError, Problem, refuse } from '../../contract/problems/problem.ts'
import { isStream } from '../answer/stream.ts'
import { authEntry, type CallOptions, field, knownAs, startCall } from '../call.fixture.ts'
import { Capacity } from '../limits/capacity.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 }))
afterEach(() => void vi.useRealTimers())

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const clock = { now: () => Date.now(), elapsed: () => Date.now() }
const breaker = { failures: 1, cooldown: 1000 }
const throwing = (error: unknown) => () => {
  throw error
}

/** One call of an action whose first failure opens the circuit. */
async function one(options: CallOptions, capacity = new Capacity(null)) {
  const { outcome, log } = startCall({
    ...options,
    app: { clock, capacity, ...options.app },
    action: { breaker, ...options.action },
  })
  await vi.advanceTimersByTimeAsync(100)
  const ended = await outcome
  if (ended.kind === 'answer' && isStream(ended.answer.body)) {
    const read = async () => {
      for await (const _ of ended.answer.body as AsyncIterable<unknown>);
    }
    const reading = read().catch(() => {})
    await vi.advanceTimersByTimeAsync(1000)
    await reading
  }
  const circuit = capacity.circuits()['test.action']
  return { ended, circuit, log, capacity }
}

describe('P-MWL-6: what is a failure', () => {
  async function* broken(): AsyncGenerator<string> {
    yield 'a'
    throw new Error('boom')
  }

  test.each<[string, NonNullable<CallOptions['action']>]>([
    ['an unexpected error', { handler: throwing(new Error('boom')) }],
    ['a problem of 5xx', { handler: throwing(new HttpError(502)) }],
    ['a status of its own from 500 on', { handler: throwing(new Problem('INTERNAL_ERROR')) }],
    ['TIMEOUT, once it has begun', { timeout: 50, handler: () => after(80) }],
    ['a result that is not what it promised', { returns: z.string(), handler: () => 7 }],
    ['a middleware that throws', { middleware: [throwing(new Error('boom'))] }],
    ['a stream that breaks', { handler: broken }],
    [
      'an error that a handler made a 5xx of',
      {
        handler: throwing(new Error('boom')),
        errorHandlers: [[{ type: Error, handle: () => new HttpError(503) }]],
      },
    ],
  ])('%s opens', async (_, action) => {
    expect((await one({ action })).circuit).toMatchObject({ failures: 1, opened: 1 })
  })
})

describe('PW-29: what is none', () => {
  const late = () => after(10).then(() => 'done')
  const failing = throwing(new Error('boom'))
  const ada = knownAs({ subject: 'ada' })
  const denying = { name: 'no', needsInput: false, decide: () => ({ allow: false, text: 'no' }) }

  test.each<[string, CallOptions]>([
    [
      'a credential that is refused',
      { app: { auth: { api: authEntry({ authenticate: failing }) } } },
    ],
    [
      'a guard that denies',
      { app: { auth: { api: ada } }, action: { guards: [denying] as never, handler: failing } },
    ],
    [
      'a guard that breaks',
      {
        app: { auth: { api: ada } },
        action: { guards: [{ ...denying, decide: failing }] as never, handler: failing },
      },
    ],
    [
      'a wrong argument',
      { args: { a: 'x' }, action: { params: [field('a', z.int())], handler: failing } },
    ],
    [
      'a rate refusal',
      { app: { limits: [{ take: () => refuse('unavailable') }] }, action: { handler: failing } },
    ],
    ['no place', { action: { concurrency: [{ limit: 1, per: 'everyone' }], handler: failing } }],
    [
      'an approval that is missing',
      {
        surface: 'mcp',
        app: {
          approval: {
            decide: () => ({ kind: 'refuse', problem: refuse('approval_required') }),
          },
        },
        action: { approval: { api: false, mcp: true, cli: false }, handler: failing },
      },
    ],
    ['a dry run', { surface: 'mcp', dryRun: true, action: { handler: failing } }],
    ['a 4xx', { action: { handler: throwing(new HttpError(404)) } }],
    ['TIMEOUT before it has begun', { app: slowAuth(), action: { timeout: 50, handler: failing } }],
    ['an audit log that is down', { app: downAudit(), action: { handler: failing } }],
    ['that the server stops, thrown on', { action: { handler: throwing(refuse('unavailable')) } }],
    [
      'more than may be sent',
      { surface: 'mcp', wholeAnswers: 3, action: { handler: async () => streamOf('too much') } },
    ],
    [
      'a stream that was too slow, over HTTP: its reader may have been it',
      { action: { timeout: 500, streamTimeout: 500, handler: slowStream } },
    ],
    [
      'an error that a handler made an answer of',
      { action: { handler: failing, errorHandlers: [[{ type: Error, handle: () => 'fine' }]] } },
    ],
  ])('%s', async (_, options) => {
    const capacity = new Capacity(null)
    if (options.action?.concurrency !== undefined) {
      capacity
        .placesOf({ name: 'test.action', concurrency: options.action.concurrency } as never)
        ?.all.take()
    }
    const { circuit, ended } = await one(options, capacity)
    expect(ended).not.toMatchObject({ problem: { code: 'CIRCUIT_OPEN' } })
    expect(circuit).toEqual({ state: 'closed', failures: 0, opened: 0, retryAfter: null })
    // Nor is it a success: the next call is the one that counts.
    expect((await one({ action: { handler: late } }, capacity)).circuit?.state).toBe('closed')
  })

  test('a caller who leaves, whatever the handler makes of it', async () => {
    const capacity = new Capacity(null)
    const handler = (_args: unknown, { signal }: Call) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      })
    const { outcome, inbound } = startCall({
      app: { clock, capacity },
      action: { breaker, handler },
    })
    inbound.abort()
    expect(await outcome).toMatchObject({ problem: { code: 'INTERNAL_ERROR' } })
    expect(capacity.circuits()['test.action']).toMatchObject({ state: 'closed', failures: 0 })
  })

  test('a caller who leaves does not hide that the time was up', async () => {
    const capacity = new Capacity(null)
    const { outcome, inbound } = startCall({
      app: { clock, capacity },
      action: { breaker, timeout: 50, handler: () => after(1000) },
    })
    inbound.abort()
    await vi.advanceTimersByTimeAsync(50)
    expect(await outcome).toMatchObject({ problem: { code: 'TIMEOUT' } })
    expect(capacity.circuits()['test.action']).toMatchObject({ state: 'open' })
  })
})

describe('P-MWL-6: while it is open', () => {
  async function opened() {
    const { capacity, log } = await one({ action: { handler: throwing(new Error('boom')) } })
    return { capacity, log }
  }
  const handler = vi.fn(() => 'done')
  beforeEach(() => void handler.mockClear())

  test('nothing is tried, and the caller is told for how long', async () => {
    const { capacity } = await opened()
    const { ended } = await one({ action: { handler } }, capacity)
    expect(ended).toMatchObject({
      problem: {
        code: 'CIRCUIT_OPEN',
        status: 503,
        headers: { 'retry-after': '1' },
        details: { action: 'test.action', retry_after_seconds: 1, retryable: true },
      },
    })
    expect(handler).not.toHaveBeenCalled()
  })

  test('no approval is used up, and a dry run is told the same', async () => {
    const { capacity } = await opened()
    const decide = vi.fn(() => ({ kind: 'none' }) as const)
    const options = {
      surface: 'mcp',
      app: { approval: { decide } },
      action: { approval: { api: false, mcp: true, cli: false }, handler },
    } as const
    for (const dryRun of [false, true]) {
      const { ended } = await one({ ...options, dryRun }, capacity)
      expect(ended).toMatchObject({ problem: { code: 'CIRCUIT_OPEN' } })
    }
    expect(decide).not.toHaveBeenCalled()
  })

  test('one call tries after the cooldown; its success closes, one line for each', async () => {
    const { capacity, log } = await opened()
    const lines = (all: typeof log) => all.filter(({ message }) => message.startsWith('Circuit'))
    expect(lines(log)).toEqual([
      {
        level: 'warn',
        message: 'Circuit opened',
        fields: {
          ...{ action: 'test.action', failures: 1, cooldown_ms: 1000 },
          ...{ request_id: 'r1', call_id: expect.any(String) },
        },
      },
    ])
    await vi.advanceTimersByTimeAsync(1000)
    expect(capacity.circuits()['test.action']).toMatchObject({ state: 'half-open', retryAfter: 0 })
    const slow = startCall({
      app: { clock, capacity },
      action: { breaker, handler: () => after(50).then(() => 'done') },
    })
    const second = startCall({ app: { clock, capacity }, action: { breaker, handler } })
    expect(await second.outcome).toMatchObject({ problem: { code: 'CIRCUIT_OPEN' } })
    await vi.advanceTimersByTimeAsync(50)
    expect(await slow.outcome).toMatchObject({ kind: 'answer' })
    expect(capacity.circuits()['test.action']).toMatchObject({ state: 'closed', failures: 0 })
    // The logger of whoever made the circuit: the app has one.
    expect(lines(log).map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'Circuit opened'],
      ['info', 'Circuit closed'],
    ])
  })

  test('a call that does not reach the handler gives the turn back', async () => {
    const { capacity } = await opened()
    await vi.advanceTimersByTimeAsync(1000)
    const refused = await one(
      {
        surface: 'mcp',
        app: {
          approval: { decide: () => ({ kind: 'refuse', problem: refuse('approval_denied') }) },
        },
        action: { approval: { api: false, mcp: true, cli: false }, handler },
      },
      capacity,
    )
    expect(refused.ended).toMatchObject({ problem: { code: 'approval_denied' } })
    expect(refused.circuit).toMatchObject({ state: 'half-open', retryAfter: 0 })
    expect((await one({ action: { handler } }, capacity)).ended).toMatchObject({ kind: 'answer' })
  })

  test('whoever is denied does not take the turn at all', async () => {
    const { capacity } = await opened()
    await vi.advanceTimersByTimeAsync(1000)
    const thinks = { name: 'slow', needsInput: false, decide: () => after(500) }
    startCall({
      app: { clock, capacity, auth: { api: knownAs({ subject: 'eve' }) } },
      action: { breaker, guards: [thinks] as never, handler },
    })
    expect((await one({ action: { handler } }, capacity)).ended).toMatchObject({ kind: 'answer' })
  })
})

function slowAuth() {
  return { auth: { api: authEntry({ authenticate: () => after(80).then(() => null) }) } }
}

function downAudit() {
  const down = throwing(new Error('down'))
  return { audit: [{ intent: down, outcome: () => {} }] }
}

async function* streamOf(text: string): AsyncGenerator<string> {
  yield text
}

async function* slowStream(): AsyncGenerator<string> {
  yield 'a'
  await after(900)
  yield 'b'
}
