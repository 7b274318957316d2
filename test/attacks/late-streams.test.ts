// Who attacks: a reader that is slow, or leaves. What they would win: dependencies, places among the
// requests, records.
import { connect } from 'node:net'
import { createApp, dependency, stream } from 'trefoil'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { Lines, within } from '../findings/surfaces.ts'
import { eventually } from './eventually.ts'
import { RawConnection, request } from './raw-connection.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function store() {
  const told: string[] = []
  const db = dependency(async function* () {
    told.push('opened')
    try {
      yield 1
    } catch {
    } finally {
      told.push('closed')
    }
  })
  return { told, db }
}

test('a source whose finally hangs keeps no dependency open when its slow reader leaves', async () => {
  const { told, db } = store()
  const records: string[] = []
  const app = createApp({
    ...OPEN,
    limits: { close: '50ms' },
    log: {
      logger: new Lines().logger,
      onCall: ({ outcome }) => void records.push(outcome),
    },
  })
  app.get('/big', { params: { db } }, () =>
    stream(
      (async function* () {
        try {
          for (;;) yield new Uint8Array(1_000_000)
        } finally {
          await new Promise(() => {})
        }
      })(),
    ),
  )
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
  try {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(request('GET /big'))
    await eventually(() => expect(told).toEqual(['opened']))
    // Reads nothing: the server waits for the socket to drain.
    await later(300)
    socket.destroy()
    await later(1000)
    expect({ told, records }).toEqual({ told: ['opened', 'closed'], records: [expect.any(String)] })
  } finally {
    await within(server.close(), 'close', 10_000)
  }
})

test('HEAD of a web stream whose cancel hangs keeps no dependency open', async () => {
  const { told, db } = store()
  const app = createApp({ ...OPEN, limits: { close: '50ms' }, log: { logger: new Lines().logger } })
  app.get('/big', { params: { db } }, () =>
    stream(new ReadableStream<Uint8Array>({ cancel: () => new Promise(() => {}) })),
  )
  const answer = await app.fetch(new Request('http://localhost/big', { method: 'HEAD' }))
  expect(answer.status).toBe(200)
  await later(500)
  expect(told).toEqual(['opened', 'closed'])
})

test('a source that fails to be left gives its place among the requests back (app.fetch)', async () => {
  const records: string[] = []
  const app = createApp({
    ...OPEN,
    limits: { inFlight: 1 },
    log: {
      logger: new Lines().logger,
      onCall: ({ outcome }) => void records.push(outcome),
    },
  })
  app.get('/stream', () =>
    stream(
      (async function* () {
        try {
          for (;;) yield 'piece'
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: that is the attack
          throw new Error('the cursor was gone already')
        }
      })(),
    ),
  )
  app.get('/plain', () => 'plain')
  const answer = await app.fetch(new Request('http://localhost/stream'))
  const reader = answer.body?.getReader()
  await reader?.read()
  await reader?.cancel().catch(() => {})
  await later(50)
  const next = await app.fetch(new Request('http://localhost/plain'))
  expect({ status: next.status, records: records.length }).toEqual({ status: 200, records: 2 })
})

test('background work that is always done is done when a fetch caller aborts a stream', async () => {
  let done = 0
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.get('/stream', (_args, call) => {
    call.background(() => void done++, { always: true })
    return stream(
      (async function* () {
        yield 'one'
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve))
      })(),
    )
  })
  const leaving = new AbortController()
  const answer = await app.fetch(new Request('http://localhost/stream', { signal: leaving.signal }))
  const reader = answer.body?.getReader()
  await reader?.read()
  leaving.abort()
  await reader?.read().catch(() => {})
  await later(100)
  expect(done).toBe(1)
})

test('the connection of a stream is cut when the time of its route is up, read or not', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.get('/big', { timeout: '200ms' }, () =>
    stream(
      (async function* () {
        for (;;) yield new Uint8Array(1_000_000)
      })(),
    ),
  )
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
  let closed = false
  try {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.on('close', () => {
      closed = true
    })
    socket.write(request('GET /big'))
    await later(1500)
    const count = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    // One of ours, none of the server's.
    expect(count).toBe(1)
    socket.destroy()
  } finally {
    await within(server.close(), 'close', 10_000)
  }
  await eventually(() => expect(closed).toBe(true))
})

test('requests in a row on a connection that is lost give their places back', async () => {
  const records: string[] = []
  const gate = Promise.withResolvers<void>()
  let second = 0
  const app = createApp({
    ...OPEN,
    limits: { inFlight: 3 },
    log: {
      logger: new Lines().logger,
      onCall: ({ outcome, action }) => void records.push(`${action} ${outcome}`),
    },
  })
  app.get('/first', { name: 'first' }, () => gate.promise)
  app.get('/second', { name: 'second' }, () => {
    second++
    return 'second'
  })
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
  try {
    const connection = new RawConnection(server.port)
    connection.send(request('GET /first') + request('GET /second') + request('GET /second'))
    await eventually(() => expect(second).toBe(2))
    connection.vanish()
    await later(100)
    gate.resolve()
    await later(200)
    const answer = await fetch(`${server.url}/second`)
    await answer.text()
    expect({ status: answer.status, records: records.length }).toEqual({ status: 200, records: 4 })
  } finally {
    await within(server.close(), 'close', 10_000)
  }
})
