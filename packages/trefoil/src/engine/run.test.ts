import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../base/clock.ts'
import { reply } from '../contract/answer/reply.ts'
import type { GuardDecision } from '../contract/auth/guard-decision.ts'
import type { Call, Guard } from '../contract/call/call.ts'
import { dependency } from '../contract/call/dependency.ts'
import { HttpError, refuse } from '../contract/problems/problem.ts'
import { hookDecider } from '../policy/hook-decider.ts'
import { AnswerCache } from './cached/answer-cache.ts'
import {
  authEntry,
  type CallOptions,
  field,
  knownAs,
  prepareCall,
  problemOf,
  resultOf,
  startCall,
} from './call.fixture.ts'
import { LIFECYCLE } from './lifecycle.ts'

function tracingGuard(name: string, log: string[], needsInput: boolean): Guard {
  const decide = (): GuardDecision => {
    log.push(name)
    return { allow: true }
  }
  return { name, needsInput, decide }
}

/** A call in which every stage has something to do and writes down that it did. */
function everything(log: string[]): CallOptions {
  const known = knownAs({ subject: 'u' })
  const seen = (name: string) => {
    log.push(name)
    return undefined
  }
  return {
    surface: 'mcp',
    approvalToken: 'tok',
    args: { id: 7 },
    app: {
      auth: {
        mcp: {
          ...known,
          authenticate: (request) => {
            log.push('identify')
            return known.authenticate(request)
          },
        },
      },
      admit: [{ admit: () => seen('admit') }],
      limits: [{ take: () => seen('limits') }],
      answers: new AnswerCache(1024, systemClock),
      approval: hookDecider(() => log.push('approval') > 0),
      audit: [{ intent: () => seen('audit-intent'), outcome: () => seen('close') }],
    },
    action: {
      guards: [tracingGuard('guards-with-input', log, true), tracingGuard('guards', log, false)],
      params: [
        field(
          'id',
          z.int().refine(() => log.push('bind') > 0),
        ),
      ],
      approval: { api: false, mcp: true, cli: false },
      cache: {
        lifetime: 1000,
        scope: 'caller',
        splits: [() => String(log.push('cached'))],
        entries: 1,
      },
      handler: () => log.push('execute'),
      returns: z.number().refine(() => log.push('answer') > 0),
    },
  }
}

describe('order', () => {
  test('DESIGN §3: stages run in the order of the lifecycle, whatever order they were declared in', async () => {
    const log: string[] = []
    await resultOf(everything(log))
    const byEngine = LIFECYCLE.filter(({ by }) => by === 'engine').map(({ name }) => name)
    expect(log.filter((name, index) => log.indexOf(name) === index)).toEqual(
      byEngine.filter((name) => name !== 'settle'),
    )
  })

  test('DESIGN §3: a compiled plan names its stages as the lifecycle does, in its order', () => {
    const { plan } = prepareCall(everything([]))
    const names = plan.stages.map(({ name }) => name)
    const order = LIFECYCLE.map(({ name }) => name)
    expect(names).toHaveLength(11)
    expect(names).toEqual(order.filter((name) => names.includes(name)))
    expect(plan.run).toEqual(plan.stages.map(({ run }) => run))
    expect(Object.isFrozen(plan)).toBe(true)
    expect(Object.isFrozen(plan.run)).toBe(true)
  })

  test('DESIGN §3: stages with nothing to do are not visited', () => {
    expect(prepareCall().plan.stages.map(({ name }) => name)).toEqual(['bind', 'execute', 'answer'])
  })

  const refusals: [string, (options: CallOptions) => CallOptions, string[]][] = [
    [
      'admit',
      (o) => ({ ...o, app: { ...o.app, admit: [{ admit: () => refuse('unavailable') }] } }),
      [],
    ],
    [
      'identify',
      (o) => ({
        ...o,
        app: { ...o.app, auth: { mcp: authEntry({}) } },
      }),
      ['admit'],
    ],
    [
      'limits',
      (o) => ({ ...o, app: { ...o.app, limits: [{ take: () => refuse('unavailable') }] } }),
      ['admit', 'identify'],
    ],
    [
      'guards',
      (o) => ({
        ...o,
        action: {
          ...o.action,
          guards: [{ name: 'No', needsInput: false, decide: () => ({ deny: true, text: 'no' }) }],
        },
      }),
      ['admit', 'identify', 'limits'],
    ],
    ['bind', (o) => ({ ...o, args: {} }), ['admit', 'identify', 'limits', 'guards']],
    [
      'approval',
      (o) => ({ ...o, app: { ...o.app, approval: hookDecider(() => false) } }),
      ['admit', 'identify', 'limits', 'guards', 'bind', 'guards-with-input'],
    ],
    [
      'audit-intent',
      (o) => ({
        ...o,
        app: {
          ...o.app,
          audit: [
            {
              intent: () => {
                throw new Error('disk full')
              },
              outcome: () => {},
            },
          ],
        },
      }),
      ['admit', 'identify', 'limits', 'guards', 'bind', 'guards-with-input', 'approval'],
    ],
  ]
  test.each(refusals)('PW-06: a refusal by %s ends the call there', async (_, change, before) => {
    const log: string[] = []
    await problemOf(change(everything(log)))
    const ran = log.filter((name, index) => log.indexOf(name) === index)
    expect(ran.filter((name) => name !== 'close')).toEqual(before)
    expect(ran).not.toContain('execute')
  })
})

describe('a refused caller', () => {
  const denied: Guard = {
    name: 'No',
    needsInput: false,
    decide: () => ({ deny: true, text: 'no' }),
  }

  test('PW-06: opens no dependency, runs no middleware, and its input is never read', async () => {
    let touched = 0
    const db = dependency(() => ++touched, { name: 'db' })
    const { inbound, outcome } = startCall({
      app: { auth: { api: knownAs({ subject: 'u' }) } },
      args: { nonsense: true },
      action: {
        guards: [denied],
        dependencies: [['db', db]],
        middleware: [() => ++touched],
        handler: () => ++touched,
      },
    })
    expect(await outcome).toMatchObject({ kind: 'problem', problem: { code: 'ACCESS_DENIED' } })
    expect(touched).toBe(0)
    expect(inbound.reads).toBe(0)
  })

  test('W-26: a refusal is recorded like a result', async () => {
    const seen: unknown[] = []
    const audit = {
      intent: () => {},
      outcome: (_: Call, outcome: unknown) => void seen.push(outcome),
    }
    await problemOf({ app: { audit: [audit] }, args: { unknown: 1 } })
    expect(seen).toMatchObject([{ kind: 'problem', problem: { code: 'VALIDATION_ERROR' } }])
  })

  test('MW-8: an error handler cannot turn a refusal into an answer', async () => {
    const action = {
      errorHandlers: [[{ type: Error, handle: () => 'opened' }]],
      guards: [
        {
          ...denied,
          check: () => {
            throw new Error('x')
          },
        },
      ],
    }
    const app = { auth: { api: knownAs({ subject: 'u' }) } }
    expect(await problemOf({ action, app })).toMatchObject({ code: 'ACCESS_DENIED' })
    const limits = {
      take: () => {
        throw new Error('limiter is down')
      },
    }
    expect(await problemOf({ action, app: { limits: [limits] } })).toMatchObject({
      code: 'INTERNAL_ERROR',
    })
  })
})

describe('outcome', () => {
  test('DESIGN §3: a synchronous handler has a synchronous outcome', () => {
    const { outcome } = startCall({
      app: { auth: { api: knownAs({ subject: 'u' }) } },
      args: { n: 1 },
      action: {
        guards: [{ name: 'Yes', needsInput: false, decide: () => ({ allow: true }) }],
        params: [field('n', z.int())],
        returns: z.object({ n: z.int() }),
        handler: (args: { n: number }) => ({ n: args.n }),
      },
    })
    expect(outcome).toEqual({
      kind: 'answer',
      answer: {
        kind: 'json',
        body: '{"n":1}',
        promised: true,
        status: 200,
        head: null,
        content: null,
      },
    })
  })

  test('DESIGN §3: so does a synchronous refusal', () => {
    expect(startCall({ args: { x: 1 } }).outcome).toMatchObject({ kind: 'problem' })
  })

  test('RESP-3: reply() gives the value and its metadata', async () => {
    const handler = async () => reply({ id: 1 }, { status: 201, meta: { cost: 2 } })
    expect(await startCall({ action: { handler } }).outcome).toEqual({
      kind: 'answer',
      answer: {
        kind: 'json',
        body: '{"id":1}',
        promised: false,
        status: 201,
        head: {
          hasStatus: true,
          pairs: [],
          names: new Set(),
          etag: null,
          compress: null,
          blocks: null,
          meta: { cost: 2 },
        },
        content: null,
      },
    })
  })

  test('W-15: a returned 5xx rolls dependencies back, a returned 4xx does not', async () => {
    const ends: string[] = []
    const db = dependency(
      async function* () {
        try {
          yield 1
          ends.push('commit')
        } catch (error) {
          ends.push('rollback')
          throw error
        }
      },
      { name: 'db' },
    )
    for (const status of [503, 404]) {
      await resultOf({
        action: { dependencies: [['db', db]], handler: () => reply('x', { status }) },
      })
    }
    expect(ends).toEqual(['rollback', 'commit'])
  })

  test('W-33: the value is held to the returns schema, and members it does not name stay in', async () => {
    const returns = z.object({ id: z.int() })
    expect(
      await resultOf({ action: { returns, handler: () => ({ id: 1, hash: 'secret' }) } }),
    ).toEqual({
      id: 1,
    })
    const { log, outcome } = startCall({
      action: { returns, handler: async () => ({ id: 'secret' }) },
    })
    expect(await outcome).toMatchObject({
      kind: 'problem',
      problem: { code: 'INTERNAL_ERROR', detail: 'Internal Server Error' },
    })
    expect(String(log[0]?.fields['err'])).toMatch(
      /'test\.action' returned what its schema refuses: \/id/,
    )
  })

  test('W-13: an audit log that cannot write the outcome fails the call', async () => {
    const audit = {
      intent: () => {},
      outcome: async () => {
        throw new Error('disk full')
      },
    }
    expect(await problemOf({ app: { audit: [audit] } })).toMatchObject({ code: 'INTERNAL_ERROR' })
  })

  test('a thrown value that is no error is settled too', async () => {
    for (const thrown of [undefined, null, 'text', 7]) {
      const handler = () => {
        throw thrown
      }
      expect(await problemOf({ action: { handler } })).toMatchObject({ code: 'INTERNAL_ERROR' })
    }
    const handler = () => {
      throw new HttpError(404)
    }
    expect(startCall({ action: { handler } }).outcome).toBeInstanceOf(Promise)
  })
})
