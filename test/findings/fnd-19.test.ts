// FND-19: a head is measured as it is decoded, before anything is made of it, and whatever the client
// has acknowledged; `maxHeaderSize` means one thing over HTTP/1.1 and HTTP/2.
import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { connect as connectTls } from 'node:tls'
import { cookie, createApp } from 'trefoil'
import { type RunningServer, serve } from 'trefoil/node'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { selfSigned } from '../http/self-signed.ts'
import {
  DATA,
  field,
  framesOf,
  GOAWAY,
  get,
  head,
  kept,
  newest,
  PREFACE,
  speak,
} from './http2-frames.ts'
import { ALL, ENV, Lines, within } from './surfaces.ts'

const { key, cert } = selfSigned()
const NAME = 'x-a'
const ENHANCE_YOUR_CALM = 11
let server: RunningServer | null = null
const clients: ClientHttp2Session[] = []
let calls = 0

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await server?.close()
  server = null
})

async function start(more: object = {}): Promise<RunningServer> {
  calls = 0
  const app = createApp({
    name: 'fnd-19',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: new Lines().logger },
  })
  app.get('/seen', (_args, call) => {
    calls++
    return { length: call.request.headers.get(NAME)?.length ?? 0 }
  })
  app.post('/sent', () => {
    calls++
    return 'sent'
  })
  const crumbs = { a: cookie(z.string()), b: cookie(z.string().optional()), c: cookie(z.string()) }
  app.get('/crumbs', { params: crumbs }, (args) => args)
  const options = { port: 0, signals: false, drainTimeout: '200ms', tls: { key, cert }, ...more }
  server = await serve(app, options)
  return server
}

function session({ port }: RunningServer): ClientHttp2Session {
  const options = { ca: cert, maxSendHeaderBlockLength: 1_000_000 }
  const client = connectHttp2(`https://localhost:${port}`, options)
  client.on('error', () => {})
  clients.push(client)
  return client
}

interface Answer {
  readonly status: unknown
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

async function ask2(
  client: ClientHttp2Session,
  headers: Readonly<Record<string, string | string[]>>,
  body?: string,
): Promise<Answer> {
  const stream = client.request(headers, { endStream: body === undefined })
  let received: Record<string, unknown> = {}
  let text = ''
  stream.on('error', () => {})
  stream.on('response', (sent) => {
    received = { ...sent }
  })
  stream.on('data', (piece) => {
    text += piece
  })
  if (body !== undefined) stream.end(body)
  await within(once(stream, 'end'), 'the end of the answer', 10_000)
  return { status: received[':status'], headers: received, text }
}

/** With these headers and no others: a client of node's adds its own. */
async function ask1({ port }: RunningServer, path: string, value: string): Promise<number> {
  const socket = connectTls({ port, host: '127.0.0.1', ca: cert, servername: 'localhost' })
  socket.on('error', () => {})
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost:${port}\r\n${NAME}: ${value}\r\n\r\n`)
  const [answer] = await within(once(socket, 'data'), 'an answer', 10_000)
  socket.destroy()
  return Number(String(answer).slice(9, 12))
}

describe('maxHeaderSize means the same', () => {
  test.each([
    ['the last that passes', -1, 200],
    ['the first that does not', 0, 431],
    ['far more', 30_000, 431],
  ])('%s', async (_name, beyond, status) => {
    const running = await start({ maxHeaderSize: '4kb' })
    const path = '/seen?q=1'
    const rest = path.length + `host${`localhost:${running.port}`}${NAME}`.length
    const value = 'v'.repeat(4096 - rest + beyond)
    expect(await ask1(running, path, value)).toBe(status)
    const client = session(running)
    expect((await ask2(client, { ':path': path, [NAME]: value })).status).toBe(status)
    // And once more, when the client has acknowledged what the server announced.
    expect((await ask2(client, { ':path': path, [NAME]: value })).status).toBe(status)
    expect(calls).toBe(status === 200 ? 3 : 0)
  })
})

test('who is refused gets an answer like any other, and keeps the connection', async () => {
  const client = session(await start())
  const { status, headers, text } = await ask2(client, {
    ':path': '/seen',
    [NAME]: 'v'.repeat(20_000),
  })
  expect(status).toBe(431)
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json' })
  expect(headers['strict-transport-security']).toContain('max-age')
  expect(JSON.parse(text)).toMatchObject({
    code: 'headers_too_large',
    request_id: headers['x-request-id'],
  })
  const large = { ':path': '/sent', ':method': 'POST', [NAME]: 'v'.repeat(20_000) }
  expect((await ask2(client, large, 'y'.repeat(300_000))).status).toBe(431)
  expect((await ask2(client, { ':path': '/seen' })).status).toBe(200)
  expect(calls).toBe(1)
})

// RFC 7541 §7.3: a field of 4,000 bytes once, and then a byte for each time it is repeated.
test.each([5, 90, 118])('a small head that becomes %i times 4,000 bytes', async (times) => {
  const running = await start()
  const socket = speak(running.port, PREFACE)
  const frames = framesOf(socket)
  socket.write(head(1, Buffer.concat([get('/seen'), kept(NAME, 'v'.repeat(3_900))])))
  await vi.waitFor(() => expect(calls).toBe(1), 10_000)
  for (let stream = 3; stream < 103; stream += 2) {
    socket.write(head(stream, Buffer.concat([get('/seen'), newest(times)])))
  }
  const said = await within(frames, 'the end of the connection', 10_000)
  socket.destroy()
  // No stream but the first has reached the app; ten were told why, the rest were not heard.
  expect(calls).toBe(1)
  const refusals = said.filter(
    ({ type, payload }) => type === DATA && payload.includes('headers_too_large'),
  )
  expect(refusals.length).toBeLessThanOrEqual(10)
  const goodbye = said.find(({ type }) => type === GOAWAY)
  expect(goodbye?.payload.readUInt32BE(4)).toBe(ENHANCE_YOUR_CALM)
  // Nobody else has to bear it.
  expect((await ask2(session(running), { ':path': '/seen' })).status).toBe(200)
})

test('more than 128 fields reach nothing, acknowledged or not', async () => {
  const running = await start()
  const socket = speak(running.port, PREFACE)
  const frames = framesOf(socket)
  const fields = Array.from({ length: 125 }, (_, index) => field(`x-${index}`, 'v'))
  socket.write(head(1, Buffer.concat([get('/seen'), ...fields])))
  socket.write(head(3, Buffer.concat([get('/seen'), ...fields.slice(0, 124)])))
  await vi.waitFor(() => expect(calls).toBe(1), 10_000)
  socket.end()
  const resets = (await within(frames, 'the end', 10_000)).filter(({ type }) => type === 3)
  expect(resets.map(({ stream }) => stream)).toEqual([1])
})

test('cookies may come one a field, and are read as one', async () => {
  const client = session(await start())
  const { text } = await ask2(client, { ':path': '/crumbs', cookie: ['a=1', 'c=2; a=3'] })
  expect(JSON.parse(text)).toEqual({ a: '3', c: '2' })
})
