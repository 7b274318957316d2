import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, test, vi } from 'vitest'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { createApp, reply, stream } from '../../packages/trefoil/src/index.ts'
import { definePart, type ObserverPort } from '../../packages/trefoil/src/parts.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { callBy, WAYS } from '../parity/ways.ts'

const SECRET = 'hunter2-the-secret'

function observed(...ports: ObserverPort[]) {
  const app = createApp({
    env: {},
    name: 'observed',
    log: { level: 'silent', trace: 'continue' },
    auth: [
      {
        authenticate: async ({ bearer }: { bearer: string | null }) =>
          bearer === null ? null : new AuthContext({ subject: 'ada', payload: { bearer } }),
        surfaces: ['api', 'mcp', 'cli'] as const,
      },
    ],
    parts: ports.map((observe, at) => definePart({ name: `looks-on-${at}`, observe })),
  })
  let runs = 0
  const on = <const Name extends string>(name: Name) =>
    ({ name, description: `Does ${name}.`, tool: true, cli: true }) as const
  app.post('/work', on('work'), async (_, call) => {
    runs++
    await Promise.resolve()
    call.background(async () => {
      await Promise.resolve()
      tasks.push(current.getStore() ?? null)
    })
    return { inside: current.getStore() ?? null }
  })
  app.post('/pieces', on('pieces'), () =>
    stream(
      (async function* () {
        yield 'a'
        pieces.push(current.getStore() ?? null)
        yield 'b'
      })(),
    ),
  )
  app.post('/teapot', on('teapot'), () => reply('no', { status: 418 }))
  const client = testClient(app)
  return { app, client, runs: () => runs }
}

const current = new AsyncLocalStorage<string>()
const tasks: (string | null)[] = []
const pieces: (string | null)[] = []
const token = { token: SECRET }

describe('observe', () => {
  test.each(WAYS)(
    'P-MWL-8: what throws, hangs or runs a call twice changes nothing, by %s',
    async (way) => {
      const broken = () => {
        throw new Error('collector is gone')
      }
      const late = async () => {
        await Promise.resolve()
        throw new Error('collector is gone')
      }
      const told: string[] = []
      const it = observed(
        {
          began: broken,
          around: broken,
          stage: broken,
          ended: broken,
          task: broken,
          taskEnded: broken,
        },
        {
          began: late,
          around: (_, run) => {
            run()
            run()
            throw new Error('after it')
          },
          stage: late,
          ended: late,
          task: (_, run) => {
            run()
            run()
          },
        },
        // One that forgets to run it at all.
        { around: () => {}, task: () => {}, taskEnded: (_, outcome) => void told.push(outcome) },
        // And one that does so when it is too late.
        { around: (_, run) => void setTimeout(run), ended: () => void told.push('ended') },
      )
      const rejected = vi.fn()
      process.on('unhandledRejection', rejected)
      const { ok, raw } = await callBy(way, it.client, 'work', token)
      expect(ok, raw).toBe(true)
      await it.client.close()
      process.off('unhandledRejection', rejected)
      expect(it.runs()).toBe(1)
      expect(told).toEqual(['ended', 'done'])
      expect(rejected).not.toHaveBeenCalled()
    },
  )

  test.each(WAYS)(
    'around is current in all of the call, and in nothing else, by %s',
    async (way) => {
      tasks.length = 0
      pieces.length = 0
      const it = observed({
        around: (_, run) => current.run('the call', run),
        task: (_, run) => current.run('the task', run),
      })
      expect((await callBy(way, it.client, 'work', token)).value).toEqual({ inside: 'the call' })
      await callBy(way, it.client, 'pieces', token)
      await it.client.close()
      expect(tasks).toEqual(['the task'])
      expect(pieces).toEqual(['the call'])
      expect(current.getStore()).toBeUndefined()
    },
  )

  test.each(WAYS)('each call that began has ended once, with how, by %s', async (way) => {
    const began: unknown[] = []
    const ends: unknown[] = []
    const stages: string[] = []
    const it = observed({
      began: (call) => void began.push(call),
      stage: (call, stage) => {
        expect(began).toContain(call)
        stages.push(stage)
      },
      ended: (call, { outcome, problem, status, duration, hasBegun }) => {
        ends.push([call.action?.name ?? null, outcome, problem, status, hasBegun])
        expect(duration).toBeGreaterThanOrEqual(0)
        if (hasBegun) expect(began).toContain(call)
      },
    })
    await callBy(way, it.client, 'work', token)
    const inOrder = ['identify', 'bind', 'execute', 'answer']
    expect(stages.filter((stage) => inOrder.includes(stage))).toEqual(inOrder)
    stages.length = 0
    await callBy(way, it.client, 'work')
    expect(stages).not.toContain('execute')
    await callBy(way, it.client, 'teapot', token)
    await callBy(way, it.client, 'pieces', token)
    await it.client.http.get('/nowhere')
    await it.client.close()
    expect(ends).toEqual([
      ['work', 'ok', null, 200, true],
      ['work', 'refused', 'AUTHENTICATION_ERROR', 401, true],
      ['teapot', 'ok', null, 418, true],
      ['pieces', 'ok', null, 200, true],
      [null, 'refused', 'not_found', 404, false],
    ])
    expect(began).toHaveLength(4)
  })

  test('nothing that is seen leads to a credential, and none of it can be changed', async () => {
    const seen: object[] = []
    const it = observed({
      began: (call) => void seen.push(call),
      ended: (_, end) => void seen.push(end),
      taskEnded: (task) => void seen.push(task),
    })
    const body = { headers: { authorization: `Bearer ${SECRET}`, cookie: SECRET } }
    await it.client.http.post('/work', { ...body, json: {} })
    await it.client.close()
    expect(seen).toHaveLength(3)
    for (const one of seen) {
      expect(
        Reflect.ownKeys(one).every((key) => !Object.getOwnPropertyDescriptor(one, key)?.writable),
      ).toBe(true)
      expect(() => Object.defineProperty(one, 'more', { value: 1 })).toThrow(TypeError)
      const names = new Set([
        ...Object.keys(one),
        ...Object.getOwnPropertyNames(Object.getPrototypeOf(one)),
      ])
      for (const name of names) {
        // The identity is the developer's own payload too, which is theirs to keep clean.
        if (name === 'auth' || name === 'constructor') continue
        expect(JSON.stringify(Reflect.get(one, name)) ?? '').not.toContain(SECRET)
      }
      expect(JSON.stringify(one)).not.toContain(SECRET)
    }
  })

  test('a tracer cannot write what it likes into headers', async () => {
    const took: boolean[] = []
    const it = observed({
      around: (call, run) => {
        const spanId = 'b'.repeat(16)
        took.push(
          call.adoptTrace({ traceId: `${'a'.repeat(31)}\n`, spanId, sampled: true }),
          call.adoptTrace({ traceId: '0'.repeat(32), spanId, sampled: true }),
          call.adoptTrace({ traceId: 'a'.repeat(32), spanId, sampled: true }),
          call.adoptTrace({ traceId: 'c'.repeat(32), spanId, sampled: true }),
        )
        run()
      },
    })
    const answer = await it.client.http.post('/work', { ...token, json: {} })
    expect(took).toEqual([false, false, true, false])
    expect(answer.headers.get('traceresponse')).toBe(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`)
    await it.client.close()
  })

  test('what is no observer is refused when the part is made', () => {
    const make = (observe: unknown) => () =>
      definePart({ name: 'x', observe: observe as ObserverPort })
    expect(make({})).toThrow(/Part 'x': observe must have one of began\(\), around\(\)/)
    expect(make(null)).toThrow(/Part 'x': observe must be an object with began\(\)/)
    expect(make({ ended: 1 })).toThrow(/observe.ended must be a function/)
  })

  test('an endpoint with an authenticator of its own is not public, and says what is wrong with it', () => {
    const make = (endpoint: object) => () =>
      createApp({
        env: {},
        parts: [
          definePart({
            name: 'x',
            endpoints: [{ method: 'GET', path: '/x', handle: () => 1, ...endpoint }],
          }),
        ],
      })
    const authenticate = async (_request: unknown) => null
    expect(make({ public: true, authenticate })).toThrow(/cannot have both public: true and auth/)
    expect(make({ authenticate: 7 })).toThrow(/Part 'x': endpoints: .*authenticate/)
    expect(make({ quiet: 'no' })).toThrow(/quiet must be true or false/)
  })
})
