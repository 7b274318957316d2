// Who attacks: a client that behaves once, and then does not. What they would win: an answer that
// is never written, or one that is taken for the answer to another request; a body that is
// swallowed for as long as they care to send it.
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp, reply } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { eventually } from './eventually.ts'
import { ask, RawConnection, request } from './raw-connection.ts'

const silent = () => {}
let server: RunningServer
/** Its timeouts are beyond the end of the tests. */
let patient: RunningServer
let gate = Promise.withResolvers<void>()
let asked = 0

beforeAll(async () => {
  const app = createApp({
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
  })
  app.get('/ok', () => 'ok')
  app.get('/late', async () => {
    asked++
    await gate.promise
    return 'late'
  })
  app.get('/begun', async function* () {
    yield 'first'
    await gate.promise
    yield 'last'
  })
  app.post('/body', async (_args, call) => ({ size: (await call.request.body()).length }))
  for (const name of ['trailer', 'te', 'proxy-connection', 'http2-settings', 'upgrade']) {
    app.get(`/${name}`, () => reply('x', { headers: { [name]: 'x-a' } }))
  }
  const options = { port: 0, signals: false } as const
  server = await serve(app, { ...options, headersTimeout: '500ms', requestTimeout: '500ms' })
  patient = await serve(app, options)
})
afterAll(() => Promise.all([server.close(), patient.close()]))

const HOST = 'Host: localhost\r\n'
const tooSlow = `POST /body HTTP/1.1\r\n${HOST}Content-Length: 20\r\n\r\n{"a"`
const tooLarge = `GET /ok HTTP/1.1\r\n${HOST}X: ${'a'.repeat(20_000)}\r\n\r\n`

it.each([
  ['a slow body', tooSlow, 408],
  ['a slow head', 'POST /bo', 408],
  ['a large head', tooLarge, 431],
  ['nonsense', 'NON SENSE\r\n\r\n', 400],
])('SEC-2 %s after a good request is answered', async (_, text, status) => {
  const connection = new RawConnection(server.port)
  connection.send(request('GET /ok'))
  expect((await connection.response())?.status).toBe(200)
  connection.send(text)
  expect((await connection.response())?.status).toBe(status)
  await connection.end()
})

it.each([
  ['before its answer has begun', '/late'],
  ['in the middle of its answer', '/begun'],
])('SEC-1 nonsense behind a request, %s, is not answered in its place', async (_, path) => {
  gate = Promise.withResolvers<void>()
  const before = asked
  const connection = new RawConnection(server.port)
  connection.send(request(`GET ${path}`))
  if (path === '/late') await eventually(() => expect(asked).toBe(before + 1))
  else await eventually(() => expect(connection.rest).toContain('first'))
  connection.send('NON SENSE\r\n\r\n')
  const said = await connection.end()
  expect(said).not.toContain('400 Bad Request')
  gate.resolve()
})

it.each(['GET /ok', 'DELETE /ok', 'HEAD /ok'])(
  'BODY-1 an endless body of %s is not swallowed',
  async (line) => {
    const socket = connect({ port: patient.port, host: '127.0.0.1' })
    socket.on('error', silent)
    let closed = false
    socket.on('close', () => {
      closed = true
    })
    socket.resume()
    socket.write(`${line} HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`)
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`
    let sent = 0
    const ended = performance.now() + 20_000
    while (!closed && performance.now() < ended) {
      sent += chunk.length
      await new Promise((resolve) => socket.write(chunk, () => setImmediate(resolve)))
    }
    expect(closed).toBe(true)
    // The bound of a connection that lingers, what comes between two looks at it, and what fits into
    // the buffers on the way.
    expect(sent).toBeLessThan(200_000_000)
  },
)

it('a GET without a body keeps its connection', async () => {
  const connection = new RawConnection(server.port)
  for (let turn = 0; turn < 3; turn++) {
    connection.send(request('GET /ok'))
    expect((await connection.response())?.head.toLowerCase()).toContain('connection: keep-alive')
  }
  connection.send(request('GET /ok', [], 'x'.repeat(10)))
  expect((await connection.response())?.status).toBe(200)
  connection.vanish()
})

it.each(['trailer', 'te', 'proxy-connection', 'http2-settings', 'upgrade'])(
  "RESP-3 a reply may not write %s, which is the server's",
  async (name) => {
    expect((await ask(server.port, request(`GET /${name}`)))?.status).toBe(500)
  },
)

it('ADAPT-3 who asks for a WebSocket is not answered, and no route is asked', async () => {
  const before = asked
  for (const protocol of ['websocket', 'h2c, WebSocket/13']) {
    const connection = new RawConnection(server.port)
    connection.send(request('GET /late', ['Connection: Upgrade', `Upgrade: ${protocol}`]))
    expect(await connection.end()).toBe('')
  }
  expect(asked).toBe(before)
})

it('RFC 9110 §7.8 an offer of h2c is overlooked', async () => {
  const headers = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AA']
  const answer = await ask(server.port, request('GET /ok', headers))
  expect(answer?.body).toBe('ok')
})

it('SEC-2 what still comes of a small body nobody wanted is no second request', async () => {
  const inner = request('GET /begun')
  for (const split of [0, 10, inner.length]) {
    const connection = new RawConnection(patient.port)
    const head = `POST /nowhere HTTP/1.1\r\n${HOST}Content-Length: ${inner.length}\r\n\r\n`
    connection.send(head + inner.slice(0, split))
    expect((await connection.response())?.status).toBe(404)
    connection.send(inner.slice(split) + request('GET /ok'))
    expect((await connection.response())?.body).toBe('ok')
    connection.vanish()
  }
})
