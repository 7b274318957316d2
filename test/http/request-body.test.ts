import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { body, createApp, file, form, stream } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'

const errors: string[] = []
const logger = {
  debug() {},
  info() {},
  warn() {},
  error(facts: object) {
    const { err } = facts as { readonly err?: unknown }
    // The record of a call that failed has no cause; that is on the line before.
    if (err !== undefined) errors.push(err instanceof Error ? err.message : String(err))
  },
}

/** Pieces that `/slow` has taken, and what lets it take the next one. */
let taken = 0
let next = () => {}
/** Has `/late` answer. */
let finishLate = () => {}

function createBodyApp() {
  const app = createApp({ log: { logger }, limits: { body: '2mb' } })
  app.post('/body', async (_, call) => (await call.request.body()).length)
  app.post('/json', async (_, call) => ({ value: await call.request.json() }))
  app.post('/form', async (_, call) => {
    const read = await call.request.form()
    return { fields: read.fields, last: read.get('a'), all: read.getAll('a'), none: read.get('z') }
  })
  app.post('/echo', (_, call) =>
    stream(
      (async function* () {
        for await (const piece of call.request.stream()) yield piece
      })(),
    ),
  )
  app.post('/late', async () => {
    await new Promise<void>((resolve) => {
      finishLate = resolve
    })
    return 'late'
  })
  app.post('/after/body', (_, call) => {
    call.background(async () => void (await call.request.body()))
  })
  app.post('/after/stream', (_, call) => {
    call.background(async () => {
      for await (const piece of call.request.stream()) errors.push(`read ${piece.length}`)
    })
  })
  app.post('/twice', async (_, { request }) => {
    const [first, second] = await Promise.all([request.body(), request.body()])
    const parsed = await request.json()
    return first === second && parsed === (await request.json())
  })
  app.post('/failures', async (_, { request }) => {
    const failed = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)
    const first = await failed(request.json())
    return first instanceof Error && first === (await failed(request.json()))
  })
  app.post('/stream', async (_, call) => {
    let bytes = 0
    for await (const piece of call.request.stream()) bytes += piece.length
    return bytes
  })
  app.post('/first', async (_, call) => {
    for await (const piece of call.request.stream()) return piece.length > 0
    return false
  })
  app.post('/slow', async (_, call) => {
    for await (const piece of call.request.stream()) {
      taken += piece.length
      await new Promise<void>((resolve) => {
        next = resolve
      })
    }
    return taken
  })
  app.post('/bound', { params: { a: z.int() } }, async ({ a }, { request }) => ({
    a,
    raw: new TextDecoder().decode(await request.body()),
    json: await request.json(),
  }))
  app.post('/bound-form', { params: { a: form(z.int()) } }, async ({ a }, { request }) => ({
    a,
    fields: (await request.form()).fields,
  }))
  app.post('/bound-then-stream', { params: { a: z.int() } }, (_, { request }) => request.stream())
  app.post('/stream-then-body', (_, { request }) => {
    request.stream()
    return request.body()
  })
  app.post('/stream-twice', (_, { request }) => {
    request.stream()
    return request.stream()
  })
  app.post('/body-then-stream', async (_, { request }) => {
    await request.body()
    return request.stream()
  })
  app.post('/form-then-body', { params: { f: file() } }, async (_, { request }) => request.body())
  app.get('/none', async (_, { request }) => (await request.body()).length)
  app.tool(
    'agent',
    { description: 'Reads a body.', cli: true, params: { how: z.enum(['body', 'json', 'form']) } },
    ({ how }, { request }) => request[how](),
  )
  return app
}

let server: RunningServer

beforeAll(async () => {
  server = await serve(createBodyApp(), { port: 0, signals: false, drainTimeout: '200ms' })
})
afterAll(() => server.close())
beforeEach(() => {
  errors.length = 0
  taken = 0
})

function post(path: string, sent?: BodyInit, headers: Record<string, string> = {}) {
  return fetch(server.url + path, {
    method: 'POST',
    headers,
    ...(sent !== undefined && { body: sent }),
  })
}

async function json(path: string, sent?: BodyInit, headers?: Record<string, string>) {
  return (await post(path, sent, headers)).json()
}

describe('call.request', () => {
  test('REQ-1: body() is every byte, none is an empty array', async () => {
    expect(await json('/body', 'héllo')).toBe(6)
    expect(await json('/body')).toBe(0)
    expect(await (await fetch(`${server.url}/none`)).json()).toBe(0)
  })

  test('REQ-1: reading again is the same reading, failures included', async () => {
    expect(await json('/twice', '{"a":1}')).toBe(true)
    expect(await json('/failures', '{')).toBe(true)
  })

  test('REQ-1: an answer may be made of the body while it is sent', async () => {
    for (const sent of ['hello', 'x'.repeat(60_000), 'x'.repeat(100_000)]) {
      expect(await (await post('/echo', sent)).text()).toBe(sent)
    }
    // The rest of the body comes after the answer has begun to be made.
    const socket = connect(server.port, '127.0.0.1')
    socket.write('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab')
    await once(socket, 'data')
    socket.write('cd')
    const [rest] = await once(socket, 'data')
    expect(String(rest)).toContain('cd')
    socket.destroy()
  })

  test('REQ-1: a body nobody wants does not stop the connection where buffers are small', async () => {
    // What node has on Windows.
    const usual = getDefaultHighWaterMark(false)
    setDefaultHighWaterMark(false, 16_384)
    const own = await serve(createBodyApp(), { port: 0, signals: false, drainTimeout: '200ms' })
    try {
      const socket = connect(own.port, '127.0.0.1')
      let answers = ''
      socket.on('data', (chunk) => {
        answers += chunk
      })
      socket.write('POST /late HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n')
      for (let piece = 0; piece < 10; piece++) {
        socket.write('x'.repeat(6000))
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      finishLate()
      socket.write('GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await vi.waitFor(() => expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(2))
      socket.destroy()
    } finally {
      setDefaultHighWaterMark(false, usual)
      await own.close()
    }
  })

  test('REQ-1: a body first asked for after the answer keeps no server from closing', async () => {
    const own = await serve(createBodyApp(), { port: 0, signals: false, drainTimeout: '200ms' })
    const socket = connect(own.port, '127.0.0.1')
    socket.write(
      'POST /after/body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
    )
    await once(socket, 'data')
    socket.destroy()
    await own.close()
    expect(errors).toHaveLength(1)
  })

  test.each(['body', 'stream'])('REQ-1: %s() first asked for after the answer', async (way) => {
    expect((await post(`/after/${way}`, 'text')).ok).toBe(true)
    const error = 'The request body can no longer be read: the answer has already been sent'
    await vi.waitFor(() => expect(errors).toEqual([error]))
  })

  test('REQ-1: null and an empty list are JSON values; the type is not asked', async () => {
    const headers = { 'content-type': 'text/plain' }
    expect(await json('/json', 'null', headers)).toEqual({ value: null })
    expect(await json('/json', '[]')).toEqual({ value: [] })
  })

  test.each([
    ['', 'an empty body'],
    [' ', 'not valid JSON: it ends too early'],
    ['{"a":1,"a":2}', 'duplicate object key'],
  ])('REQ-5: json() of %j is 400', async (sent, message) => {
    const answer = await post('/json', sent)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'invalid_json', issues: [{ message }] })
  })

  test('BIND-14: form() reads both kinds; the last value counts', async () => {
    const expected = { last: '2', all: ['1', '2'], none: null }
    const pairs = new URLSearchParams([
      ['a', '1'],
      ['b', 'x'],
      ['a', '2'],
    ])
    expect(await json('/form', pairs)).toMatchObject(expected)
    const data = new FormData()
    for (const [name, value] of pairs) data.append(name, value)
    expect(await json('/form', data)).toMatchObject({ ...expected, fields: [...pairs] })
    expect(await json('/form')).toMatchObject({ fields: [] })
    expect((await post('/form', '{}', { 'content-type': 'application/json' })).status).toBe(415)
  })

  test('REQ-1: what params bound is there raw too', async () => {
    expect(await json('/bound', '{ "a": 1 }')).toEqual({ a: 1, raw: '{ "a": 1 }', json: { a: 1 } })
    const data = new FormData()
    data.append('a', '5')
    expect(await json('/bound-form', data)).toEqual({ a: 5, fields: [['a', '5']] })
  })

  test('REQ-1: limits hold: 413, announced or not', async () => {
    const large = new Uint8Array(2 * 1024 * 1024 + 1)
    const exact = large.subarray(1)
    for (const path of ['/body', '/stream']) {
      expect(await json(path, exact)).toBe(exact.byteLength)
      expect((await post(path, large)).status).toBe(413)
      const chunked = new ReadableStream({
        start(controller) {
          for (let at = 0; at < large.length; at += 65_536) {
            controller.enqueue(large.subarray(at, at + 65_536))
          }
          controller.close()
        },
      })
      // `duplex` is missing from the type of RequestInit.
      const init = { method: 'POST', body: chunked, duplex: 'half' } as RequestInit
      expect((await fetch(server.url + path, init)).status).toBe(413)
    }
  })

  test('W-40: a stream that is left early still gets its answer', async () => {
    const answer = await post('/first', new Uint8Array(1_500_000))
    expect(await answer.json()).toBe(true)
    expect(await json('/stream', 'abc')).toBe(3)
  })

  test.each([
    ['/bound-then-stream', '{"a":1}', 'whole, by params or body()'],
    ['/body-then-stream', 'x', 'whole, by params or body()'],
    ['/stream-then-body', 'x', 'as a stream'],
    ['/stream-twice', 'x', 'as a stream'],
  ])('REQ-1, OBS-1: %s is a clear mistake, under an id', async (path, sent, how) => {
    const answer = await post(path, sent)
    expect(answer.status).toBe(500)
    const id = answer.headers.get('x-request-id')
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(await answer.json()).toMatchObject({ request_id: id })
    expect(errors).toEqual([
      `call.request: the body was already read ${how}; a body can be read one way only`,
    ])
  })

  test('REQ-1: the bytes of a multipart form are gone once it is bound', async () => {
    const data = new FormData()
    data.append('f', new Blob(['x']), 'x')
    expect((await post('/form-then-body', data)).status).toBe(500)
    expect(errors).toEqual([
      'call.request: the body was already read as a multipart form; a body can be read one way only',
    ])
  })

  test.each(['body', 'json', 'form'])('ABIND-2: %s() is not for agents', async (how) => {
    const app = createBodyApp()
    const answer = await app
      .localActions({ headers: [] })
      .call({ action: 'agent', arguments: { how } })
    expect(answer).toMatchObject({ error: { code: 'INTERNAL_ERROR' } })
    expect(errors).toEqual([
      `call.request.${how}() is for calls over HTTP only; what agents send too belongs in params`,
    ])
  })

  test('REQ-1: an authenticator may check a signature of the body, which is bound afterwards', async () => {
    const app = createApp({
      auth: [
        {
          surfaces: ['api'],
          authenticate: async ({ request, headers }) => {
            const mac = createHmac('sha256', 'secret')
              .update(await request.body())
              .digest('hex')
            return headers.get('x-signature') === mac ? new AuthContext({ subject: 'hook' }) : null
          },
        },
      ],
    })
    app.post('/hook', { params: { event: body(z.object({ id: z.int() })) } }, ({ event }) => event)
    const sent = '{"id":7}'
    const call = (signature: string) =>
      app.fetch(
        new Request('http://localhost/hook', {
          method: 'POST',
          headers: { 'x-signature': signature },
          body: sent,
        }),
      )
    const mac = createHmac('sha256', 'secret').update(sent).digest('hex')
    expect(await (await call(mac)).json()).toEqual({ id: 7 })
    expect((await call('00')).status).toBe(401)
  })
})

describe('a stream over a real connection', () => {
  let socket: Socket
  beforeEach(async () => {
    socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
  })
  afterEach(() => void socket.destroy())

  function head(path: string, length: number): string {
    return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`
  }

  test('W-40: the sender is read no faster than the handler takes', async () => {
    const size = 2_000_000
    socket.write(head('/slow', size))
    socket.write(Buffer.alloc(size))
    await vi.waitFor(() => expect(taken).toBeGreaterThan(0))
    const first = taken
    // Everything that could arrive on its own has: the server answers another call meanwhile.
    expect(await json('/body', 'x')).toBe(1)
    expect(taken).toBe(first)
    expect(first).toBeLessThan(200_000)
    const pump = setInterval(() => next(), 0)
    const [answer] = await once(socket, 'data')
    clearInterval(pump)
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
    expect(taken).toBe(size)
  })

  test('HTTP-6: a sender that leaves ends the reading', async () => {
    const before = taken
    socket.write(head('/slow', 1000))
    socket.write('abc')
    await vi.waitFor(() => expect(taken).toBe(before + 3))
    socket.destroy()
    next()
    // The problem is expected, so it is not an error in the log; the next call works.
    expect(await json('/stream', 'abc')).toBe(3)
    expect(errors).toEqual([])
  })
})

test('ADAPT-1: app.fetch() streams in the same way', async () => {
  const app = createBodyApp()
  const send = (path: string, init: object) =>
    app.fetch(new Request(`http://localhost${path}`, { method: 'POST', ...init }))
  expect(await (await send('/stream', { body: 'abc' })).json()).toBe(3)
  expect(await (await send('/stream', {})).json()).toBe(0)
  let pulled = 0
  let cancelled = false
  const endless = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(1024 * 1024))
      },
      cancel() {
        cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  const refused = await send('/stream', { body: endless, duplex: 'half' })
  expect(refused.status).toBe(413)
  expect(pulled).toBeLessThanOrEqual(4)
  await vi.waitFor(() => expect(cancelled).toBe(true))
  const abort = new AbortController()
  const hanging = new ReadableStream({ pull: () => new Promise(() => {}) })
  const answer = send('/stream', { body: hanging, duplex: 'half', signal: abort.signal })
  abort.abort()
  expect(await (await answer).json()).toMatchObject({ code: 'client_disconnected' })
})

test('OBS-4: the record of a body that came too slowly says what its caller was told', async () => {
  const events: (readonly [number, string])[] = []
  const app = createApp({
    log: {
      logger,
      access: ({ status_code, outcome }) => void events.push([status_code, outcome]),
    },
  })
  app.post('/bound', { params: { a: z.int() } }, ({ a }) => a)
  app.post('/stream', async (_, call) => {
    for await (const piece of call.request.stream()) errors.push(`read ${piece.length}`)
  })
  const timeouts = { requestTimeout: '500ms', headersTimeout: '500ms' } as const
  const own = await serve(app, { port: 0, signals: false, ...timeouts })
  for (const path of ['/bound', '/stream']) {
    const socket = connect(own.port, '127.0.0.1')
    socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"a`)
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 408 /)
    await vi.waitFor(() => expect(events.shift()).toEqual([408, 'refused']))
  }
  const socket = connect(own.port, '127.0.0.1')
  socket.write('POST /bound HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"a')
  await once(socket, 'connect')
  await vi.waitFor(() => socket.destroy())
  await vi.waitFor(() => expect(events.shift()).toEqual([400, 'aborted']))
  await own.close()
})
