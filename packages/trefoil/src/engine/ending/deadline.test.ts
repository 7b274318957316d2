import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { ToolHints } from '../../contract/call/action.ts'
import type { Call } from '../../contract/call/call.ts'
import { dependency } from '../../contract/call/dependency.ts'
import type { ApprovalDecision } from '../../contract/ports/approval-decider.ts'
import { isStream } from '../answer/stream.ts'
import type { AppContext } from '../app-context.ts'
import {
  authEntry,
  type CallOptions,
  field,
  knownAs,
  prepareCall,
  problemOf,
  startCall,
} from '../call.fixture.ts'
import type { Inbound, RawArguments } from '../inbound.ts'
import { run } from '../run.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 }))
afterEach(() => void vi.useRealTimers())

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The clock that never steps back, as the fake timers know it. */
const clock: AppContext['clock'] = { now: () => Date.now(), elapsed: () => Date.now() }

/** Whatever of the developer's, or of the app's ports, runs in a call, in order. */
const STEPS = [
  ...['admit', 'authenticate', 'onAuthenticated', 'limits', 'guard 1', 'guard 2', 'body'],
  ...['argument 1', 'argument 2', 'guard with input', 'approval', 'audit intent'],
  ...['middleware 1', 'middleware 2', 'used dependency', 'dependency 1', 'dependency 2'],
  ...['handler', 'output'],
] as const

type Step = (typeof STEPS)[number]

const FIRST_OF_THE_ACTION = STEPS.indexOf('middleware 1')

/** A call in which everything happens and writes down that it began; one thing takes 100 ms. */
function walked(slow: Step | null) {
  const log: string[] = []
  const step = async <Value>(name: Step, value: Value): Promise<Value> => {
    log.push(name)
    if (name === slow) await after(100)
    return value
  }
  const used = dependency(() => step('used dependency', 1), { name: 'used' })
  const one = dependency(() => step('dependency 1', 1), { name: 'one', uses: { used } })
  const two = dependency(() => step('dependency 2', 2), { name: 'two' })
  const guard = (name: Step, needsInput: boolean) => ({
    name,
    needsInput,
    decide: () => step(name, { allow: true } as const),
  })
  const ada = new AuthContext({ subject: 'ada' })
  const prepared = prepareCall({
    surface: 'mcp',
    wholeAnswers: 1000,
    args: { a: 1, b: 2 },
    app: {
      clock,
      admit: [{ admit: () => step('admit', undefined) }],
      limits: [{ take: () => step('limits', undefined) }],
      approval: { decide: () => step<ApprovalDecision>('approval', { kind: 'none' }) },
      audit: [{ intent: () => step('audit intent', undefined), outcome: () => {} }],
      auth: {
        mcp: authEntry({
          authenticate: () => step('authenticate', ada),
          onAuthenticated: () => step('onAuthenticated', ada),
        }),
      },
    },
    action: {
      timeout: 50,
      approval: { api: false, mcp: true, cli: false },
      guards: [guard('guard 1', false), guard('guard 2', false), guard('guard with input', true)],
      params: [
        field(
          'a',
          z.int().refine(() => step('argument 1', true)),
        ),
        field(
          'b',
          z.int().refine(() => step('argument 2', true)),
        ),
      ].map((param) => ({ ...param, required: true })),
      middleware: [
        async (_call, next) => step('middleware 1', 0).then(next),
        async (_call, next) => step('middleware 2', 0).then(next),
      ],
      dependencies: [
        ['one', one],
        ['two', two],
      ],
      handler: () => step('handler', 'value'),
      returns: z.string().refine(() => step('output', true)),
    },
  })
  const { inbound, plan, call } = prepared
  const read = inbound.readArguments.bind(inbound)
  const readLate: Inbound['readArguments'] = async (action, hooks, use) =>
    use(
      (await step(
        'body',
        read(action, hooks, (raw) => raw),
      )) as RawArguments,
    )
  Object.assign(inbound, { readArguments: readLate })
  return { log, outcome: run(plan, call) }
}

describe('FND-16: nothing of the developer’s starts once the time is up', () => {
  test('the table is whole: in time, everything runs in this order', async () => {
    const { log, outcome } = walked(null)
    expect(await outcome).toMatchObject({ kind: 'answer', answer: { body: 'value' } })
    expect(log.filter((name, index) => log.indexOf(name) === index)).toEqual(STEPS)
  })

  test.each(STEPS)('%s took too long: nothing follows it', async (slow) => {
    const { log, outcome } = walked(slow)
    const at = STEPS.indexOf(slow)
    await vi.advanceTimersByTimeAsync(50)
    expect(await outcome).toMatchObject({
      kind: 'problem',
      problem: { code: 'TIMEOUT', details: { started: at >= FIRST_OF_THE_ACTION } },
    })
    await vi.advanceTimersByTimeAsync(1000)
    expect(log.filter((name, index) => log.indexOf(name) === index)).toEqual(STEPS.slice(0, at + 1))
  })

  test('a guard that is asked too late lets no handler go on', async () => {
    const authorized = vi.fn()
    const guard = {
      name: 'Yes',
      needsInput: false,
      decide: () => after(100).then(() => ({ allow: true }) as const),
    }
    const handler = (_args: unknown, call: Call) => call.authorize(guard).then(authorized, () => {})
    const problem = problemOf({
      app: { auth: { api: knownAs({ subject: 'ada' }) } },
      action: { timeout: 50, handler },
    })
    await vi.advanceTimersByTimeAsync(200)
    expect(await problem).toMatchObject({ code: 'TIMEOUT' })
    expect(authorized).not.toHaveBeenCalled()
  })

  test.each([
    ['a value', async () => after(100).then(() => 'db')],
    [
      'a generator',
      async function* () {
        await after(100)
        yield 'db'
      },
    ],
  ])(
    'nor is a dependency that the handler asked for, %s, handed out too late',
    async (_, provide) => {
      const opened = vi.fn()
      const slow = dependency<unknown>(provide, { name: 'slow' })
      const handler = (_args: unknown, call: Call) => call.resolve(slow).then(opened, () => {})
      const audit = [{ intent: () => {}, outcome: () => after(500) }]
      const problem = problemOf({ app: { audit }, action: { timeout: 50, handler } })
      await vi.advanceTimersByTimeAsync(1000)
      expect(await problem).toMatchObject({ code: 'TIMEOUT' })
      expect(opened).not.toHaveBeenCalled()
    },
  )

  test('FND-17: an error handler that takes too long is the last one that is asked', async () => {
    const second = vi.fn()
    const errorHandlers = [
      [
        { type: Error, handle: () => after(100) },
        { type: Error, handle: second },
      ],
      [{ type: Error, handle: second }],
    ]
    const handler = () => Promise.reject(new Error('boom'))
    const problem = problemOf({ action: { timeout: 50, handler, errorHandlers } })
    await vi.advanceTimersByTimeAsync(50)
    expect(await problem).toMatchObject({ code: 'TIMEOUT', details: { started: true } })
    await vi.advanceTimersByTimeAsync(500)
    expect(second).not.toHaveBeenCalled()
  })

  test('FND-17: no error handler sees TIMEOUT, nor what the handler makes of it', async () => {
    const handle = vi.fn(() => 'all is well')
    const handler = (_args: unknown, { signal }: Call) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const errorHandlers = [[{ type: Error, handle }]]
    const problem = problemOf({ action: { timeout: 50, handler, errorHandlers } })
    await vi.advanceTimersByTimeAsync(500)
    expect(await problem).toMatchObject({ code: 'TIMEOUT' })
    expect(handle).not.toHaveBeenCalled()
  })
})

describe('FND-16: TIMEOUT says whether the action had begun', () => {
  async function timedOut(hints: ToolHints, more: CallOptions = {}) {
    const problem = problemOf({
      ...more,
      action: { timeout: 50, hints, handler: () => after(1000), ...more.action },
    })
    await vi.advanceTimersByTimeAsync(50)
    return problem
  }

  test.each<[ToolHints, boolean]>([
    [{}, false],
    [{ readOnlyHint: false, idempotentHint: false }, false],
    [{ readOnlyHint: true }, true],
    [{ idempotentHint: true }, true],
  ])('after it has begun %j may be repeated: %s', async (hints, retryable) => {
    const problem = await timedOut(hints)
    expect(problem.details).toEqual({ started: true, retryable })
    expect(problem.detail).toContain('it may have been done')
    if (!retryable) expect(problem.fix).toContain('Find out whether it was done')
  })

  test.each([
    ['api', 'Action'],
    ['mcp', 'Tool'],
    ['cli', 'Action'],
  ] as const)(
    'P-MWL-2: the text says what timed out and after how long, on %s',
    async (surface, word) => {
      const begun = await timedOut({}, { surface })
      expect(begun.detail).toBe(
        `${word} 'test.action' timed out after 0.05s; it may have been done`,
      )
      const auth = { [surface]: authEntry({ authenticate: () => after(90_000).then(() => null) }) }
      const checked = problemOf({ surface, app: { auth }, action: { timeout: 30_000 } })
      await vi.advanceTimersByTimeAsync(30_000)
      expect((await checked).detail).toBe(
        `${word} 'test.action' timed out after 30s and was not started; nothing was done`,
      )
    },
  )

  test('P-MWL-2: of a stream it names the limit that held', async () => {
    async function* pieces(): AsyncGenerator<string> {
      yield 'a'
      await after(1000)
      yield 'b'
    }
    const { outcome } = startCall({
      app: { clock },
      action: { timeout: 50, streamTimeout: 200, handler: pieces },
    })
    const ended = await outcome
    if (ended.kind !== 'answer' || !isStream(ended.answer.body)) throw new Error('no stream')
    const reading = ended.answer.body[Symbol.asyncIterator]()
    await reading.next()
    const failed = reading.next().catch((error: { detail: string }) => error.detail)
    await vi.advanceTimersByTimeAsync(200)
    expect(await failed).toBe("Action 'test.action' timed out after 0.2s; it may have been done")
  })

  test('before that nothing was done, and whatever it is may be repeated', async () => {
    const auth = { api: authEntry({ authenticate: () => after(1000).then(() => null) }) }
    const problem = await timedOut({}, { app: { auth } })
    expect(problem.details).toEqual({ started: false, retryable: true })
    expect(problem.detail).toContain('nothing was done')
  })
})

describe('the time begins when the call began to arrive', () => {
  test('what came too slowly is not begun at all', async () => {
    vi.setSystemTime(60)
    const admit = vi.fn()
    const { outcome } = startCall({
      receivedAt: 10,
      app: { clock, admit: [{ admit }] },
      action: { timeout: 50 },
    })
    expect(await outcome).toMatchObject({
      problem: { code: 'TIMEOUT', details: { started: false } },
    })
    expect(admit).not.toHaveBeenCalled()
  })

  test('what was left of it is left to the handler', async () => {
    vi.setSystemTime(40)
    const { outcome } = startCall({
      receivedAt: 10,
      app: { clock },
      action: { timeout: 50, handler: () => after(1000) },
    })
    const seen = vi.fn()
    void Promise.resolve(outcome).then(seen)
    await vi.advanceTimersByTimeAsync(19)
    expect(seen).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(seen).toHaveBeenCalledOnce()
  })
})

describe('a caller who leaves', () => {
  const handler = (_args: unknown, { signal }: Call) =>
    after(100).then(() => (signal.aborted ? 'done for nobody' : 'done'))

  test('FND-21: ends nothing: the signal is aborted, the work is done', async () => {
    const { inbound, outcome } = startCall({ action: { handler } })
    inbound.abort()
    await vi.advanceTimersByTimeAsync(100)
    expect(await outcome).toMatchObject({ kind: 'answer', answer: { body: 'done for nobody' } })
  })

  test('DESIGN §3: and calls it off ends the call there', async () => {
    const { call, inbound, outcome } = startCall({ cancels: true, action: { handler } })
    inbound.abort()
    expect(await outcome).toMatchObject({ problem: { code: 'client_disconnected' } })
    expect(call.signal.aborted).toBe(true)
  })

  test('DESIGN §3: having called it off before, ends what first waits', async () => {
    const authenticate = vi.fn(() => after(10).then(() => new AuthContext({ subject: 'ada' })))
    const begun = vi.fn()
    const { plan, call, inbound } = prepareCall({
      cancels: true,
      app: { auth: { api: authEntry({ authenticate }) } },
      action: { handler: begun },
    })
    inbound.abort()
    expect(await run(plan, call)).toMatchObject({ problem: { code: 'client_disconnected' } })
    await vi.advanceTimersByTimeAsync(500)
    expect(begun).not.toHaveBeenCalled()
  })

  test('and calls it off leaves no timer behind', async () => {
    const { inbound, outcome } = startCall({ cancels: true, action: { timeout: 5000, handler } })
    inbound.abort()
    await outcome
    await vi.advanceTimersByTimeAsync(100)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('and calls it off when it is over changes nothing', async () => {
    const { inbound, outcome } = startCall({
      cancels: true,
      action: { timeout: 50, handler: () => after(1).then(() => 'v') },
    })
    await vi.advanceTimersByTimeAsync(1)
    expect(await outcome).toMatchObject({ kind: 'answer' })
    inbound.abort()
    expect(await outcome).toMatchObject({ kind: 'answer' })
  })
})

describe('the time of a stream', () => {
  /** Yields `a` and `b`, each after so many milliseconds, and is read to its end. */
  async function streamed(timing: {
    readonly action: Partial<Action>
    readonly pieces: readonly number[]
    readonly before?: number
  }) {
    const ends: string[] = []
    const db = dependency(
      async function* () {
        try {
          yield 'db'
          ends.push('commit')
        } catch (error) {
          ends.push(String((error as { code?: unknown }).code))
          throw error
        }
      },
      { name: 'db' },
    )
    async function* pieces(): AsyncGenerator<string> {
      for (const [index, ms] of timing.pieces.entries()) {
        await after(ms)
        yield 'abc'.charAt(index)
      }
    }
    const handler =
      timing.before === undefined ? pieces : () => after(timing.before ?? 0).then(pieces)
    const { call, outcome } = startCall({
      app: { clock },
      action: { ...timing.action, dependencies: [['db', db]], handler },
    })
    const read: string[] = []
    const reading = (async () => {
      const ended = await outcome
      if (ended.kind !== 'answer' || !isStream(ended.answer.body)) throw new Error('no stream')
      for await (const piece of ended.answer.body) read.push(String(piece))
      return 'whole'
    })()
    const end = reading.catch((error: { code: string }) => error.code)
    await vi.advanceTimersByTimeAsync(1000)
    return { read: read.join(''), end: await end, ends, isAborted: call.signal.aborted }
  }

  test('of app or group covers it up to its first piece', async () => {
    expect(
      await streamed({ action: { timeout: 50, streamTimeout: 0 }, pieces: [40, 300, 300] }),
    ).toEqual({ read: 'abc', end: 'whole', ends: ['commit'], isAborted: false })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('cuts it off before that: its reader does not take it for whole, its transaction rolls back', async () => {
    expect(await streamed({ action: { timeout: 50, streamTimeout: 0 }, pieces: [60] })).toEqual({
      read: '',
      end: 'TIMEOUT',
      ends: ['TIMEOUT'],
      isAborted: true,
    })
  })

  test('begins with it also where nothing waited before the first piece', async () => {
    async function* pieces(): AsyncGenerator<string> {
      await after(60)
      yield 'a'
    }
    const { outcome } = startCall({ app: { clock }, action: { timeout: 50, handler: pieces } })
    if (outcome instanceof Promise) throw new Error('something waited')
    const body = outcome.kind === 'answer' ? outcome.answer.body : null
    if (!isStream(body)) throw new Error('no stream')
    const step = body[Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(60)
    expect(await step).toMatchObject({ code: 'TIMEOUT' })
  })

  test('counts what the handler took', async () => {
    const action = { timeout: 50, streamTimeout: 0 }
    expect(await streamed({ action, before: 30, pieces: [30] })).toMatchObject({ end: 'TIMEOUT' })
    expect(await streamed({ action, before: 30, pieces: [10] })).toMatchObject({ end: 'whole' })
  })

  test('of the route itself covers all of it, from the beginning of the call', async () => {
    const action = { timeout: 50, streamTimeout: 50 }
    expect(await streamed({ action, pieces: [20, 20] })).toMatchObject({ read: 'ab', end: 'whole' })
    expect(await streamed({ action, pieces: [20, 40] })).toEqual({
      read: 'a',
      end: 'TIMEOUT',
      ends: ['TIMEOUT'],
      isAborted: true,
    })
    expect(await streamed({ action, before: 20, pieces: [20, 20] })).toMatchObject({
      read: 'a',
      end: 'TIMEOUT',
    })
  })

  test('without a timeout has no end', async () => {
    const action = { timeout: 0, streamTimeout: 0 }
    expect(await streamed({ action, pieces: [400, 400] })).toMatchObject({ end: 'whole' })
  })
})
