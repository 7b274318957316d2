// What they would win: a pool that is shut down under a transaction that is still being closed.
import { connect } from 'node:net'
import { createApp, dependency, stream } from 'trefoil'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { Lines, within } from '../findings/surfaces.ts'
import { eventually } from './eventually.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function build() {
  const told: string[] = []
  const gate = Promise.withResolvers<void>()
  const db = dependency(async function* () {
    told.push('opened')
    try {
      yield 1
    } catch {
    } finally {
      await later(400)
      told.push('closed')
    }
  })
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.onShutdown(() => void told.push('pool shut down'))
  app.get('/waiting', { params: { db } }, (_args, call) =>
    stream(
      (async function* () {
        yield 'x'
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve))
      })(),
    ),
  )
  app.get('/unread', { params: { db } }, () =>
    stream(
      (async function* () {
        for (;;) yield new Uint8Array(1_000_000)
      })(),
    ),
  )
  app.get('/late', { params: { db } }, async () => {
    await gate.promise
    return stream(
      (async function* () {
        yield 'x'
      })(),
    )
  })
  return { app, told, gate }
}

test.each(['/waiting', '/unread', '/late'])(
  'shutdown hooks wait for the closing of a stream that was cut: %s',
  async (path) => {
    const { app, told, gate } = build()
    const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    await eventually(() => expect(told).toEqual(['opened']))
    await later(200)
    if (path === '/late') {
      socket.destroy()
      await later(50)
      gate.resolve()
      await later(20)
    }
    await within(server.close(), 'server.close()', 8_000)
    socket.destroy()
    await later(500)
    expect(told).toEqual(['opened', 'closed', 'pool shut down'])
  },
)

test('sendTimeout 0 does not cut every answer that does not fit the kernel', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.get('/big', () => 'y'.repeat(20_000_000))
  const server = await serve(app, { port: 0, signals: false, sendTimeout: '0s' })
  try {
    const answer = await fetch(`${server.url}/big`)
    expect((await answer.text()).length).toBe(20_000_000)
  } finally {
    await server.close()
  }
})

test('half a body under a deadline: 504, nothing is started, the connection ends', async () => {
  let started = 0
  const app = createApp({
    ...OPEN,
    limits: { timeout: '100ms' },
    log: { logger: new Lines().logger },
  })
  app.post('/x', async (_args, call) => {
    started++
    await call.request.body()
    return 'x'
  })
  const server = await serve(app, { port: 0, signals: false })
  const socket = connect(server.port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1').on('data', (more: string) => {
    text += more
  })
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.write('POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234')
  await within(closed, 'the end', 3000)
  expect(text).toContain(' 504 ')
  expect(text.match(/HTTP\/1.1/g)).toHaveLength(1)
  await server.close()
  expect(started).toBe(1)
})

// A dependency that takes long to open, and a handler that does not listen to its signal.
test.each(['/opening', '/deaf'])('the end of draining ends a call: %s', async (path) => {
  const told: string[] = []
  const open = Promise.withResolvers<void>()
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.onShutdown(() => void told.push('pool shut down'))
  const slow = dependency(async () => {
    told.push('entered')
    await open.promise
    return 1
  })
  const db = dependency(async function* () {
    try {
      yield 1
    } finally {
      await later(50)
      told.push('closed')
    }
  })
  app.get('/opening', { params: { db, slow } }, () => void told.push('handler started'))
  app.get('/deaf', { params: { db } }, async (_args, call) => {
    told.push('entered')
    await open.promise
    told.push(`aborted: ${call.signal.aborted}`)
  })
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
  const answer = fetch(server.url + path).catch(() => 'cut')
  await eventually(() => expect(told).toEqual(['entered']))
  await within(server.close(), 'server.close()', 2_000)
  expect(await answer).toBe('cut')
  expect(told).toEqual(['entered', 'closed', 'pool shut down'])
  open.resolve()
  await later(20)
  expect(told.slice(3)).toEqual(path === '/deaf' ? ['aborted: true'] : [])
})

test('a call whose caller has left gets the time of draining, and no more', async () => {
  const told: string[] = []
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.onShutdown(() => void told.push('pool shut down'))
  app.post('/left', async () => {
    told.push('entered')
    await later(150)
    told.push('done')
  })
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '2s' })
  const leave = new AbortController()
  const answer = fetch(`${server.url}/left`, { method: 'POST', signal: leave.signal })
  await eventually(() => expect(told).toEqual(['entered']))
  leave.abort()
  await answer.catch(() => {})
  await within(server.close(), 'server.close()', 1_500)
  expect(told).toEqual(['entered', 'done', 'pool shut down'])
})

test('shutdown hooks wait for as long as closing may take', async () => {
  const told: string[] = []
  const app = createApp({ ...OPEN, limits: { close: '20s' }, log: { logger: new Lines().logger } })
  app.onShutdown(() => void told.push('pool shut down'))
  const db = dependency(async function* () {
    yield 1
    await later(5_500)
    told.push('committed')
  })
  app.post('/pay', { params: { db } }, () => {
    told.push('entered')
  })
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '50ms' })
  const answer = fetch(`${server.url}/pay`, { method: 'POST' }).catch(() => 'cut')
  await eventually(() => expect(told).toEqual(['entered']))
  await server.close()
  await answer
  expect(told).toEqual(['entered', 'committed', 'pool shut down'])
}, 15_000)
