import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createApp, type RateDemand } from '../../packages/trefoil/src/index.ts'
import { type RedisOptions, redis } from '../../packages/trefoil/src/redis.ts'
import {
  partContract,
  rateStoreContract,
  spentTokensContract,
  testClient,
} from '../../packages/trefoil/src/testing.ts'
import { NO_APP } from '../support/no-app.ts'
import { StuckProxy, TestRedis, whyNoRedis } from '../support/redis.ts'

const HOUR = 3_600_000
const LATER = Date.now() + 600_000
let prefixes = 0

function demand(key: string, burst: number): RateDemand {
  return {
    key,
    rate: { limit: 1, period: HOUR, burst, interval: HOUR * 1000 },
    byAddress: false,
  }
}

describe.skipIf(whyNoRedis !== null)('Redis', () => {
  const server = new TestRedis()
  beforeAll(async () => {
    await server.start()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  /** Keys of its own: an empty one, as far as anybody can see. */
  function opened(options: RedisOptions = {}) {
    const part = redis({ url: server.url, prefix: `t${++prefixes}`, ...options })
    onTestFinished(async () => {
      await part.stop?.(NO_APP)
    })
    return part
  }
  const rates = () => opened().rates

  describe('STO-3 P-MWL-4: redis().rates', () => {
    for (const { name, run } of rateStoreContract(rates, { ownClock: true })) test(name, run)
  })

  describe('STO-3: redis().spentTokens', () => {
    for (const { name, run } of spentTokensContract(() => opened().spentTokens)) test(name, run)
  })

  describe('redis() keeps the contract of parts', () => {
    const make = () => redis({ url: server.url, prefix: `t${++prefixes}` })
    for (const { name, run } of partContract(make)) test(name, run)
  })

  test('SW-28: two connections count together, and nothing is let through twice', async () => {
    const prefix = `t${++prefixes}`
    const stores = [opened({ prefix }).rates, opened({ prefix }).rates]
    const calls = Array.from({ length: 1000 }, (_, at) =>
      (stores[at % 2] ?? rates()).consume([demand('a', 100)], 0),
    )
    const passed = (await Promise.all(calls)).filter(([standing]) => standing?.allowed)
    expect(passed).toHaveLength(100)
  })

  test('keys end by themselves, when the bucket is full or nobody takes the token', async () => {
    const { rates, spentTokens } = opened({ prefix: 'ttl' })
    await rates.consume([demand('a', 2)], 0)
    const ttl = Number(await server.ask('pttl', '{ttl:rates}:a'))
    expect(ttl).toBeGreaterThan(HOUR - 60_000)
    expect(ttl).toBeLessThanOrEqual(HOUR + 1)
    await spentTokens.spend('link', 'the token itself', LATER)
    const keys = (await server.ask('keys', 'ttl:spent:*')) as readonly string[]
    expect(keys).toHaveLength(1)
    expect(keys[0]).not.toContain('token')
    expect(Number(await server.ask('pttl', keys[0] ?? ''))).toBeGreaterThan(600_000)
  })

  test('a Redis that has forgotten the script is told it again', async () => {
    const { rates } = opened()
    await rates.consume([demand('a', 2)], 0)
    await server.ask('script', 'flush')
    expect(await rates.consume([demand('a', 2)], 0)).toMatchObject([
      { allowed: true, remaining: 0 },
    ])
  })

  test('a client of the app is used as it is, and not ended', async () => {
    const client = new Redis({ path: server.url })
    onTestFinished(() => client.disconnect())
    const part = redis({ client, prefix: `t${++prefixes}` })
    expect(await part.rates.consume([demand('a', 1)], 0)).toMatchObject([{ allowed: true }])
    await part.stop?.(NO_APP)
    expect(await client.ping()).toBe('PONG')
  })

  test('STO-4: a dead Redis is an Error and no refusal, at once, and comes back by itself', async () => {
    await using own = new TestRedis()
    await own.start()
    const { rates } = opened({ url: own.url, timeout: '500ms' })
    const consume = async () => rates.consume([demand('a', 5)], 0)
    await consume()
    await own.kill()
    for (let call = 0; call < 5; call++) {
      const began = performance.now()
      await expect(consume()).rejects.toThrow(Error)
      expect(performance.now() - began).toBeLessThan(2000)
    }
    await own.start()
    await expect.poll(consume, { timeout: 10_000 }).toMatchObject([{ allowed: true }])
    own.pause()
    await expect(consume()).rejects.toThrow('Redis has not answered within 500 ms')
    own.goOn()
    await expect.poll(consume, { timeout: 10_000 }).toMatchObject([{ allowed: true }])
  })

  test('STO-4: a connection that no longer answers is left for a new one, the first one too', async () => {
    await using between = await new StuckProxy().start(server.url)
    const { rates } = opened({ url: between.url, timeout: '300ms' })
    const consume = async () => rates.consume([demand('a', 5000)], 0)
    between.hold()
    await expect(consume()).rejects.toThrow('Redis has not answered within 300 ms')
    between.letNewOnesThrough()
    await expect.poll(consume, { timeout: 5000 }).toMatchObject([{ allowed: true }])
    between.hold()
    const all = await Promise.allSettled(Array.from({ length: 500 }, consume))
    expect(all.every(({ status }) => status === 'rejected')).toBe(true)
    between.letNewOnesThrough()
    await expect.poll(consume, { timeout: 5000 }).toMatchObject([{ allowed: true }])
    // One of each time, not one of each caller.
    expect(between.connections).toBeLessThan(8)
  })

  test('STO-4: a client of the app that has lost its Redis is an error at once, and queues nothing', async () => {
    await using own = new TestRedis()
    await own.start()
    const client = new Redis({ path: own.url, retryStrategy: () => 60_000 })
    client.on('error', () => {})
    onTestFinished(() => client.disconnect())
    const { rates } = opened({ client, timeout: '2s' })
    const consume = async () => rates.consume([demand('a', 5)], 0)
    await expect.poll(consume).toMatchObject([{ allowed: true }])
    await own.kill()
    await expect.poll(() => client.status).toBe('reconnecting')
    const began = performance.now()
    await expect(consume()).rejects.toThrow('Redis cannot be reached')
    expect(performance.now() - began).toBeLessThan(1000)
  })

  test('one that was never there is an Error too, and no line on the console', async () => {
    const { rates } = opened({ url: '/nowhere/at/all', timeout: '500ms' })
    for (let call = 0; call < 3; call++) {
      await expect(async () => rates.consume([demand('a', 5)], 0)).rejects.toThrow(
        'Redis cannot be reached',
      )
    }
  })

  test.each([
    ['closed', 503],
    ['open', 200],
  ] as const)(
    'rateFailure %s: a call is answered %i while Redis is dead',
    async (rateFailure, status) => {
      const part = redis({ url: '/nowhere/at/all', timeout: '500ms' })
      const log = { debug() {}, info() {}, warn() {}, error() {} }
      const app = createApp({
        name: 'dead',
        env: {},
        log: { logger: log },
        parts: [part],
        limits: { rate: '10/min', rateStore: part.rates, rateFailure },
      })
      app.get('/', () => 1)
      await using client = testClient(app)
      expect((await client.http.get('/')).status).toBe(status)
    },
  )

  test('over the app: exactly the burst passes, and a refusal is a 429', async () => {
    const part = redis({ url: server.url, prefix: `t${++prefixes}` })
    const app = createApp({
      name: 'counted',
      env: {},
      parts: [part],
      limits: { rate: '10/h', rateStore: part.rates },
    })
    app.get('/', () => 1)
    await using client = testClient(app)
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async () => (await client.http.get('/')).status),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(20)
  })
})

describe('options of Redis', () => {
  test.each([
    [{ url: 'http://user:hunter2@host' }, 'url must be redis://'],
    [{ url: 'redis://user:hunter2@' }, 'url must be redis://'],
    [{ url: '' }, 'url must be'],
    [{ client: {} }, 'an ioredis client'],
    [{ client: { sendCommand() {}, isOpen: true } }, 'an ioredis client'],
    [{ prefix: 'a b' }, 'prefix must be'],
    [{ timeout: 1000 }, 'timeout'],
    [{ host: 'hunter2' }, "'host'"],
  ])('%j is refused, and no password is shown', (options, message) => {
    expect(() => redis(options as RedisOptions)).toThrow(message)
    expect(() => redis(options as RedisOptions)).not.toThrow('hunter2')
  })
})
