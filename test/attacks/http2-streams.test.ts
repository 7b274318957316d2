// Who attacks: a client of HTTP/2 that cancels streams, or never ends them. What they would win:
// calls that run on for nobody, unrecorded; connections and bodies held open for ever; a server
// that cannot stop.
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type AccessEvent, createApp, dependency } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, type ServeOptions, serve } from '../../packages/trefoil/src/node.ts'
import { selfSigned } from '../http/self-signed.ts'
import { eventually } from './eventually.ts'

const CANCEL = 8
const silent = () => {}
const { key, cert } = selfSigned()
const events: AccessEvent[] = []
const told: string[] = []
let aborts = 0
let running = 0
let gate = Promise.withResolvers<void>()
let server: RunningServer

const db = dependency(async function* () {
  running++
  try {
    yield {}
    told.push('commit')
  } catch (error) {
    told.push(error instanceof Error ? error.message : String(error))
    throw error
  } finally {
    running--
  }
})

async function* stuck(): AsyncGenerator<string> {
  yield 'first'
  await new Promise(() => {})
}

async function* failing(): AsyncGenerator<string> {
  yield 'first'
  throw new Error('row 2 is broken')
}

function makeApp() {
  const app = createApp({
    name: 'h2',
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: {
      access: (event) => void events.push(event),
      logger: { debug: silent, info: silent, warn: silent, error: silent },
    },
  })
  app.get('/ok', () => 'ok')
  app.get('/big', () => 'x'.repeat(5_000_000))
  app.get('/stuck', { params: { db } }, () => stuck())
  app.get('/failing', { params: { db } }, () => failing())
  app.get('/late', { params: { db } }, async (_args, call) => {
    call.signal.addEventListener('abort', () => aborts++)
    await gate.promise
    return 'late'
  })
  app.post('/echo', { params: { text: z.string() } }, ({ text }) => text)
  app.post('/raw', async (_args, call) => {
    let size = 0
    for await (const piece of call.request.stream()) size += piece.byteLength
    return { size }
  })
  app.post('/unread', () => 'unread')
  return app
}

const start = (options: ServeOptions = {}) =>
  serve(makeApp(), { port: 0, signals: false, tls: { key, cert }, ...options })

beforeAll(async () => {
  server = await start({
    headersTimeout: '500ms',
    requestTimeout: '500ms',
    keepAliveTimeout: '400ms',
  })
})
afterAll(() => server.close())

function session({ port }: RunningServer = server): ClientHttp2Session {
  const client = connect(`https://localhost:${port}`, { ca: cert })
  client.on('error', silent)
  return client
}

interface Asked {
  readonly stream: ClientHttp2Stream
  status(): unknown
  text(): string
}

function ask(client: ClientHttp2Session, path: string, method = 'GET'): Asked {
  const stream = client.request(
    { ':path': path, ':method': method },
    { endStream: method === 'GET' },
  )
  let status: unknown
  let text = ''
  stream.on('error', silent)
  stream.on('response', (headers) => {
    status = headers[':status']
  })
  stream.on('data', (piece) => {
    text += piece
  })
  return { stream, status: () => status, text: () => text }
}

const eventOf = (path: string, from: number) =>
  events.slice(from).filter((event) => event.path === path)

it('W-16d, OBS-4: a cancelled call hears of it, rolls back and is recorded', async () => {
  gate = Promise.withResolvers<void>()
  const client = session()
  const [before, from, said] = [aborts, events.length, told.length]
  const { stream } = ask(client, '/late')
  await eventually(() => expect(running).toBe(1))
  stream.close(CANCEL)
  await eventually(() => expect(aborts).toBe(before + 1))
  gate.resolve()
  await eventually(() => expect(eventOf('/late', from)).toMatchObject([{ outcome: 'aborted' }]))
  expect(told.length).toBe(said + 1)
  client.close()
})

it.each([CANCEL, 0, 2])('W-15, OBS-4: a stream reset with code %d is aborted', async (code) => {
  const client = session()
  const [from, said] = [events.length, told.length]
  const asked = ask(client, '/stuck')
  await eventually(() => expect(asked.text()).toBe('first'))
  asked.stream.close(code)
  await eventually(() => expect(eventOf('/stuck', from)).toMatchObject([{ outcome: 'aborted' }]))
  expect(told.slice(said)).toEqual(['Client disconnected before the answer was complete'])
  client.close()
})

it('OBS-4: a stream that breaks is failed, and a whole one is ok', async () => {
  const client = session()
  const from = events.length
  ask(client, '/failing')
  await eventually(() => expect(eventOf('/failing', from)).toMatchObject([{ outcome: 'failed' }]))
  ask(client, '/ok')
  await eventually(() => expect(eventOf('/ok', from)).toMatchObject([{ outcome: 'ok', bytes: 2 }]))
  client.close()
})

it('OBS-4: a large answer that is not read to its end is aborted', async () => {
  const client = session()
  const from = events.length
  const stream = client.request({ ':path': '/big' })
  stream.on('error', silent)
  await new Promise((resolve) => stream.once('response', resolve))
  stream.close(CANCEL)
  await eventually(() => expect(eventOf('/big', from)).toMatchObject([{ outcome: 'aborted' }]))
  client.close()
})

it.each(['/echo', '/raw'])(
  'SEC-2: a body of %s that never ends is answered with 408',
  async (path) => {
    const client = session()
    const asked = ask(client, path, 'POST')
    const drip = setInterval(() => asked.stream.write('a'), 50)
    await eventually(() => expect(asked.status()).toBe(408))
    await eventually(() => expect(asked.stream.closed).toBe(true))
    clearInterval(drip)
    expect(asked.text()).toContain('request_timeout')
    client.close()
  },
)

it('SEC-2: a body cut short is not taken for whole', async () => {
  const client = session()
  const from = events.length
  const { stream } = ask(client, '/raw', 'POST')
  stream.write('abc')
  await new Promise((resolve) => setTimeout(resolve, 100))
  // Not `stream.close()`: node's client would end the body first.
  client.destroy()
  await eventually(() =>
    expect(eventOf('/raw', from)).toMatchObject([{ outcome: 'aborted', status_code: 400 }]),
  )
})

it.each(['/unread', '/echo'])(
  'SEC-2: what is left of a body of %s is not swallowed',
  async (path) => {
    const client = session()
    const asked = ask(client, path, 'POST')
    // More than `maxBodySize`, at a pace that no timeout minds.
    const piece = Buffer.alloc(1_000_000, 97)
    let sent = 0
    while (!asked.stream.closed && sent < 40_000_000) {
      sent += piece.byteLength
      await new Promise((resolve) => {
        asked.stream.once('close', resolve)
        asked.stream.write(piece, () => setTimeout(resolve, 2))
      })
    }
    expect(sent).toBeLessThan(40_000_000)
    expect(asked.status()).toBe(path === '/unread' ? 200 : 413)
    client.close()
  },
)

it('SEC-2: a connection that asks nothing is closed, one that waits for an answer is not', async () => {
  gate = Promise.withResolvers<void>()
  const [idle, silentOne, busy] = [session(), session(), session()]
  await eventually(() => expect([silentOne.connecting, idle.connecting]).toEqual([false, false]))
  ask(idle, '/ok')
  const waiting = ask(busy, '/late')
  await eventually(() => expect([idle.closed, silentOne.closed]).toEqual([true, true]))
  await new Promise((resolve) => setTimeout(resolve, 300))
  gate.resolve()
  await eventually(() => expect(waiting.text()).toBe('late'))
  await eventually(() => expect(busy.closed).toBe(true))
})

it('cancelled streams do not keep the server from closing', async () => {
  const other = await start()
  const client = session(other)
  const asked = [ask(client, '/stuck'), ask(client, '/stuck')]
  await eventually(() => expect(asked.map(({ text }) => text())).toEqual(['first', 'first']))
  for (const { stream } of asked) stream.close(CANCEL)
  await eventually(() => expect(running).toBe(0))
  const started = performance.now()
  await other.close()
  expect(performance.now() - started).toBeLessThan(2_000)
})

it('nor does an HTTP/1.1 call on the same port that never ends', async () => {
  gate = Promise.withResolvers<void>()
  const other = await start({ drainTimeout: '200ms' })
  const [from, before] = [events.length, running]
  const call = httpsRequest(`https://localhost:${other.port}/late`, { ca: cert, agent: false })
  call.on('error', silent)
  call.end()
  await eventually(() => expect(running).toBe(before + 1))
  const closing = other.close()
  await eventually(() => expect(eventOf('/late', from).length + aborts).toBeGreaterThan(0))
  setTimeout(() => gate.resolve(), 600)
  await closing
  call.destroy()
})
