// FND-20: an answer that is given before the body has been read reaches its sender, who may send all
// of it before reading anything. What is read for that is bounded, holds no place among the calls in
// flight, and keeps no server from stopping.
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type ByteSize, createApp } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { type RunningServer, serve, toNodeHandler } from 'trefoil/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { eventually } from '../attacks/eventually.ts'
import { RawConnection, request } from '../attacks/raw-connection.ts'
import { selfSigned } from '../http/self-signed.ts'

const CLIENT = fileURLToPath(new URL('fnd-20-client.mjs', import.meta.url))
const TIMES = 5
const LARGE = 300_000
const quiet = () => {}
const run = promisify(execFile)
const ran: string[] = []
let server: RunningServer

function makeApp({
  maxInFlight = 6,
  maxBodySize = '100mb',
}: {
  maxInFlight?: number
  maxBodySize?: ByteSize
} = {}) {
  const app = createApp({
    name: 'linger',
    env: {},
    edge: { hosts: ['*'] },
    publicSurfaces: ['mcp', 'cli'],
    limits: { inFlight: maxInFlight, body: maxBodySize },
    log: { logger: { debug: quiet, info: quiet, warn: quiet, error: quiet } },
    auth: [
      {
        surfaces: ['api'],
        authenticate: (call) => (call.bearer === 'u' ? new AuthContext({ subject: 'u' }) : null),
      },
    ],
  })
  app.post('/private', () => ran.push('private'))
  app.post('/parsed', { public: true, params: { a: z.int() } }, () => ran.push('parsed'))
  app.post('/whole', { public: true }, async (_, call) => {
    await call.request.body()
    return ran.push('whole')
  })
  app.post('/pieces', { public: true }, async (_, call) => {
    for await (const _piece of call.request.stream()) return 'seen enough'
    return 'nothing'
  })
  app.post('/unread', { public: true }, () => 'not wanted')
  app.post('/large', { public: true }, () => 'x'.repeat(LARGE))
  app.post('/stream', { public: true }, async function* () {
    yield 'first'
    yield 'last'
  })
  app.get('/ok', { public: true }, () => {
    ran.push('ok')
    return 'ok'
  })
  return app
}

beforeAll(async () => {
  server = await serve(makeApp(), { port: 0, signals: false })
})
afterAll(() => server.close())

/** What a client in a process of its own was told, by kind of client and path. */
async function told(port: number, mebibytes: number, paths: Readonly<Record<string, number>>) {
  const list = Object.entries(paths).map(([path, length]) => `${path}=${length}`)
  const { stdout } = await run(process.execPath, [
    CLIENT,
    String(port),
    String(TIMES),
    String(mebibytes),
    ...list,
  ])
  return JSON.parse(stdout)
}

const KINDS = ['node', 'writes first'].flatMap((client) =>
  ['content-length', 'chunked'].map((framing) => `${client}, ${framing}`),
)

const each = (statuses: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    KINDS.flatMap((kind) =>
      Object.entries(statuses).map(([path, status]) => [`${kind}, ${path}`, { [status]: TIMES }]),
    ),
  )

const TIME = { timeout: 60_000 }

test('FND-20: no answer is lost, whoever sends 4 MiB', TIME, async () => {
  expect(await told(server.port, 4, { '/private': 1, '/pieces': 1 })).toEqual(
    each({ '/private': 401, '/pieces': 200 }),
  )
  expect(ran).toEqual([])
})

test('FND-20: whatever it is', TIME, async () => {
  const strict = await serve(makeApp({ maxBodySize: '600kb' }), { port: 0, signals: false })
  expect(await told(strict.port, 0.5, { '/nowhere': 1, '/stream': 9, '/large': LARGE })).toEqual(
    each({ '/nowhere': 404, '/stream': 200, '/large': 200 }),
  )
  expect(await told(strict.port, 1, { '/whole': 1 })).toEqual(each({ '/whole': 413 }))
  await strict.close()
})

test('FND-20: nor by an app that another server has mounted', TIME, async () => {
  const handler = toNodeHandler(makeApp())
  const host = createServer((request, response) => {
    if (request.url === '/host') response.end('host')
    else handler(request, response)
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  const { port } = host.address() as AddressInfo
  const got = await told(port, 1, { '/private': 1 })
  expect(got).toEqual(each({ '/private': 401 }))
  const connection = new RawConnection(port)
  connection.send(request('POST /unread', [], 'small') + request('GET /host'))
  expect((await connection.response())?.body).toBe('not wanted')
  expect((await connection.response())?.body, 'the host’s connection stays').toBe('host')
  connection.vanish()
  await new Promise((resolve) => host.close(resolve))
})

/** Sends a part of a body of 50 MB, gets its answer, and goes on sending a little now and then. */
async function straggler(port: number, path = '/private') {
  const connection = new RawConnection(port)
  connection.send(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\nx`)
  const answer = await connection.response('POST')
  const timer = setInterval(() => connection.send('x'.repeat(1000)), 50)
  connection.closed.then(() => clearInterval(timer))
  return { connection, answer }
}

test('FND-20: who lingers is no call in flight, and a stopping server does not wait', async () => {
  const small = await serve(makeApp({ maxInFlight: 1 }), {
    port: 0,
    signals: false,
    drainTimeout: '60s',
  })
  const { connection, answer } = await straggler(small.port)
  expect(answer?.status).toBe(401)
  const other = new RawConnection(small.port)
  other.send(request('GET /ok'))
  expect((await other.response())?.status).toBe(200)
  other.vanish()
  let isClosed = false
  connection.closed.then(() => {
    isClosed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(isClosed).toBe(false)
  await small.close()
  await connection.closed
})

test('FND-20: one that lingers is not taken for one that asks nothing (FND-18)', async () => {
  const brisk = await serve(makeApp(), {
    port: 0,
    signals: false,
    keepAliveTimeout: '100ms',
    headersTimeout: '100ms',
  })
  const { connection, answer } = await straggler(brisk.port)
  expect(answer?.status).toBe(401)
  let isClosed = false
  connection.closed.then(() => {
    isClosed = true
  })
  // The two times, and the second that clients get beyond them.
  await new Promise((resolve) => setTimeout(resolve, 2000))
  expect(isClosed).toBe(false)
  await brisk.close()
  await connection.closed
})

test('FND-20: a request behind one after which the connection closes is not run', async () => {
  ran.length = 0
  const connection = new RawConnection(server.port)
  const chunked = 'POST /private HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n'
  connection.send(`${chunked}5\r\nhello\r\n0\r\n\r\n${request('GET /ok')}`)
  const answer = await connection.response('POST')
  expect(answer?.status).toBe(401)
  // Where node cannot be made to say so the connection stays, and what is asked on it is answered.
  if (/^connection: close$/im.test(answer?.head ?? '')) {
    expect(await connection.end()).toBe('')
    expect(ran).toEqual([])
  } else expect((await connection.response())?.status).toBe(200)
  connection.vanish()
})

test('FND-20: what is wrong with the rest is answered by nobody', async () => {
  const connection = new RawConnection(server.port)
  const chunked = 'POST /private HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n'
  connection.send(`${chunked}5\r\nhello\r\n`)
  expect((await connection.response('POST'))?.status).toBe(401)
  connection.send('no length\r\n')
  expect(await connection.end()).toBe('')
})

test.each([10, 3_000_000])(
  'FND-20: who asks before sending %d bytes is not told to send what is refused',
  async (length) => {
    const connection = new RawConnection(server.port)
    connection.send(
      `POST /private HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`,
    )
    const answer = await connection.response('POST')
    expect(answer?.status).toBe(401)
    // It may send another request now where the body would have been.
    connection.send(request('GET /ok'))
    ran.length = 0
    connection.halfClose()
    expect(await connection.end()).toBe('')
    expect(ran).toEqual([])
  },
)

test('FND-20: a body too large for its action is refused before it is asked for', async () => {
  const strict = await serve(makeApp({ maxBodySize: '1mb' }), { port: 0, signals: false })
  const connection = new RawConnection(strict.port)
  connection.send(
    'POST /parsed HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 3000000\r\n\r\n',
  )
  expect((await connection.response('POST'))?.status).toBe(413)
  connection.vanish()
  await strict.close()
})

test('FND-20: a small rest is read, and the connection stays', async () => {
  const connection = new RawConnection(server.port)
  connection.send(request('POST /private', ['Content-Length: 65536']) + 'x'.repeat(60_000))
  expect((await connection.response('POST'))?.status).toBe(401)
  connection.send('x'.repeat(5536) + request('GET /ok'))
  expect((await connection.response())?.body).toBe('ok')
  connection.vanish()
})

test('FND-20: a client that closes has its answer too', async () => {
  const connection = new RawConnection(server.port)
  connection.send(request('POST /private', ['Content-Length: 60000', 'Connection: close']))
  expect((await connection.response('POST'))?.status).toBe(401)
  connection.send('x'.repeat(60_000))
  expect(await connection.end()).toBe('')
})

test('FND-20: over HTTP/2 the answer is complete, and its stream ends without an error', async () => {
  const { key, cert } = selfSigned()
  const secure = await serve(makeApp(), { port: 0, signals: false, tls: { key, cert } })
  const session = connectHttp2(`https://localhost:${secure.port}`, { ca: cert })
  session.on('error', quiet)
  for (const [path, size, said] of [
    ['/private', 4_000_000, 401],
    ['/pieces', 4_000_000, 200],
    // What was not read of the others does not count against this one.
    ['/whole', 60_000, 200],
  ] as const) {
    const stream = session.request({ ':method': 'POST', ':path': path })
    let status: unknown
    let text = ''
    let isWhole = false
    stream.on('error', quiet)
    stream.on('response', (headers) => {
      status = headers[':status']
    })
    stream.on('data', (piece) => {
      text += piece
    })
    stream.on('end', () => {
      isWhole = true
    })
    stream.end(Buffer.alloc(size))
    await eventually(() => expect(isWhole && stream.closed).toBe(true))
    expect({ status, code: stream.rstCode }).toEqual({ status: said, code: 0 })
    expect(text).not.toBe('')
  }
  session.destroy()
  await secure.close()
})
