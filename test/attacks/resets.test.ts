// Who attacks: a client that resets its connection at any moment. What they would win: a dependency,
// a record, a place among the requests, or the process.

import { connect as connectHttp2, constants } from 'node:http2'
import { connect } from 'node:net'
import { createApp, dependency, stream } from 'trefoil'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { Lines, within } from '../findings/surfaces.ts'
import { selfSigned } from '../http/self-signed.ts'
import { eventually } from './eventually.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function build() {
  const seen = { opened: 0, closed: 0, received: 0, records: 0, always: 0, asked: 0 }
  const db = dependency(async function* () {
    seen.opened++
    try {
      yield 1
    } finally {
      await later(1)
      seen.closed++
    }
  })
  const app = createApp({
    ...OPEN,
    limits: { timeout: '2s', inFlight: 100 },
    edge: { compression: true },
    log: { logger: new Lines().logger, onCall: () => void seen.records++ },
  })
  app.post('/echo', { params: { db } }, async (_args, call) => {
    call.background(() => void seen.always++, { always: true })
    seen.asked++
    const body = await call.request.body()
    await later(2)
    return body.byteLength
  })
  app.get('/flow', { params: { db } }, (_args, call) => {
    call.background(() => void seen.always++, { always: true })
    seen.asked++
    return stream(
      (async function* () {
        for (let piece = 0; piece < 20; piece++) {
          yield 'x'.repeat(20_000)
          await later(1)
        }
      })(),
      { contentType: 'text/plain' },
    )
  })
  app.get('/big', { params: { db } }, async (_args, call) => {
    call.background(() => void seen.always++, { always: true })
    seen.asked++
    await later(1)
    return 'y'.repeat(3_000_000)
  })
  app.get('/plain', () => 'plain')
  return { app, seen }
}

const TEXTS = [
  'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0123456789',
  'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234',
  'POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n',
  'POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n',
  'GET /flow HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /flow HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n',
  'HEAD /flow HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /big HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n',
  'GET /flow HTTP/1.1\r\nHost: localhost\r\n\r\nGET /big HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01',
]

test('HTTP/1.1: everything that was opened is closed, and the server goes on', async () => {
  const { app, seen } = build()
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '200ms' })
  for (let round = 0; round < 20; round++) {
    await Promise.all(
      TEXTS.map(async (text, index) => {
        const socket = connect(server.port, '127.0.0.1')
        socket.on('error', () => {})
        if (index % 2 === 0) socket.resume()
        socket.write(text)
        await later(round * 2)
        if (round % 3 === 0) socket.destroy()
        else socket.resetAndDestroy()
      }),
    )
  }
  await eventually(() => expect(seen.closed).toBe(seen.opened))
  await eventually(() => expect(seen.always).toBe(seen.asked))
  // One too many in flight is refused: none of the places was lost.
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => fetch(`${server.url}/plain`).then((r) => r.status)),
  )
  expect(new Set(answers)).toEqual(new Set([200]))
  expect(seen.records).toBeGreaterThanOrEqual(seen.asked + 100)
  await within(server.close(), 'server.close()', 8_000)
})

test('HTTP/2: the same by RST_STREAM and by destroyed sessions', async () => {
  const { app, seen } = build()
  const { key, cert } = selfSigned()
  const server = await serve(app, {
    port: 0,
    signals: false,
    tls: { key, cert },
    drainTimeout: '200ms',
  })
  for (let round = 0; round < 20; round++) {
    const client = connectHttp2(server.url.replace('127.0.0.1', 'localhost'), { ca: cert })
    client.on('error', () => {})
    const streams = ['/flow', '/big', '/echo', '/flow'].map((path) => {
      const asked = client.request({
        ':path': path,
        ':method': path === '/echo' ? 'POST' : 'GET',
      })
      asked.on('error', () => {})
      if (path === '/echo') asked.write('01234')
      if (round % 2 === 0) asked.resume()
      return asked
    })
    await later(round * 2)
    if (round % 3 === 0) client.destroy()
    else for (const asked of streams) asked.close(constants.NGHTTP2_CANCEL)
    await later(2)
    client.destroy()
  }
  await eventually(() => expect(seen.closed).toBe(seen.opened))
  await eventually(() => expect(seen.always).toBe(seen.asked))
  expect(seen.records).toBeGreaterThanOrEqual(seen.asked)
  await within(server.close(), 'server.close()', 8_000)
})
