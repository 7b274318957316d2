import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { Call } from '../../contract/call/call.ts'
import { dependency } from '../../contract/call/dependency.ts'
import type { ConcurrencyLimit } from '../../contract/limits/capacity.ts'
import { HttpError, refuse } from '../../contract/problems/problem.ts'
import { isStream } from '../answer/stream.ts'
import { authEntry, type CallOptions, field, knownAs, startCall } from '../call.fixture.ts'
import { Capacity } from '../limits/capacity.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 }))
afterEach(() => void vi.useRealTimers())

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const clock = { now: () => Date.now(), elapsed: () => Date.now() }

/** Where a call goes wrong, or does not. */
const SPOILS = [
  ...['nothing', 'admit', 'authenticate', 'limits refuse', 'limits throw', 'guard', 'guard throws'],
  ...['argument', 'argument throws', 'approval refuses', 'approval throws', 'audit intent'],
  ...[
    'middleware',
    'dependency',
    'closing',
    'handler',
    'HttpError',
    'own 500',
    'output',
    'dry run',
  ],
] as const
type Spoil = (typeof SPOILS)[number]

/** What comes from outside while it runs. */
const EVENTS = ['none', 'abort', 'call off', 'deadline', 'rehearse'] as const
const ANSWERS = ['value', 'slow value', 'stream', 'stream that throws'] as const
const READERS = ['all', 'one piece', 'leaves', 'nothing yet'] as const

const LIMITS: readonly ConcurrencyLimit[] = [
  { limit: 100, per: 'everyone' },
  { limit: 100, per: 'caller' },
  { limit: 100, per: 'tenant' },
]

interface Case {
  readonly spoil: Spoil
  readonly event: (typeof EVENTS)[number]
  readonly answer: (typeof ANSWERS)[number]
  readonly reader: (typeof READERS)[number]
}

const boom = (): never => {
  throw new Error('boom')
}

function optionsOf({ spoil, event, answer }: Case, capacity: Capacity): CallOptions {
  const when = (at: Spoil, then: () => unknown) => (spoil === at ? then() : undefined)
  async function* pieces(): AsyncGenerator<string> {
    yield 'a'
    await after(10)
    if (answer === 'stream that throws') boom()
    yield 'b'
  }
  const db = dependency(
    async function* () {
      when('dependency', boom)
      yield 'db'
      when('closing', boom)
    },
    { name: 'db' },
  )
  const handler = async (_args: unknown, _call: Call) => {
    if (answer === 'slow value') await after(30)
    when('handler', boom)
    when('HttpError', () => {
      throw new HttpError(404)
    })
    if (spoil === 'output') return 7
    return answer.startsWith('stream') ? pieces() : 'value'
  }
  const ada = knownAs({ subject: 'ada', tenant: 'one' })
  return {
    surface: 'mcp',
    dryRun: spoil === 'dry run',
    cancels: event === 'call off',
    rehearse: event === 'rehearse',
    args: { a: spoil === 'argument' ? 'x' : 1 },
    app: {
      clock,
      capacity,
      admit: [{ admit: () => (spoil === 'admit' ? refuse('unavailable') : undefined) }],
      limits: [
        {
          take: async () => {
            await after(1)
            when('limits throw', boom)
            return spoil === 'limits refuse' ? refuse('unavailable') : undefined
          },
        },
      ],
      auth: { mcp: spoil === 'authenticate' ? authEntry({ authenticate: boom }) : ada },
      approval: {
        decide: async () => {
          await after(1)
          when('approval throws', boom)
          return spoil === 'approval refuses'
            ? { kind: 'refuse', problem: refuse('approval_denied') }
            : { kind: 'none' }
        },
      },
      audit: [
        {
          intent: () => void when('audit intent', boom),
          outcome: () => {},
        },
      ],
    },
    action: {
      concurrency: LIMITS,
      appConcurrency: 100,
      breaker: { failures: 1_000_000, cooldown: 1000 },
      timeout: event === 'deadline' ? 15 : 0,
      approval: { api: false, mcp: true, cli: false },
      guards: [
        {
          name: 'g',
          needsInput: false,
          decide: () => {
            when('guard throws', boom)
            return spoil === 'guard' ? { allow: false, text: 'no' } : { allow: true }
          },
        },
      ] as never,
      params: [
        {
          ...field(
            'a',
            z.int().refine(() => {
              when('argument throws', boom)
              return true
            }),
          ),
          required: true,
        },
      ],
      middleware: [
        async (_call, next) => {
          when('middleware', boom)
          return next()
        },
      ],
      dependencies: [['db', db]],
      ...(spoil === 'output' ? { returns: z.string() } : {}),
      ...(spoil === 'own 500' ? { status: 500 } : {}),
      handler,
    },
  }
}

async function play(one: Case, capacity: Capacity): Promise<void> {
  const { outcome, inbound } = startCall(optionsOf(one, capacity))
  const playing = (async () => {
    const ended = await outcome
    if (ended.kind !== 'answer' || !isStream(ended.answer.body)) return
    const reading = ended.answer.body[Symbol.asyncIterator]()
    try {
      if (one.reader === 'leaves' || one.reader === 'nothing yet') {
        await reading.return?.(undefined)
        return
      }
      for (;;) {
        const { done } = await reading.next()
        if (done === true) return
        if (one.reader === 'one piece') {
          await reading.return?.(undefined)
          return
        }
      }
    } catch {
      // Its reader is told, and is nobody here.
    }
  })()
  await vi.advanceTimersByTimeAsync(5)
  if (one.event === 'abort' || one.event === 'call off') inbound.abort()
  await vi.advanceTimersByTimeAsync(500)
  await playing
}

const cases = fc.record({
  spoil: fc.constantFrom(...SPOILS),
  event: fc.constantFrom(...EVENTS),
  answer: fc.constantFrom(...ANSWERS),
  reader: fc.constantFrom(...READERS),
})

describe('P-MWL-3: a place is given back once, however the call ends', () => {
  test('of any calls at the same time, whatever becomes of each', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(cases, { minLength: 1, maxLength: 6 }), async (all) => {
        const capacity = new Capacity(100)
        await Promise.all(all.map((one) => play(one, capacity)))
        const { active, total, peak, refused, actions } = capacity.concurrency()
        expect({ active, refused }).toEqual({ active: 0, refused: 0 })
        expect(peak).toBeLessThanOrEqual(total)
        expect(actions['test.action']).toMatchObject({ active: 0, total })
        const own = capacity.placesOf({ name: 'test.action', concurrency: LIMITS } as never)
        expect([own?.callers?.size, own?.tenants?.size]).toEqual([0, 0])
        // The one that tries is given back too: a circuit that nobody left would stay half-open.
        expect(capacity.circuits()['test.action']?.state ?? 'closed').toBe('closed')
      }),
      { numRuns: 60 },
    )
  })

  test.each(SPOILS)('spoilt by: %s', async (spoil) => {
    const capacity = new Capacity(100)
    await play({ spoil, event: 'none', answer: 'value', reader: 'all' }, capacity)
    const { active, total } = capacity.concurrency()
    // What is refused before the stage has taken none.
    const before = ['admit', 'authenticate', 'limits refuse', 'limits throw'].includes(spoil)
    expect({ active, total }).toEqual({ active: 0, total: before ? 0 : 1 })
  })

  test('a stream keeps its place up to its last piece', async () => {
    const capacity = new Capacity(100)
    const one = { spoil: 'nothing', event: 'none', answer: 'stream', reader: 'all' } as const
    const { outcome } = startCall(optionsOf(one, capacity))
    await vi.advanceTimersByTimeAsync(50)
    const ended = await outcome
    if (ended.kind !== 'answer' || !isStream(ended.answer.body)) throw new Error('no stream')
    expect(capacity.concurrency().active).toBe(1)
    const reading = ended.answer.body[Symbol.asyncIterator]()
    await reading.next()
    expect(capacity.concurrency().active).toBe(1)
    const rest = reading.next().then(() => reading.next())
    await vi.advanceTimersByTimeAsync(50)
    await rest
    expect(capacity.concurrency().active).toBe(0)
  })

  test('a call that limiters refuse late holds no place while they think', async () => {
    const capacity = new Capacity(1)
    const slow = { take: () => after(100).then(() => refuse('unavailable')) }
    const refusedLate = startCall({
      app: { capacity, limits: [slow] },
      action: { appConcurrency: 1 },
    })
    const { outcome } = startCall({ app: { capacity }, action: { appConcurrency: 1 } })
    expect(await outcome).toMatchObject({ kind: 'answer' })
    await vi.advanceTimersByTimeAsync(100)
    expect(await refusedLate.outcome).toMatchObject({ problem: { code: 'unavailable' } })
    expect(capacity.concurrency()).toMatchObject({ active: 0, total: 1 })
  })

  test('an action and an app that use none of it have no stage', () => {
    const { plan } = startCall({})
    expect(plan.stages.map(({ name }) => name)).not.toContain('limits')
    expect(plan.stages.map(({ name }) => name)).not.toContain('approval')
  })
})
