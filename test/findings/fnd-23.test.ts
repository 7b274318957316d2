// FND-23: an app hears at the start of draining that it is about to stop, by a hook and by a signal
// of each call, on every surface; an event stream that only waits keeps no server from stopping.

import { createServer } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createApp, dependency, type SseEvent, sse, stream } from 'trefoil'
import { type RunningServer, serve, toNodeHandler } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { eventually } from '../attacks/eventually.ts'
import { selfSigned } from '../http/self-signed.ts'

const quiet = () => {}
const errors: unknown[] = []
/** Far more than any test takes: whoever is waited for until then is noticed. */
const DRAIN = '60s'
let servers: RunningServer[] = []
afterEach(async () => {
  errors.length = 0
  await Promise.all(servers.map((server) => server.close()))
  servers = []
})

function makeApp(told: string[] = []) {
  const app = createApp({
    name: 'drain',
    env: {},
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: {
      logger: {
        debug: quiet,
        info: quiet,
        warn: quiet,
        error: (fields, text) => void errors.push([text, (fields as { err?: Error }).err?.message]),
      },
    },
  })
  const db = dependency(async function* () {
    try {
      yield 1
      told.push('committed')
    } catch {
      told.push('rolled back')
    }
  })
  app.onShutdown(() => void told.push('shutdown'))
  app.get('/ok', () => 'ok')
  app.get(
    '/wait',
    { name: 'wait', description: 'Waits for the end.', tool: true, cli: true },
    async (_, call) => {
      told.push('waiting')
      await ended(call.draining)
      return { reason: call.draining.reason.code, aborted: call.signal.aborted }
    },
  )
  const never = () => new Promise<never>(() => {})
  async function* silent(): AsyncGenerator<SseEvent> {
    yield { data: 'first' }
    await never()
  }
  async function* busy(): AsyncGenerator<SseEvent> {
    for (let n = 0; n < 15; n++) {
      yield { data: n }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    yield { data: 'last' }
  }
  async function* polite(signal: AbortSignal): AsyncGenerator<SseEvent> {
    yield { data: 'first' }
    await ended(signal)
    // Longer than a stream that nobody sees to would be left alone.
    await new Promise((resolve) => setTimeout(resolve, 1300))
    yield { event: 'bye', data: '', retry: 50 }
  }
  // Its comments are no events.
  app.get('/silent', { params: { db } }, () => sse(silent(), { heartbeat: '200ms' }))
  app.get('/busy', () => sse(busy()))
  app.get('/polite', (_, call) => sse(polite(call.draining)))
  app.get('/lines', () =>
    stream(
      (async function* () {
        yield 'first\n'
        await never()
      })(),
    ),
  )
  return app
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function started(app: ReturnType<typeof makeApp>, drainTimeout = DRAIN) {
  const server = await serve(app, { port: 0, signals: false, drainTimeout })
  servers.push(server)
  return server
}

/** Reads an answer as it comes. */
async function reading(url: string) {
  const response = await fetch(url)
  const seen = { text: '', end: '' }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  const over = (async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      seen.text += decoder.decode(value)
    }
  })().then(
    () => (seen.end = 'clean'),
    () => (seen.end = 'cut'),
  )
  await eventually(() => expect(seen.text).toMatch(/first|data: 0/))
  return { seen, over }
}

test('FND-23: hooks are told before calls are waited for, once, and what they throw is logged', async () => {
  const told: string[] = []
  const app = makeApp(told)
  app.onDrain((host) => void told.push(`drain ${host === app}`))
  app.onDrain(() => {
    throw new Error('not there')
  })
  app.onDrain(async () => {
    await Promise.reject(new Error('late'))
  })
  app.onDrain(() => void told.push('last'))
  const server = await started(app)
  const answer = fetch(`${server.url}/wait`)
  await eventually(() => expect(told).toEqual(['waiting']))
  await Promise.all([server.close(), server.close()])
  expect(await (await answer).json()).toEqual({ reason: 'unavailable', aborted: false })
  expect(told).toEqual(['waiting', 'drain true', 'last', 'shutdown'])
  expect(errors).toEqual([
    ['Drain hook failed', 'not there'],
    ['Drain hook failed', 'late'],
  ])
})

test('FND-23: a hook that hangs holds nothing up beyond drainTimeout', async () => {
  const told: string[] = []
  const app = makeApp(told)
  app.onDrain(() => new Promise(() => {}))
  const server = await started(app, '100ms')
  await server.close()
  expect(told).toEqual(['shutdown'])
})

test('FND-23: an app that cannot listen is told too before it stops', async () => {
  const told: string[] = []
  const first = await serve(makeApp(), { port: 0, signals: false })
  servers.push(first)
  const app = makeApp(told)
  app.onDrain(() => void told.push('drain'))
  await expect(serve(app, { port: first.port, signals: false })).rejects.toThrow('EADDRINUSE')
  expect(told).toEqual(['drain', 'shutdown'])
})

test('FND-23: hooks are registered before start-up, and run again after another', async () => {
  const told: string[] = []
  const app = makeApp(told)
  app.onDrain(() => void told.push('drain'))
  await app.startup()
  expect(() => app.onDrain(quiet)).toThrow('after start-up has begun')
  await app.shutdown()
  await app.startup()
  const wait = app.fetch(new Request('http://localhost/wait'))
  await eventually(() => expect(told).toEqual(['drain', 'shutdown', 'waiting']))
  await app.drain()
  await app.drain()
  expect((await wait).status).toBe(200)
  await app.shutdown()
  expect(told).toEqual(['drain', 'shutdown', 'waiting', 'drain', 'shutdown'])
})

describe('FND-23: the signal of a call', () => {
  test.each(['http', 'mcp modern', 'mcp legacy', 'cli remote', 'cli local'])(
    'over %s',
    async (way) => {
      const told: string[] = []
      const app = makeApp(told)
      app.onDrain(() => void told.push('drain'))
      await using client = testClient(app, way === 'mcp legacy' ? { era: 'legacy' } : {})
      const calling = async () => {
        if (way === 'http') return (await client.http.get('/wait')).json()
        if (way.startsWith('mcp')) return JSON.parse((await client.mcp.callTool('wait')).text)
        return way === 'cli local'
          ? (await client.cli.call('wait', {}, { local: true })).body
          : (await client.cli.call('wait', {})).body
      }
      const answer = calling()
      await eventually(() => expect(told).toEqual(['waiting']))
      await client.drain()
      expect(await answer).toEqual({ reason: 'unavailable', aborted: false })
      expect(told).toEqual(['waiting', 'drain'])
    },
  )

  test('is told at once while draining, and in background work', async () => {
    const told: string[] = []
    const app = makeApp(told)
    app.post('/later', (_, call) => {
      call.background(async () => {
        told.push('working')
        await ended(call.draining)
        told.push('heard')
      })
      return 'ok'
    })
    await using client = testClient(app)
    await client.http.post('/later')
    await eventually(() => expect(told).toEqual(['working']))
    await client.drain()
    await eventually(() => expect(told).toEqual(['working', 'heard']))
    expect((await client.http.get('/wait')).status).toBe(200)
  })

  test('is of that call alone', async () => {
    const app = createApp({ name: 'own', env: {}, publicSurfaces: ['api', 'mcp', 'cli'] })
    const signals: AbortSignal[] = []
    app.get('/', (_, call) => {
      signals.push(call.draining)
      expect(call.draining).toBe(call.draining)
      return 'ok'
    })
    await using client = testClient(app)
    await client.http.get('/')
    await client.http.get('/')
    expect(signals[0]).not.toBe(signals[1])
    // A call that is over is forgotten, however many there were.
    await client.drain()
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
  })
})

test('FND-23: an event stream that only waits ends cleanly, and what it holds is closed', async () => {
  const told: string[] = []
  const server = await started(makeApp(told))
  const { seen, over } = await reading(`${server.url}/silent`)
  await server.close()
  await over
  expect(seen).toEqual({ text: expect.stringContaining('data: first'), end: 'clean' })
  expect(told).toEqual(['committed', 'shutdown'])
})

test('FND-23: over HTTP/2 too', async () => {
  const { key, cert } = selfSigned()
  const server = await serve(makeApp(), {
    port: 0,
    signals: false,
    drainTimeout: DRAIN,
    tls: { key, cert },
  })
  servers.push(server)
  const session = connectHttp2(`https://localhost:${server.port}`, { ca: cert })
  const asked = session.request({ ':path': '/silent' })
  let text = ''
  let isWhole = false
  asked.on('data', (piece) => {
    text += piece
  })
  asked.on('end', () => {
    isWhole = true
  })
  await eventually(() => expect(text).toContain('first'))
  await server.close()
  expect({ isWhole, code: asked.rstCode }).toEqual({ isWhole: true, code: 0 })
})

test('FND-23: one that sends on is left to end, and one whose handler looks ends by itself', async () => {
  const server = await started(makeApp())
  const [busy, polite] = await Promise.all([
    reading(`${server.url}/busy`),
    reading(`${server.url}/polite`),
  ])
  await server.close()
  await Promise.all([busy.over, polite.over])
  expect(busy.seen).toEqual({ text: expect.stringContaining('data: last'), end: 'clean' })
  expect(polite.seen).toEqual({ text: expect.stringContaining('event: bye'), end: 'clean' })
})

test('FND-23: any other stream is no whole one when it is cut', async () => {
  const server = await started(makeApp(), '1500ms')
  const { seen, over } = await reading(`${server.url}/lines`)
  await server.close()
  await over
  expect(seen).toEqual({ text: 'first\n', end: 'cut' })
})

test('FND-23: a server that is not ours drains the app it has mounted', async () => {
  const told: string[] = []
  const app = makeApp(told)
  app.onDrain(() => void told.push('drain'))
  await app.startup()
  const host = createServer(toNodeHandler(app))
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  const { port } = host.address() as AddressInfo
  const { seen, over } = await reading(`http://127.0.0.1:${port}/silent`)
  const closed = new Promise((resolve) => host.close(resolve))
  await app.drain()
  await over
  expect(seen.end).toBe('clean')
  host.closeIdleConnections()
  await closed
  await app.shutdown()
  expect(told).toEqual(['drain', 'committed', 'shutdown'])
})
