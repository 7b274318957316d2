import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuthContext, type Identity, refusal } from '../../packages/trefoil/src/auth.ts'
import {
  createApp,
  type LimitOptions,
  memoryRates,
  type RateDemand,
  type RateOption,
  type RateStanding,
  type RateStore,
} from '../../packages/trefoil/src/index.ts'
import { client, testClient } from '../../packages/trefoil/src/testing.ts'

/** Time that stands still until a test moves it. */
class TestClock {
  time = Date.UTC(2026, 5, 1)
  now = () => this.time
  elapsed = () => this.time
  pass(ms: number) {
    this.time += ms
  }
}

interface Line {
  readonly level: string
  readonly fields: unknown
  readonly message: string
}

/** Callers by their tokens. */
const CALLERS: Readonly<Record<string, Partial<Identity>>> = {
  ada: { issuer: 'i', tenant: 'acme' },
  bob: { issuer: 'i', tenant: 'acme' },
  eve: { issuer: 'i', tenant: 'umbrella' },
  lone: { issuer: 'i' },
  'ada-by-bot': { subject: 'ada', issuer: 'i', tenant: 'acme', actor: [{ subject: 'bot' }] },
  'bob-by-bot': { subject: 'bob', issuer: 'i', tenant: 'acme', actor: [{ subject: 'bot' }] },
}

/** An app whose callers are known by name, and what it did. */
function appOf(limits: LimitOptions, more: object = {}) {
  const clock = new TestClock()
  const lines: Line[] = []
  const seen = { asked: 0 }
  const write = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message })
  }
  const app = createApp({
    name: 'rates',
    env: {},
    limits,
    clock,
    auth: [
      {
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: {
          name: 'names',
          scheme: { type: 'http', scheme: 'bearer' },
          authenticate: (request) => {
            seen.asked++
            const name = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
            if (!Object.hasOwn(CALLERS, name)) return name === '' ? null : refusal('invalid')
            return new AuthContext({ subject: name, ...CALLERS[name] })
          },
        },
      },
    ],
    log: {
      logger: { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') },
    },
    ...more,
  })
  return { app, clock, lines, seen }
}

const as = (name: string) => ({ headers: { authorization: `Bearer ${name}` } })
const listed = { tool: true, cli: true, description: 'Does it.' } as const

/** Names of who got through, in order. */
async function passing(
  calls: readonly string[],
  rate: RateOption,
  addresses: readonly string[] = [],
): Promise<readonly string[]> {
  const { app } = appOf({})
  app.get('/it', { rate }, () => 'done')
  const passed: string[] = []
  for (const [index, name] of calls.entries()) {
    const http = testClient(app, {
      clientAddress: addresses[index] ?? '198.51.100.1',
      lifespan: false,
    }).http
    const { status } = await http.get('/it', as(name))
    if (status === 200) passed.push(name)
  }
  return passed
}

describe('who is counted', () => {
  test('P-MWL-4 X-22 PW-31: by default each caller, wherever it calls from', async () => {
    expect(
      await passing(['ada', 'ada', 'bob', 'ada', 'eve'], '1/min', ['10.0.0.1', '10.0.0.2']),
    ).toEqual(['ada', 'bob', 'eve'])
  })

  test('SW-28: an unproved name changes nothing: strangers of one address are one', async () => {
    const { app } = appOf({})
    app.get('/open', { rate: '2/min', public: true }, () => 'done')
    const http = testClient(app).http
    const statuses = []
    for (const name of ['ada', 'bob', 'eve', 'nobody']) {
      const headers = { authorization: `Bearer ${name}`, 'x-api-key': name }
      statuses.push((await http.get('/open', { headers })).status)
    }
    expect(statuses).toEqual([200, 200, 429, 429])
  })

  test('DEL-1: delegated calls are the subject’s, and by actor those of who acts', async () => {
    expect(await passing(['ada', 'ada-by-bot', 'bob'], '1/min')).toEqual(['ada', 'bob'])
    const perActor = { limit: '1/min', per: 'actor' } as const
    expect(await passing(['ada-by-bot', 'bob-by-bot', 'ada', 'bob'], perActor)).toEqual([
      'ada-by-bot',
      'ada',
      'bob',
    ])
  })

  test('by tenant, by address, and everyone together', async () => {
    const per = (per: 'tenant' | 'address' | 'everyone') => ({ limit: '1/min', per }) as const
    expect(await passing(['ada', 'bob', 'eve', 'lone'], per('tenant'))).toEqual([
      'ada',
      'eve',
      'lone',
    ])
    const addresses = ['10.0.0.1', '10.0.0.1', '10.0.0.2', '::ffff:10.0.0.2']
    expect(await passing(['ada', 'bob', 'eve', 'lone'], per('address'), addresses)).toEqual([
      'ada',
      'eve',
    ])
    expect(await passing(['ada', 'bob', 'eve'], per('everyone'))).toEqual(['ada'])
  })

  test('PW-31: by address, a flood of bad credentials is refused before the authenticator', async () => {
    const { app, seen } = appOf({ rate: { limit: '3/min', per: 'address' } })
    app.get('/it', () => 'done')
    const http = testClient(app).http
    const statuses = []
    for (let call = 0; call < 5; call++) statuses.push((await http.get('/it', as('no'))).status)
    expect(statuses).toEqual([401, 401, 401, 429, 429])
    expect(seen.asked).toBe(3)
  })
})

describe('levels', () => {
  test('app, group and action: each counts what is below it', async () => {
    const { app } = appOf({ rate: '5/min' })
    const group = app.group('/g', { rate: '3/min' })
    group.get('/one', { rate: '2/min' }, () => 'done')
    group.get('/two', () => 'done')
    app.get('/three', () => 'done')
    const http = testClient(app).http
    const get = async (path: string) => (await http.get(path, as('ada'))).status
    expect([await get('/g/one'), await get('/g/one'), await get('/g/one')]).toEqual([200, 200, 429])
    expect([await get('/g/two'), await get('/g/two')]).toEqual([200, 429])
    expect([await get('/three'), await get('/three'), await get('/three')]).toEqual([200, 200, 429])
  })

  test('two groups of one prefix, and two rates of one list, have counts of their own', async () => {
    const { app } = appOf({})
    app.group('/g', { rate: '1/min' }).get('/one', () => 'done')
    app.group('/g', { rate: ['1/min', '1/hour'] }).get('/two', () => 'done')
    const http = testClient(app).http
    expect((await http.get('/g/one', as('ada'))).status).toBe(200)
    const two = await http.get('/g/two', as('ada'))
    expect(two.status).toBe(200)
    expect(two.headers.get('ratelimit-policy')).toBe('"group";q=1;w=60, "group-2";q=1;w=3600')
  })

  test('a call that one rate refuses takes nothing from the others', async () => {
    const { app, clock } = appOf({ rate: '4/hour' })
    app.get('/it', { rate: '1/min' }, () => 'done')
    app.get('/other', () => 'done')
    const http = testClient(app).http
    for (let call = 0; call < 10; call++) await http.get('/it', as('ada'))
    expect((await http.get('/other', as('ada'))).headers.get('ratelimit')).toBe('"app";r=2;t=1800')
    clock.pass(60_000)
    expect((await http.get('/it', as('ada'))).status).toBe(200)
  })

  test('what is skippable can be left, and nothing else', async () => {
    const { app } = appOf({ rate: { limit: '1/min', skippable: true } })
    app.get('/free', { rate: false }, () => 'done')
    app.get('/it', () => 'done')
    const http = testClient(app).http
    const statuses = []
    for (const path of ['/free', '/free', '/it', '/it', '/free']) {
      statuses.push((await http.get(path, as('ada'))).status)
    }
    expect(statuses).toEqual([200, 200, 200, 429, 200])

    const { app: strict } = appOf({ rate: '1/min' })
    strict.get('/free', { rate: false }, () => 'done')
    await expect(testClient(strict).http.get('/free')).rejects.toThrow(
      "Route GET /free: rate: false has nothing to leave; rates of the app or a group can be left where they say so, as in limits: { rate: { limit: '100/min', skippable: true } }",
    )
  })

  test('lists are counted by the rates of the app, so that none is a way round them', async () => {
    const { app, seen } = appOf({ rate: [{ limit: '2/min', per: 'address' }] })
    app.tool('it', { description: 'Does it.', rate: '9/min' }, () => 'done')
    const { mcp } = testClient(app)
    expect((await mcp.callTool('no_such_tool', {}, as('no'))).status).toBe(401)
    expect((await mcp.listTools(as('no'))).status).toBe(401)
    const refused = await mcp.listTools(as('ada'))
    expect(refused.status).toBe(429)
    expect(refused.response.headers.get('retry-after')).toBe('30')
    expect(refused.error?.data).toMatchObject({ problem: 'RATE_LIMIT_EXCEEDED', retryable: true })
    expect(seen.asked).toBe(2)
  })

  test('a part’s endpoints are not the app’s actions: liveness is not refused', async () => {
    const { health } = await import('../../packages/trefoil/src/health.ts')
    const { app } = appOf({ rate: { limit: '1/min', per: 'everyone' } }, { parts: [health()] })
    const http = testClient(app).http
    expect((await http.get('/health')).status).toBe(200)
    expect((await http.get('/health')).status).toBe(200)
  })

  test('a retry that comes at the time it was told passes', async () => {
    const { app, clock } = appOf({})
    app.get('/it', { rate: { limit: '7/min', burst: 1 } }, () => 'done')
    const http = testClient(app).http
    expect((await http.get('/it', as('ada'))).status).toBe(200)
    const refused = await http.get('/it', as('ada'))
    clock.pass(Number(refused.headers.get('retry-after')) * 1000)
    expect((await http.get('/it', as('ada'))).status).toBe(200)
  })
})

describe('answers', () => {
  test('P-MWL-4 P-ERR-1 X-22 S-RL-2: a 429 says when to come again', async () => {
    const { app, clock } = appOf({})
    app.get('/it', { rate: { limit: '60/min', burst: 10 } }, () => 'done')
    const http = testClient(app).http
    for (let call = 0; call < 10; call++) await http.get('/it', as('ada'))
    clock.pass(100)
    const refused = await http.get('/it', as('ada'))
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    // The same moment as Retry-After, as the draft wants it, and not when all of the burst is back.
    expect(refused.headers.get('ratelimit')).toBe('"action";r=0;t=1')
    expect(refused.headers.get('ratelimit-policy')).toBe('"action";q=60;w=60')
    expect(refused.headers.get('cache-control')).toBe('no-store')
    expect(refused.json()).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      status: 429,
      detail: 'Rate limit exceeded',
      fix: 'Wait 1 seconds before retrying',
      retryable: true,
      retry_after_seconds: 1,
    })
    // The document is kept for the next one: only the request id may be another.
    const next = await http.get('/it', as('ada'))
    const members = next.json<Record<string, unknown>>()
    expect(members).toEqual({ ...refused.json<object>(), request_id: members['request_id'] })
    expect(members['request_id']).not.toBe(refused.json<Record<string, unknown>>()['request_id'])
  })

  test('every answer of a limited action carries the headers: 200, 400, 401, 500', async () => {
    const { app } = appOf({ rate: '9/min' })
    app.get('/it/{n}', { params: { n: z.int() } }, ({ n }) => {
      if (n === 5) throw new Error('no')
      return n
    })
    const http = testClient(app).http
    const told = async (path: string, name: string) => {
      const { status, headers } = await http.get(path, as(name))
      return [status, headers.get('ratelimit-policy'), headers.get('ratelimit')]
    }
    const policy = '"app";q=9;w=60'
    expect(await told('/it/1', 'ada')).toEqual([200, policy, '"app";r=8;t=7'])
    expect(await told('/it/x', 'ada')).toEqual([400, policy, '"app";r=7;t=14'])
    expect(await told('/it/5', 'ada')).toEqual([500, policy, '"app";r=6;t=20'])
    // Nobody has been counted yet.
    expect(await told('/it/1', 'no')).toEqual([401, policy, null])
  })

  test('of several rates, the one that is nearest to its end', async () => {
    const { app } = appOf({ rate: { limit: '100/min', per: 'address', name: 'wide' } })
    app.get('/it', { rate: ['3/min', { limit: '50/hour', name: 'slow' }] }, () => 'done')
    const { headers } = await testClient(app).http.get('/it', as('ada'))
    expect(headers.get('ratelimit-policy')).toBe(
      '"wide";q=100;w=60, "action";q=3;w=60, "slow";q=50;w=3600',
    )
    expect(headers.get('ratelimit')).toBe('"action";r=2;t=20')
  })

  test('S-RL-1 X-22: legacy headers, and none', async () => {
    const { app, clock } = appOf({ rate: '120/min', rateHeaders: 'legacy' })
    app.get('/it', () => 'done')
    const http = testClient(app).http
    const first = await http.get('/it', as('ada'))
    clock.pass(10)
    for (const [name, value] of [
      ['x-ratelimit-limit', '120'],
      ['x-ratelimit-remaining', '119'],
      ['x-ratelimit-reset', '1'],
      ['ratelimit', null],
    ] as const) {
      expect(first.headers.get(name)).toBe(value)
    }
    const { app: quiet } = appOf({ rate: '1/min', rateHeaders: 'none' })
    quiet.get('/it', () => 'done')
    const silent = testClient(quiet).http
    await silent.get('/it', as('ada'))
    const refused = await silent.get('/it', as('ada'))
    expect(refused.status).toBe(429)
    expect([...refused.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([])
    expect(refused.headers.get('retry-after')).toBe('60')
  })

  test('the typed client reads when to come again', async () => {
    const { app } = appOf({})
    const it = app.get('/it', { ...listed, name: 'it', rate: '1/min' }, () => 'done')
    const api = client(app, { it }, { token: 'ada' })
    expect((await api.it()).ok).toBe(true)
    expect(await api.it()).toMatchObject({
      ok: false,
      error: { code: 'RATE_LIMIT_EXCEEDED', retryAfter: 60, status: 429 },
    })
  })

  test('OpenAPI says 429, and its headers', async () => {
    const { app } = appOf({}, { docs: { public: true } })
    app.get('/limited', { rate: '1/min' }, () => 'done')
    app.get('/free', () => 'done')
    const document = (await testClient(app).http.get('/openapi.json')).json<{
      paths: Record<string, { get: { responses: Record<string, { headers?: object }> } }>
    }>()
    const limited = document.paths['/limited']?.get.responses ?? {}
    expect(Object.keys(limited['429']?.headers ?? {})).toEqual([
      'retry-after',
      'ratelimit-policy',
      'ratelimit',
    ])
    expect(Object.keys(limited['2XX']?.headers ?? {})).toEqual(['ratelimit-policy', 'ratelimit'])
    expect(document.paths['/free']?.get.responses['429']).toBeUndefined()
  })

  test('the record says which rate refused', async () => {
    const records: { rule: string | null; outcome: string }[] = []
    const { app } = appOf(
      {},
      { log: { onCall: (record: (typeof records)[0]) => void records.push(record) } },
    )
    app.get('/it', { rate: { limit: '1/min', name: 'few' } }, () => 'done')
    const http = testClient(app).http
    await http.get('/it', as('ada'))
    await http.get('/it', as('ada'))
    expect(records.map(({ rule, outcome }) => [rule, outcome])).toEqual([
      [null, 'ok'],
      ['rate:few', 'refused'],
    ])
  })
})

describe('the store', () => {
  const broken = (answer: () => unknown): RateStore => ({ consume: answer as RateStore['consume'] })

  test.each([
    [
      'throws',
      () => {
        throw new Error('gone')
      },
    ],
    ['rejects', () => Promise.reject(new Error('gone'))],
    ['rejects with no error', () => Promise.reject(undefined)],
    ['answers nothing', () => undefined],
    ['answers too few', () => []],
    ['answers a hole', () => [undefined]],
    [
      'answers no numbers',
      () => [{ allowed: true, remaining: Number.NaN, retryAfter: 0, resetAfter: 0 }],
    ],
    ['answers by truth', () => [{ allowed: 1, remaining: 1, retryAfter: 0, resetAfter: 0 }]],
    [
      'answers in text',
      async () => [{ allowed: true, remaining: '1', retryAfter: 0, resetAfter: 0 }],
    ],
  ])('a store that %s: 503, or through, as the app says; said once', async (_, answer) => {
    for (const [rateFailure, status] of [
      ['closed', 503],
      ['open', 200],
    ] as const) {
      const { app, lines } = appOf({ rateStore: broken(answer), rateFailure })
      app.get('/it', { rate: '1/min' }, () => 'done')
      const http = testClient(app).http
      const answers = [await http.get('/it', as('ada')), await http.get('/it', as('ada'))]
      expect(answers.map((one) => one.status)).toEqual([status, status])
      if (status === 503) {
        expect(answers[0]?.headers.get('retry-after')).toBe('5')
        expect(answers[0]?.json()).toMatchObject({ code: 'limits_unavailable', retryable: true })
      }
      expect(lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
        status === 503
          ? 'Rates cannot be counted; calls are refused'
          : 'Rates cannot be counted; calls go on uncounted',
      ])
    }
  })

  test('a refusal of a store that waits is a refusal, and keys come hashed', async () => {
    const asked: RateDemand[] = []
    const memory = memoryRates()
    const rateStore: RateStore = {
      async consume(demands, now) {
        asked.push(...demands)
        await Promise.resolve()
        return memory.consume(demands, now)
      },
    }
    const { app } = appOf({ rateStore, rate: '1/min' })
    app.get('/it', () => 'done')
    const http = testClient(app).http
    expect((await http.get('/it', as('ada'))).status).toBe(200)
    expect((await http.get('/it', as('ada'))).status).toBe(429)
    // SW-28: no subject is kept in clear.
    for (const { key } of asked) expect(key).toMatch(/^#[A-Za-z0-9_-]{43}$/)
  })

  test('a long subject takes no more room than others', async () => {
    const keys: string[] = []
    const memory = memoryRates()
    const rateStore: RateStore = {
      plainKeys: true,
      consume: (demands, now) => {
        keys.push(...demands.map(({ key }) => key))
        return memory.consume(demands, now) as readonly RateStanding[]
      },
    }
    const { app } = appOf({ rateStore, rate: '1/min' })
    app.get('/it', () => 'done')
    const long = testClient(app, { as: { subject: 'x'.repeat(10_000) } })
    await long.http.get('/it')
    await testClient(app, { as: { subject: 'ada' }, lifespan: false }).http.get('/it')
    expect(keys.map(({ length }) => length < 100)).toEqual([true, true])
    expect(keys[1]).toContain('ada')
  })

  test('one store of several apps keeps them apart', async () => {
    const rateStore = memoryRates()
    const statuses = []
    for (const name of ['one', 'two']) {
      const { app } = appOf({ rateStore, rate: '1/min' }, { name })
      app.get('/it', () => 'done')
      statuses.push((await testClient(app).http.get('/it', as('ada'))).status)
    }
    expect(statuses).toEqual([200, 200])
  })

  test('a clock that jumps back an hour: nobody gets more, nobody waits for it to come round', async () => {
    const { app, clock } = appOf({ rate: '60/min' })
    app.get('/it', () => 'done')
    const http = testClient(app).http
    const status = async () => (await http.get('/it', as('ada'))).status
    expect(await status()).toBe(200)
    clock.pass(-3_600_000)
    expect(await status()).toBe(429)
    clock.pass(1000)
    expect(await status()).toBe(200)
    expect(await status()).toBe(429)
  })
})

describe('options', () => {
  const BAD: readonly (readonly [unknown, string])[] = [
    ['0/min', "must be a rate such as '100/min'"],
    ['1.5/min', "must be a rate such as '100/min'"],
    ['5 per min', "must be a rate such as '100/min'"],
    ['5/day', "must be a rate such as '100/min'"],
    [100, 'got 100'],
    [null, "must be a rate such as '100/min'"],
    [{}, "limit must be a rate such as '100/min'"],
    [{ limit: '5/day' }, "limit must be a rate such as '100/min'"],
    [{ limit: '5/min', burst: 0 }, 'burst must be a whole number from 1 to 1000000, got 0'],
    [{ limit: '5/min', burst: '5' }, 'burst must be a whole number from 1 to 1000000, got'],
    [
      { limit: '5/min', per: 'global' },
      'per must be one of caller, address, tenant, actor, everyone',
    ],
    [{ limit: '5/min', per: 'constructor' }, 'per must be one of'],
    [{ limit: '5/min', name: 'a "b"' }, 'name must be 1 to 64 of A-Z a-z 0-9 _ . -'],
    [{ limit: '5/min', skippable: 'false' }, 'skippable must be true or false'],
    [{ limit: '5/min', burts: 1 }, "did you mean 'burst'?"],
    [[], 'must have 1 to 8 rates'],
    [new Array(3), "[0] must be a rate such as '100/min'"],
    [['5/min', '5/day'], "[1] must be a rate such as '100/min'"],
    [Array.from({ length: 9 }, () => '5/min'), 'must have 1 to 8 rates'],
  ]

  test.each(BAD)(
    'V-14 PW-32: rate %j is refused at start-up, on routes, groups and the app',
    async (rate, message) => {
      const given = rate as RateOption
      const route = appOf({}).app
      route.get('/it', { rate: given }, () => 'done')
      await expect(testClient(route).http.get('/it')).rejects.toThrow(message)
      await expect(testClient(route).http.get('/it')).rejects.toThrow('Route GET /it: rate')
      expect(() => appOf({}).app.group('/g', { rate: given })).toThrow(message)
      if (rate !== null) expect(() => appOf({ rate: given })).toThrow(message)
    },
  )

  test('a route is no place for skippable', async () => {
    const { app } = appOf({})
    app.get('/it', { rate: { limit: '1/min', skippable: true } }, () => 'done')
    await expect(testClient(app).http.get('/it')).rejects.toThrow(
      'Route GET /it: rate is skippable',
    )
  })

  test.each([[{}], ['memory'], [{ consume: true }], [{ consume() {}, plainKeys: 'yes' }]])(
    'rateStore %j is refused',
    (rateStore) => {
      expect(() => appOf({ rateStore: rateStore as unknown as RateStore })).toThrow(
        'limits.rateStore must',
      )
    },
  )

  test('TREFOIL_LIMITS_RATE is the text, and says so when it is wrong', async () => {
    const { app } = appOf({}, { env: { TREFOIL_LIMITS_RATE: '1/min' } })
    app.get('/it', () => 'done')
    const http = testClient(app).http
    await http.get('/it', as('ada'))
    expect((await http.get('/it', as('ada'))).status).toBe(429)
    expect(() => appOf({}, { env: { TREFOIL_LIMITS_RATE: '5/day' } })).toThrow(
      'TREFOIL_LIMITS_RATE',
    )
  })

  test('getters are asked once more at most, and what they give later changes nothing', async () => {
    let asked = 0
    const { app } = appOf({})
    const rate = {
      get limit() {
        asked++
        return '1/min' as const
      },
    }
    app.get('/it', { rate }, () => 'done')
    const http = testClient(app).http
    for (let call = 0; call < 5; call++) await http.get('/it', as('ada'))
    expect(asked).toBeLessThanOrEqual(2)
  })
})
