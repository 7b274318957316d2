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
