// FND-21: whoever sends a request and leaves has said what is to be done. It runs, with its signal
// aborted, also when its sender left while something was waited for before the body was read; half a
// request never runs. What is said of it is what was seen.
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { createApp, dependency } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { type RunningServer, serve } from 'trefoil/node'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventually } from '../attacks/eventually.ts'
import { selfSigned } from '../http/self-signed.ts'

const TIMES = 20
const { key, cert } = selfSigned()
const quiet = () => {}
const lines: string[] = []
const ran: unknown[] = []
const signals: boolean[] = []
const records: { readonly outcome: string; readonly code: string | null }[] = []
/** Authenticators wait until their callers have left. */
let gate = Promise.withResolvers<void>()
let waiting = 0
/** Those of them whose callers the server has seen leave. */
let left = 0
let plain: RunningServer
let secure: RunningServer

async function wait(signal: AbortSignal): Promise<void> {
  waiting++
  signal.addEventListener('abort', () => left++)
  await gate.promise
}

const slow = dependency(async (_uses, call) => {
  await wait(call.signal)
  return 1
})

function app() {
  const app = createApp({
    name: 'leave',
    env: {},
    publicSurfaces: ['mcp', 'cli'],
    log: {
      logger: {
        debug: quiet,
        info: quiet,
        warn: quiet,
        error: (_f, text) => void lines.push(text),
      },
      onCall: ({ outcome, problem }) => void records.push({ outcome, code: problem }),
    },
    auth: [
      {
        surfaces: ['api'],
        authenticate: async ({ signal }) => {
          await wait(signal)
          return new AuthContext({ subject: 'u' })
        },
      },
    ],
  })
  const run = (value: unknown, signal: AbortSignal) => {
    ran.push(value)
    signals.push(signal.aborted)
    return { ok: 1 }
  }
  const params = { a: z.int() }
  app.post('/protected', { params }, ({ a }, call) => run(a, call.signal))
  app.post('/public', { public: true, params }, ({ a }, call) => run(a, call.signal))
  app.post('/protected/none', (_, call) => run(null, call.signal))
  app.post('/public/none', { public: true }, (_, call) => run(null, call.signal))
  app.post('/protected/text', async (_, call) => {
    return run(new TextDecoder().decode(await call.request.body()), call.signal)
  })
  app.post('/protected/pieces', async (_, call) => {
    let text = ''
    for await (const piece of call.request.stream()) text += new TextDecoder().decode(piece)
    return run(text, call.signal)
  })
  app.post('/public/late', { public: true, params: { slow } }, async (_, call) => {
    return run(new TextDecoder().decode(await call.request.body()), call.signal)
  })
  return app
}

beforeAll(async () => {
  plain = await serve(app(), { port: 0, signals: false })
  secure = await serve(app(), { port: 0, signals: false, tls: { key, cert } })
})
afterAll(async () => {
  gate.resolve()
  await Promise.all([plain.close(), secure.close()])
})
beforeEach(() => {
  gate = Promise.withResolvers<void>()
  waiting = 0
  left = 0
  for (const list of [ran, signals, records, lines]) list.length = 0
})

type Leave = 'end' | 'destroy'

/** Sends a request over HTTP/1.1 and leaves. */
async function http1(path: string, body: string, leave: Leave, announced = body.length) {
  const socket: Socket = connect(plain.port, '127.0.0.1')
  socket.on('error', quiet)
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${announced}\r\n\r\n`
  await new Promise<void>((sent) => socket.write(head + body, () => sent()))
  await leaving(path)
  socket[leave]()
}

/** The same over HTTP/2: a goodbye or a cancelled stream; a connection that is gone. */
async function http2(path: string, body: string, leave: Leave, announced = body.length) {
  const session: ClientHttp2Session = connectHttp2(`https://localhost:${secure.port}`, { ca: cert })
  session.on('error', quiet)
  const length = announced === body.length ? {} : { 'content-length': announced }
  const stream = session.request(
    { ':method': 'POST', ':path': path, 'content-type': 'application/json', ...length },
    { endStream: body === '' },
  )
  stream.on('error', quiet)
  if (announced !== body.length) stream.write(body)
  else if (body !== '') stream.end(body)
  // An answer to a ping is an answer to all that was sent before it.
  await new Promise<void>((resolve) => session.once('connect', () => resolve()))
  await new Promise<void>((resolve) => session.ping(() => resolve()))
  await leaving(path)
  if (leave === 'end') stream.close(8)
  session[leave === 'end' ? 'close' : 'destroy']()
}

/** Who waits for the body waits for nobody to leave. */
async function leaving(path: string) {
  if (path.startsWith('/protected') || path.endsWith('late')) {
    await eventually(() => expect(waiting).toBeGreaterThan(0))
  }
}

const SENDERS = { 'HTTP/1.1': http1, 'HTTP/2': http2 }
const WAYS = Object.entries(SENDERS).flatMap(([protocol, send]) =>
  (['end', 'destroy'] as const).map((leave) => ({ protocol, leave, send })),
)

describe.each(WAYS)('FND-21: over $protocol, a sender who leaves by $leave', ({ leave, send }) => {
  const all = async (path: string, body: string) => {
    await Promise.all(Array.from({ length: TIMES }, () => send(path, body, leave)))
  }
  const whole = Array.from({ length: TIMES })

  test.each([
    ['/protected', '{"a":1}', 1],
    ['/protected/none', '', null],
    ['/protected/text', '{"a":1}', '{"a":1}'],
    ['/protected/pieces', '{"a":1}', '{"a":1}'],
    ['/public/late', '{"a":1}', '{"a":1}'],
  ])('a whole request to %s runs, its signal aborted', async (path, body, value) => {
    await all(path, body)
    await eventually(() => expect(left).toBe(TIMES))
    gate.resolve()
    await eventually(() => expect(records).toHaveLength(TIMES))
    expect(ran).toEqual(whole.fill(value))
    expect(signals).toEqual(whole.fill(true))
    expect(records.every(({ outcome, code }) => outcome === 'aborted' && code === null)).toBe(true)
  })

  test.each([
    ['/public', '{"a":1}', 1],
    ['/public/none', '', null],
  ])('and so does one to %s', async (path, body, value) => {
    await all(path, body)
    await eventually(() => expect(ran).toEqual(whole.fill(value)))
    await eventually(() => expect(records).toHaveLength(TIMES))
  })

  test('half a request runs nothing, and that is what is said of it', async () => {
    await Promise.all(
      ['/protected', '/protected/text', '/protected/pieces', '/public/late'].map((path) =>
        send(path, '{"a":1}', leave, 8),
      ),
    )
    await eventually(() => expect(left).toBe(4))
    gate.resolve()
    await eventually(() => expect(records).toHaveLength(4))
    expect(ran).toEqual([])
    expect(records.map(({ code }) => code)).toEqual(Array(4).fill('client_disconnected'))
  })
})

test('FND-21: what is said to a dependency of a whole request is not that its body was cut', async () => {
  const told: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const host = createApp({ name: 'told', env: {}, publicSurfaces: ['api', 'mcp', 'cli'] })
  host.post('/', { params: { a: z.int() } }, async (_, call) => {
    await new Promise<void>((left) => call.signal.addEventListener('abort', () => left()))
    told.push(String(call.signal.reason.message))
    resolve()
  })
  await using server = {
    ...(await serve(host, { port: 0, signals: false })),
    async [Symbol.asyncDispose]() {
      await this.close()
    },
  }
  const socket = connect(server.port, '127.0.0.1')
  socket.write(
    'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}',
  )
  setTimeout(() => socket.destroy(), 50)
  await promise
  expect(told).toEqual(['Client disconnected before the answer was complete'])
})
