// P-BG-1, PW-35: ten thousand background tasks when a server stops: each has run or is named, and what
// waits holds no request and no answer.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Call, createApp, dependency, type Logger } from 'trefoil'
import { serve } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { eventually } from './eventually.ts'

const MANY = 10_000

interface Counts {
  ran: number
  ended: number
  rolledBack: number
  most: number
  running: number
  readonly lines: Map<string, number>
  readonly requests: Set<unknown>
}

function counting(): { counts: Counts; logger: Logger } {
  const counts: Counts = {
    ...{ ran: 0, ended: 0, rolledBack: 0, most: 0, running: 0 },
    lines: new Map(),
    requests: new Set(),
  }
  const quiet = () => {}
  const error: Logger['error'] = (fields: object | string, message?: string) => {
    const text = message ?? String(fields)
    counts.lines.set(text, (counts.lines.get(text) ?? 0) + 1)
    counts.requests.add(Reflect.get(Object(fields), 'request_id'))
  }
  return { counts, logger: { debug: quiet, info: quiet, warn: quiet, error } }
}

function newApp(work: (counts: Counts) => Parameters<Call['background']>[0], limits: object = {}) {
  const { counts, logger } = counting()
  const app = createApp({
    name: 'flood',
    env: {},
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger },
    limits: { body: '2mb', background: limits },
  })
  const task = work(counts)
  app.post('/work', async (_, call) => {
    await call.request.body()
    call.background(async (own) => {
      counts.ran++
      counts.most = Math.max(counts.most, ++counts.running)
      await task(own)
      counts.running--
      counts.ended++
    })
    return 'ok'
  })
  return { app, counts }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

describe('10,000 background tasks at shutdown', () => {
  test('all of them run, a hundred at a time, before the shutdown hooks', async () => {
    const { app, counts } = newApp(() => async () => {
      await tick()
      await tick()
    })
    let atShutdown = 0
    app.onShutdown(() => {
      atShutdown = counts.ended
    })
    const client = testClient(app)
    for (let sent = 0; sent < MANY; sent += 500) {
      await Promise.all(Array.from({ length: 500 }, () => client.http.post('/work')))
    }
    await client.close()
    expect([atShutdown, counts.ended, counts.most]).toEqual([MANY, MANY, 100])
    expect(counts.lines.size).toBe(0)
  }, 120_000)

  test('or are named: those that hang, and those that wait behind them', async () => {
    const tx = dependency(
      async function* () {
        yield 1
      },
      { name: 'tx' },
    )
    const { app, counts } = newApp((all) => async (task) => {
      await task.resolve(tx)
      // The first fifty are done, the next hundred hang for ever.
      if (all.ran > 50) await new Promise(() => {})
    })
    const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
    const client = testClient(app, { lifespan: false })
    for (let sent = 0; sent < MANY; sent += 500) {
      await Promise.all(Array.from({ length: 500 }, () => client.http.post('/work')))
    }
    await eventually(() => expect(counts.running).toBe(100))
    const failed = await server.close().then(
      () => 'closed',
      (error: Error) => error.message,
    )
    const hung = counts.lines.get('Background task did not end before shutdown') ?? 0
    const waited = counts.lines.get('Background task had not begun before shutdown') ?? 0
    expect(counts.ended + hung + waited).toBe(MANY)
    expect([hung, counts.ran]).toEqual([100, counts.ended + hung])
    expect(failed).toContain(`${hung + waited} background task(s) did not end`)
    // Each with the request it is of.
    expect(counts.requests.size).toBe(hung + waited)
  }, 120_000)
})

describe('what waits', () => {
  test('holds no request and no answer: a thousand bodies of 64 kB are gone', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const open = Promise.withResolvers<void>()
    const { app } = newApp(() => () => open.promise, { running: 1 })
    await using client = testClient(app)
    const body = () => new Uint8Array(64 * 1024)
    await client.http.post('/work', { body: body() })
    const used = async () => {
      // Twice, with a turn between: what is held weakly is held until the turn has ended.
      collect()
      await tick()
      collect()
      const { heapUsed, arrayBuffers } = process.memoryUsage()
      return heapUsed + arrayBuffers
    }
    const before = await used()
    for (let sent = 0; sent < 1000; sent++) await client.http.post('/work', { body: body() })
    await tick()
    const grown = (await used()) - before
    open.resolve()
    await client.idle()
    // A call that was kept would be 64 kB; what is kept is one or two.
    expect(grown / 1000).toBeLessThan(8 * 1024)
  }, 60_000)

  test('a task that adds a task for ever is stopped by the time of the server', async () => {
    const { app, counts } = newApp(() => () => {})
    let rounds = 0
    app.post('/chain', (_, call) => {
      const again: Parameters<Call['background']>[0] = async (task) => {
        rounds++
        await tick()
        task.background(again)
      }
      call.background(again)
      return 'ok'
    })
    const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
    await fetch(`${server.url}/chain`, { method: 'POST' })
    await eventually(() => expect(rounds).toBeGreaterThan(3))
    await expect(server.close()).rejects.toThrow('1 background task(s) did not end')
    const atEnd = rounds
    for (let turn = 0; turn < 10; turn++) await tick()
    expect(rounds - atEnd).toBeLessThanOrEqual(1)
    expect([...counts.lines.values()]).toEqual([1])
  })

  test('a storm of calls that add too much is refused and leaves every place free again', async () => {
    const { app } = newApp(() => () => {}, { waiting: 10 })
    app.post('/greedy', (_, call) => {
      for (let count = 0; count < 1000; count++) call.background(() => {})
      return 'ok'
    })
    await using client = testClient(app)
    for (let round = 0; round < 20; round++) {
      const refused = await Promise.all(
        Array.from({ length: 10 }, () => client.http.post('/greedy')),
      )
      expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]))
      expect(refused[0]?.headers.get('retry-after')).toBe('1')
      expect((await client.http.post('/work')).status).toBe(200)
    }
  })

  test('hostile tasks and views: nothing is taken over from them', async () => {
    const { app, counts } = newApp(() => () => {})
    const seen: unknown[] = []
    app.post('/hostile', (_, call) => {
      call.background((task) => {
        for (const member of ['auth', 'resolve', 'log', 'background']) {
          seen.push(Reflect.set(task, member, () => 'mine'))
        }
        seen.push(Reflect.setPrototypeOf(task, {}), Object.isExtensible(task), Object.keys(task))
      })
      // A thenable that never settles its own way, and one that throws when it is asked.
      // biome-ignore lint/suspicious/noThenProperty: what JavaScript callers return
      call.background(() => ({ then: (done: (value: unknown) => void) => done(1) }))
      call.background(() =>
        Object.defineProperty({}, 'then', {
          get() {
            throw new Error('no')
          },
        }),
      )
      call.background(() => {
        throw null
      })
      call.background(() => Promise.reject(undefined))
      call.background(() => seen.push('last'))
      return 'ok'
    })
    await using client = testClient(app)
    expect((await client.http.post('/hostile')).status).toBe(200)
    await client.idle()
    expect(seen).toEqual([false, false, false, false, false, false, [], 'last'])
    expect([...counts.lines]).toEqual([['Background task failed', 3]])
  })
})
