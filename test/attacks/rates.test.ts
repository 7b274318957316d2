import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import {
  createApp,
  type LimitOptions,
  memoryRates,
  type RateStore,
} from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { type RatesFixture, startRates } from '../parity/rates-app.ts'

let fixture: RatesFixture

beforeAll(async () => {
  fixture = await startRates()
})

afterAll(() => fixture.close())

describe.each(['http', 'mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote'] as const)(
  'a race over %s',
  (name) => {
    test('P-MWL-4: exactly 100 of 1,000 calls at once pass', async () => {
      const driver = fixture.drivers.find((each) => each.name === name)
      if (driver === undefined) throw new Error(`no driver ${name}`)
      const before = fixture.ran()
      const spec = { action: 'hundred', args: {}, token: `ada-${name}` }
      const answers = await Promise.all(Array.from({ length: 1000 }, () => driver.call(spec)))
      expect(answers.filter(({ ok }) => ok)).toHaveLength(100)
      expect(fixture.ran() - before).toBe(100)
    })
  },
)

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** An app that a store of rates is tried on. */
function appOf(rateStore: RateStore, limits: LimitOptions = {}) {
  const ran: string[] = []
  const app = createApp({
    name: 'rates',
    env: {},
    limits: { rateStore, rate: '100/hour', ...limits },
    log: { logger: silent },
    auth: [
      {
        surfaces: ['api'],
        authenticate: async (request) => {
          if (request.headers.get('x-none') !== null) return null
          await Promise.resolve()
          return new AuthContext({ subject: 'ada' })
        },
      },
    ],
  })
  app.get('/it', () => {
    ran.push('it')
    return 'done'
  })
  return { app, ran }
}

test('a store that waits is asked for each call, and exactly 100 of 1,000 at once pass', async () => {
  const memory = memoryRates()
  const { app, ran } = appOf({
    async consume(demands, now) {
      await new Promise((resolve) => setImmediate(resolve))
      return memory.consume(demands, now)
    },
  })
  const http = testClient(app).http
  const answers = await Promise.all(Array.from({ length: 1000 }, () => http.get('/it')))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
  expect(ran).toHaveLength(100)
})

test.each(['open', 'closed'] as const)(
  'a store that never answers holds no call beyond its deadline (%s), and starts nothing later',
  async (rateFailure) => {
    let answer: (error: Error) => void = () => {}
    const { app, ran } = appOf(
      {
        consume: () =>
          new Promise((_, reject) => {
            answer = reject
          }),
      },
      { rateFailure, timeout: '50ms' },
    )
    const http = testClient(app).http
    const { status } = await http.get('/it')
    expect(status).toBe(504)
    answer(new Error('gone'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(ran).toEqual([])
  },
)

test('a store that never answers holds a call without a deadline for two seconds', async () => {
  const app = createApp({
    name: 'rates',
    env: {},
    limits: { rateStore: { consume: () => new Promise(() => {}) }, rate: '1/min' },
    log: { logger: silent },
  })
  app.get('/it', { public: true }, () => 'done')
  const began = performance.now()
  const { status } = await testClient(app).http.get('/it')
  expect(status).toBe(503)
  expect(performance.now() - began).toBeGreaterThan(1900)
})

test('PW-31: names that look like others’ keys, and names of members, are callers like any other', async () => {
  const app = createApp({
    name: 'rates',
    env: {},
    limits: { rate: '1/hour' },
    log: { logger: silent },
    auth: [
      {
        surfaces: ['api'],
        authenticate: (request) =>
          new AuthContext({ subject: decodeURIComponent(request.headers.get('x-name') ?? 'none') }),
      },
    ],
  })
  app.get('/it', () => 'done')
  const http = testClient(app).http
  const names = [
    '__proto__',
    'constructor',
    '3:ada',
    'ada',
    '-',
    'ada-',
    '\u0000',
    '127.0.0.1',
    'l',
    'n',
  ]
  for (const expected of [200, 429]) {
    for (const name of names) {
      const headers = { 'x-name': encodeURIComponent(name) }
      expect([name, (await http.get('/it', { headers })).status]).toEqual([name, expected])
    }
  }
})

test('PW-31: 200,000 addresses empty no count of somebody’s, and the memory stays bounded', async () => {
  const store = memoryRates({ entries: 10_000 })
  const rate = { limit: 1, period: 3_600_000, burst: 1, interval: 3_600_000_000 }
  const take = (key: string, byAddress: boolean) => {
    const [standing] = store.consume([{ key, rate, byAddress }], 1e12) as readonly {
      allowed: boolean
    }[]
    return standing?.allowed
  }
  expect([take('victim', false), take('victim', false)]).toEqual([true, false])
  expect([take('first', true), take('first', true)]).toEqual([true, false])
  let passed = 0
  for (let one = 0; one < 200_000; one++) if (take(`4.${one}`, true)) passed++
  // Room for 10,000, and 1,024 shared counts.
  expect(passed).toBeLessThanOrEqual(9_999 + 1_024)
  expect([take('victim', false), take('first', true)]).toEqual([false, false])
})

describe('what a store answers is read once, and only figures of it leave', () => {
  const well = { allowed: true, remaining: 1, retryAfter: 0, resetAfter: 0 }
  /** Gives one value to whoever looks first, and another to everybody after. */
  const turning = (name: string, first: unknown, then: unknown) => {
    let looks = 0
    return Object.defineProperty({ ...well }, name, { get: () => (looks++ === 0 ? first : then) })
  }

  test.each([
    ['text after the check', turning('remaining', 1, '1\r\nx-evil: 1')],
    ['half a call', { ...well, remaining: 1.5 }],
    ['a refusal that leaves some', { ...well, allowed: false, remaining: 3 }],
    ['a refusal first, then none', turning('allowed', false, true)],
    ['what is longer than an Integer', { ...well, remaining: 1e15 }],
    ['a time that is longer', { ...well, resetAfter: 1e300 }],
    ['a wait that is longer', { ...well, allowed: false, retryAfter: 1e300 }],
  ])('%s', async (_, standing) => {
    const { app } = appOf({ consume: () => [standing as typeof well] })
    const { status, headers } = await testClient(app).http.get('/it')
    const expected = standing.allowed === false ? [429, 503] : [200, 429, 503]
    expect(expected).toContain(status)
    // Integers of structured fields (RFC 9651 §3.3.1).
    const shown = status === 503 ? null : expect.stringMatching(/^"app";r=\d{1,15};t=\d{1,15}$/)
    expect(headers.get('ratelimit')).toEqual(shown)
    if (status === 429) expect(headers.get('ratelimit')).toContain(';r=0;')
    if (status !== 200) expect(headers.get('retry-after')).toMatch(/^\d{1,15}$/)
    expect(headers.get('x-evil')).toBe(null)
  })

  test('one that it uses again for the next call changes nothing of this one', async () => {
    const standing = { ...well, remaining: 7 }
    const { app } = appOf({ consume: () => [standing] })
    app.get('/slow', () => {
      standing.remaining = -1
      return 'done'
    })
    const { headers } = await testClient(app).http.get('/slow')
    expect(headers.get('ratelimit')).toBe('"app";r=7;t=0')
  })
})

test('a store that is gone has one line in ten seconds, however many actions are asked for', async () => {
  const lines: string[] = []
  const app = createApp({
    name: 'rates',
    env: {},
    publicSurfaces: ['api'],
    limits: {
      rate: ['9/min', { limit: '9/min', per: 'address' }],
      rateFailure: 'open',
      rateStore: {
        consume: () => {
          throw new Error('gone')
        },
      },
    },
    log: { logger: { ...silent, error: (_: unknown, message: string) => lines.push(message) } },
  })
  for (let one = 0; one < 5; one++) app.get(`/it-${one}`, () => 'done')
  const http = testClient(app).http
  for (let one = 0; one < 5; one++) expect((await http.get(`/it-${one}`)).status).toBe(200)
  expect(lines).toEqual(['Rates cannot be counted; calls go on uncounted'])
})
