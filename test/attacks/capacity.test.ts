// Who attacks: a caller without rights who wants an action closed to everybody (an open circuit), or all
// of its places to themselves, for good. Concurrency and breakers over real connections.
import { createApp, HttpError, sse } from 'trefoil'
import { AuthContext, guard } from 'trefoil/auth'
import { health } from 'trefoil/health'
import { type RunningServer, serve } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  ALL,
  ENV,
  everywhere,
  Gate,
  Lines,
  on,
  SURFACE_IDS,
  settled,
  surfaceOf,
} from '../findings/surfaces.ts'
import { eventually } from './eventually.ts'
import { RawConnection } from './raw-connection.ts'

let server: RunningServer | null = null

afterEach(async () => {
  await server?.close()
  server = null
})

const boom = (): never => {
  throw new Error('boom')
}

/** Of a subject as the token says; `eve` may do nothing. */
function appOf(limits: object = {}, more: object = {}) {
  const lines = new Lines()
  const app = createApp({
    name: 'capacity',
    env: ENV,
    limits,
    log: { logger: lines.logger },
    auth: [
      {
        surfaces: ALL,
        authenticate: ({ headers }) => {
          const subject = headers.get('authorization')?.slice('Bearer '.length)
          return subject === undefined ? null : new AuthContext({ subject })
        },
      },
    ],
    ...more,
  })
  return { app, lines }
}

const notEve = guard({ name: 'NotEve', check: (auth) => auth.subject !== 'eve' })

describe('PW-29: nobody without rights opens a circuit', () => {
  test('P-MWL-6: failures of the action do, denials among them change nothing', async () => {
    const seen = await everywhere(
      () => {
        const { app, lines } = appOf()
        let isDown = true
        const mend = () => {
          isDown = false
        }
        app.post(
          '/pay',
          {
            ...on('pay'),
            guards: [notEve],
            params: { amount: z.int() },
            breaker: { failures: 3, cooldown: '30s' },
          },
          () => {
            if (isDown) boom()
            return 'paid'
          },
        )
        return { app, lines, mend }
      },
      async (surface, { app, lines, mend }) => {
        const state = () => app.circuits()['pay']?.state
        const say = async (token: string | undefined, args: object) => {
          const options = token === undefined ? {} : { token }
          return (await surface.call('pay', { ...args }, options)).problem?.['code'] ?? 'ok'
        }
        const eve = async () => {
          const codes = []
          for (let index = 0; index < 4; index++) {
            codes.push(await say('eve', { amount: 1 }), await say(undefined, { amount: 1 }))
            codes.push(await say('ann', { amount: 'x' }))
          }
          return new Set(codes)
        }
        const attempts = await eve()
        const before = state()
        // Between the failures, what is refused neither counts nor resets.
        for (let index = 0; index < 3; index++) {
          await say('ann', { amount: 1 })
          if (index < 2) await eve()
        }
        const after = state()
        mend()
        return {
          attempts: [...attempts].sort(),
          before,
          after,
          // Whoever is denied is told that, and not how the action is.
          told: await say('eve', { amount: 1 }),
          told2: await say('bob', { amount: 1 }),
          lines: lines.all.filter(({ message }) => message.startsWith('Circuit')).length,
        }
      },
    )
    for (const id of SURFACE_IDS) {
      expect(seen[id], id).toEqual({
        attempts: ['ACCESS_DENIED', 'AUTHENTICATION_ERROR', 'VALIDATION_ERROR'],
        before: 'closed',
        after: 'open',
        told: 'ACCESS_DENIED',
        told2: 'CIRCUIT_OPEN',
        lines: 1,
      })
    }
  })

  test('a thousand calls at once, of several callers, failures in a row among them', async () => {
    const { app } = appOf()
    app.post(
      '/mixed',
      {
        ...on('mixed'),
        guards: [notEve],
        params: { fail: z.boolean() },
        breaker: { failures: 5, cooldown: '1h' },
        concurrency: { limit: 50, per: 'caller' },
      },
      async ({ fail }) => {
        await null
        if (fail) boom()
        return 1
      },
    )
    const client = testClient(app)
    const call = (token: string, fail: boolean) =>
      client.http.post('/mixed', { json: { fail }, headers: { authorization: `Bearer ${token}` } })
    // Four in a row, a success, and again: never five.
    for (let round = 0; round < 20; round++) {
      for (const fail of [true, true, true, true, false]) {
        await Promise.all([call('eve', true), call('ann', fail)])
      }
    }
    expect(app.circuits()['mixed']).toMatchObject({ state: 'closed', opened: 0 })
    const statuses = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        call(['eve', 'ann', 'bob'][index % 3] as string, true).then(({ status }) => status),
      ),
    )
    expect(new Set(statuses.filter((_, index) => index % 3 === 0))).toEqual(new Set([403]))
    expect(app.circuits()['mixed']).toMatchObject({ state: 'open', opened: 1 })
    expect(app.concurrency().actions['mixed']).toMatchObject({ active: 0 })
    await client.close()
  })

  test('whoever leaves, again and again, opens nothing and leaves no place taken', async () => {
    const { app } = appOf({ concurrency: 5 })
    let started = 0
    app.post(
      '/wait',
      { ...on('wait'), breaker: { failures: 2 }, concurrency: 2 },
      (_args, call) => {
        started++
        // As clients of databases do: an error of their own for an aborted signal.
        return new Promise((_, reject) => {
          call.signal.addEventListener('abort', () => reject(new Error('query cancelled')))
        })
      },
    )
    server = await serve(app, { port: 0, signals: false, drainTimeout: '200ms' })
    for (let index = 1; index <= 6; index++) {
      const connection = new RawConnection(server.port)
      connection.send(
        'POST /wait HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\nContent-Length: 0\r\n\r\n',
      )
      await eventually(() => expect(started).toBe(index))
      connection.vanish()
      await eventually(() => expect(app.concurrency().active).toBe(0))
    }
    expect(app.circuits()['wait']).toMatchObject({ state: 'closed', failures: 0 })
    expect(app.concurrency().actions['wait']).toMatchObject({ active: 0, total: 6, peak: 1 })
  })

  test('whoever sends a body slowly to a handler that reads it opens nothing', async () => {
    const { app } = appOf()
    const options = { ...on('import'), tool: false, cli: false, timeout: '50ms' } as const
    app.post('/import', { ...options, breaker: { failures: 1 } }, async (_args, call) => {
      await call.request.body()
    })
    server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
    const connection = new RawConnection(server.port)
    connection.send(
      'POST /import HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\nContent-Length: 9\r\n\r\nhalf',
    )
    const response = await connection.response()
    expect(response?.status).toBe(504)
    expect(app.circuits()['import']).toMatchObject({ state: 'closed', failures: 0 })
    connection.vanish()
  })

  test.each(['body', 'stream'] as const)(
    'whoever sends a body that is wrong to a handler with a library that wraps errors opens nothing (%s)',
    async (member) => {
      const { app } = appOf({ body: '1kb' })
      app.post('/store', { breaker: { failures: 1 } }, async (_args, call) => {
        try {
          if (member === 'body') await call.request.body()
          else for await (const piece of call.request.stream()) void piece
        } catch (cause) {
          throw new Error('the upload failed', { cause })
        }
      })
      server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
      for (const chunk of [`800\r\n${'x'.repeat(0x800)}\r\n0\r\n\r\n`, '5\r\nhello\r\nZZ\r\n']) {
        const connection = new RawConnection(server.port)
        connection.send(
          'POST /store HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\n' +
            `Transfer-Encoding: chunked\r\n\r\n${chunk}`,
        )
        expect(await connection.response()).not.toBe(null)
        await settled()
        expect(app.circuits()['POST /store']).toMatchObject({ state: 'closed', failures: 0 })
        connection.vanish()
      }
    },
  )

  test('an answer that is too large for an agent is the wish of its caller', async () => {
    const { app } = appOf({}, { mcp: { maxResponseSize: '1kb' } })
    app.get(
      '/list',
      {
        ...on('list'),
        params: { limit: z.int() },
        breaker: { failures: 1 },
      },
      async function* ({ limit }) {
        for (let index = 0; index < limit; index++) yield 'x'.repeat(100)
      },
    )
    server = await serve(app, { port: 0, signals: false })
    const surface = surfaceOf('mcp-modern', app, server)
    const answer = await surface.call('list', { limit: 1000 }, { token: 'eve' })
    expect(answer.problem?.['code']).toBe('response_too_large')
    expect(app.circuits()['list']).toMatchObject({ state: 'closed' })
  })
})

describe('P-MWL-3: nobody keeps a place', () => {
  test('each caller has their own places, whatever they are called', async () => {
    const { app } = appOf()
    const gate = new Gate()
    app.post('/x', { ...on('x'), concurrency: { limit: 1, per: 'caller' } }, () => gate.wait())
    const client = testClient(app)
    const call = (token: string) =>
      client.http.post('/x', { headers: { authorization: `Bearer ${token}` } })
    const callers = ['__proto__', 'constructor', 'a:b', 'a', 'b', '["a"]']
    const first = callers.map(call)
    await gate.reached
    await settled()
    const second = await Promise.all(callers.map(call))
    expect(second.map(({ status }) => status)).toEqual(callers.map(() => 503))
    expect(app.concurrency().actions['x']).toMatchObject({
      active: callers.length,
      refused: callers.length,
    })
    gate.open()
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual(callers.map(() => 204))
    expect(app.concurrency().actions['x']).toMatchObject({ active: 0 })
    await client.close()
  })

  test('1,000 calls at once at a limit of 100: exactly 100 run', async () => {
    const { app } = appOf({ concurrency: 100 })
    const gate = new Gate()
    app.post('/x', on('x'), () => gate.wait())
    const client = testClient(app)
    const call = () => client.http.post('/x', { headers: { authorization: 'Bearer ann' } })
    const all = Promise.all(Array.from({ length: 1000 }, call))
    await gate.reached
    await eventually(() => expect(app.concurrency().refused).toBe(900))
    expect(app.concurrency()).toMatchObject({ active: 100, peak: 100, total: 100 })
    gate.open()
    const statuses = (await all).map(({ status }) => status)
    expect(statuses.filter((status) => status === 204)).toHaveLength(100)
    expect(statuses.filter((status) => status === 503)).toHaveLength(900)
    expect(app.concurrency().active).toBe(0)
    await client.close()
  })

  test('a stream gives its place back when its reader leaves, and when the server stops', async () => {
    const { app } = appOf({ concurrency: 2 })
    app.get('/events', (_args, call) => {
      async function* events() {
        yield { data: 'tick' }
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve))
      }
      return sse(events())
    })
    server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
    const open = () => {
      const connection = new RawConnection(server?.port ?? 0)
      connection.send(
        'GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\n\r\n',
      )
      return connection
    }
    for (let round = 0; round < 3; round++) {
      const connection = open()
      await eventually(() => expect(app.concurrency().active).toBe(1))
      connection.vanish()
      await eventually(() => expect(app.concurrency().active).toBe(0))
    }
    const last = open()
    await eventually(() => expect(app.concurrency().active).toBe(1))
    await server.close()
    server = null
    expect(app.concurrency().active).toBe(0)
    last.vanish()
  })

  test('a handler that hangs gives its place back with its deadline', async () => {
    const { app } = appOf()
    app.post(
      '/hang',
      { ...on('hang'), timeout: '100ms', concurrency: 1 },
      () => new Promise(() => {}),
    )
    const client = testClient(app)
    for (let round = 0; round < 3; round++) {
      const { status } = await client.http.post('/hang', {
        headers: { authorization: 'Bearer ann' },
      })
      expect(status).toBe(504)
    }
    expect(app.concurrency().actions['hang']).toMatchObject({ active: 0, refused: 0 })
    await client.close()
  })
})

test('an action called as a member of every object has statistics of its own', async () => {
  const { app } = appOf()
  app.action('__proto__', { ...on('__proto__'), concurrency: 1, breaker: true }, () => 1)
  expect(Object.keys(app.concurrency().actions)).toEqual(['__proto__'])
  expect(Object.keys(app.circuits())).toEqual(['__proto__'])
  expect(Object.values(app.circuits())).toMatchObject([{ state: 'closed' }])
})

test('test clients that are somebody else use the places and circuits of the app', async () => {
  const { app } = appOf()
  app.post('/fail', { ...on('fail'), breaker: { failures: 2 } }, () => {
    throw new HttpError(502)
  })
  for (const subject of ['ann', 'bob']) {
    const client = testClient(app, { as: new AuthContext({ subject }) })
    expect((await client.http.post('/fail')).status).toBe(502)
    await client.close()
  }
  expect(app.circuits()['fail']).toMatchObject({ state: 'open', failures: 2 })
})

test('P-MWL-6: the cooldown goes by the clock of the app; wall time that jumps changes nothing', async () => {
  let elapsed = 0
  let now = 1_000_000
  const { app, lines } = appOf({}, { clock: { now: () => now, elapsed: () => elapsed } })
  let isDown = true
  app.post('/x', { ...on('x'), breaker: { failures: 1, cooldown: '60s' } }, () => {
    if (isDown) boom()
  })
  const client = testClient(app)
  const status = async () =>
    (await client.http.post('/x', { headers: { authorization: 'Bearer ann' } })).status
  expect(await status()).toBe(500)
  now += 3_600_000
  expect(await status()).toBe(503)
  now = 0
  elapsed = 59_999
  expect(await status()).toBe(503)
  elapsed = 60_000
  expect(app.circuits()['x']).toMatchObject({ state: 'half-open', retryAfter: 0 })
  expect(await status()).toBe(500)
  expect(app.circuits()['x']).toMatchObject({ state: 'open', retryAfter: 60, opened: 1 })
  isDown = false
  elapsed = 120_000
  expect(await status()).toBe(204)
  expect(app.circuits()['x']).toMatchObject({ state: 'closed', failures: 0, retryAfter: null })
  const changes = lines.all.filter(({ message }) => message.startsWith('Circuit'))
  expect(changes.map(({ level, message }) => [level, message])).toEqual([
    ['warn', 'Circuit opened'],
    ['info', 'Circuit closed'],
  ])
  await client.close()
})

test('whoever takes all places does not have the process ended: liveness needs none', async () => {
  const { app } = appOf({ concurrency: 1 }, { parts: [health()] })
  const gate = new Gate()
  app.post('/hold', on('hold'), () => gate.wait())
  const client = testClient(app)
  const as = { headers: { authorization: 'Bearer eve' } }
  const first = client.http.post('/hold', as)
  await gate.reached
  expect((await client.http.post('/hold', as)).status).toBe(503)
  expect((await client.http.get('/health')).status).toBe(200)
  gate.open()
  await first
  await client.close()
})

test('P-MWL-3: whoever leaves at whatever moment, on whatever surface, leaves no place taken', async () => {
  const soon = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 10))
  const standing = { allowed: true, remaining: 1, retryAfter: 0, resetAfter: 0 }
  const rateStore = {
    consume: (demands: readonly object[]) => soon().then(() => demands.map(() => standing)),
  }
  const { app } = appOf(
    { concurrency: 1000, close: '100ms', rate: '5/min', rateStore },
    { approval: () => soon().then(() => true) },
  )
  app.post(
    '/it',
    {
      ...on('it'),
      needsApproval: true,
      timeout: '40ms',
      concurrency: { limit: 1000, per: 'caller' },
      breaker: { failures: 3, cooldown: '1ms' },
      params: { a: z.string().refine(() => soon().then(() => true)) },
      middleware: [(_call, next) => soon().then(next)],
    },
    async () => {
      await soon()
      if (Math.random() < 0.3) boom()
      async function* pieces() {
        for (let index = 0; index < 3; index++) {
          await soon()
          yield 'x'
        }
      }
      return Math.random() < 0.5 ? 1 : pieces()
    },
  )
  server = await serve(app, { port: 0, signals: false, drainTimeout: '200ms' })
  const served = server
  await Promise.all(
    SURFACE_IDS.flatMap((id) =>
      Array.from({ length: 30 }, async () => {
        const leaving = new AbortController()
        setTimeout(() => leaving.abort(), Math.random() * 80)
        const options = { token: 'bob', approval: 'yes', signal: leaving.signal }
        await surfaceOf(id, app, served)
          .call('it', { a: 'x' }, options)
          .catch(() => {})
      }),
    ),
  )
  await eventually(() => expect(app.concurrency().active).toBe(0))
  expect(app.concurrency().actions['it']).toMatchObject({ active: 0, refused: 0 })
  expect(app.concurrency().total).toBeGreaterThan(0)
})

describe('P-MWL-6: a stream that began closes its circuit, or whoever reads on and leaves would hold it', () => {
  /** An action whose streams last until their reader leaves, and its circuit. */
  function eventsOf(begin: () => void, go: () => void = () => {}) {
    const { app, lines } = appOf()
    const options = { breaker: { failures: 2, cooldown: '100ms' }, concurrency: 0 } as const
    app.get('/events', options, (_args, call) => {
      begin()
      async function* events() {
        yield { data: 'tick' }
        go()
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve))
      }
      return sse(events())
    })
    return { app, lines, state: () => app.circuits()['GET /events'] }
  }
  const ASK = 'GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ann\r\n\r\n'

  test('one that reads on lets others in', async () => {
    let isDown = true
    const { app, lines, state } = eventsOf(() => {
      if (isDown) boom()
    })
    server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
    const open = () => {
      const connection = new RawConnection(server?.port ?? 0)
      connection.send(ASK)
      return connection
    }
    for (let index = 0; index < 2; index++) expect((await open().response())?.status).toBe(500)
    expect(state()).toMatchObject({ state: 'open' })
    isDown = false
    await eventually(() => expect(state()).toMatchObject({ state: 'half-open' }))
    const readers = [open()]
    await eventually(() => expect(state()).toMatchObject({ state: 'closed', failures: 0 }))
    readers.push(open(), open())
    await eventually(() => expect(app.concurrency().actions['GET /events']?.active).toBe(3))
    for (const reader of readers) reader.vanish()
    expect(lines.all.filter(({ message }) => message === 'Circuit closed')).toHaveLength(1)
  })

  test('one that fails after it began is a failure still', async () => {
    let isDown = true
    const { app, state } = eventsOf(
      () => {
        if (isDown) boom()
      },
      () => boom(),
    )
    const client = testClient(app)
    const ask = () => client.http.get('/events', { headers: { authorization: 'Bearer ann' } })
    for (let index = 0; index < 2; index++) expect((await ask()).status).toBe(500)
    isDown = false
    await eventually(() => expect(state()).toMatchObject({ state: 'half-open' }))
    for (const failures of [1, 2]) {
      await ask().catch(() => {})
      expect(state()).toMatchObject({ state: failures === 2 ? 'open' : 'closed', failures })
    }
    await client.close()
  })
})
