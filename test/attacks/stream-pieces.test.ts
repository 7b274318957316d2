// What they would win: somebody else's bytes out of memory that is used again, an answer that looks
// whole and is not, dependencies that stay open.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connect2 } from 'node:http2'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, dependency, sse, stream } from 'trefoil'
import { sendFile, serve } from 'trefoil/node'
import { afterAll, expect, test } from 'vitest'
import { Lines, within } from '../findings/surfaces.ts'
import { selfSigned } from '../http/self-signed.ts'
import { eventually } from './eventually.ts'
import { request } from './raw-connection.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const folder = mkdtempSync(join(tmpdir(), 'trefoil-pieces-'))
const path = join(folder, 'a.bin')
writeFileSync(path, Buffer.alloc(100_000, 1))
afterAll(() => rmSync(folder, { recursive: true }))

const broken = dependency(async function* () {
  yield 1
  await later(50)
  throw new Error('the commit failed')
})

function filing() {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.get('/x', { params: { broken } }, () => sendFile(path))
  return app
}

test('a piece is what it was when it was yielded, however slowly it is read', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.get('/x', () =>
    stream(
      (async function* () {
        const memory = new Uint8Array(8_000_000).fill(1)
        setTimeout(() => memory.fill(2), 100)
        yield memory
        await later(200)
      })(),
    ),
  )
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
  try {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(request('GET /x'))
    await later(300)
    let foreign = 0
    let read = 0
    socket.on('data', (more) => {
      read += more.length
      for (const byte of more) if (byte === 2) foreign++
    })
    await eventually(() => expect(read).toBeGreaterThan(8_000_000))
    socket.destroy()
    expect(foreign).toBe(0)
  } finally {
    await within(server.close(), 'close', 10_000)
  }
})

test('an event is what it was when it was yielded, for an agent too', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.get('/x', { name: 'x', description: 'Does x.', cli: true }, () =>
    sse(
      (async function* () {
        const event = { data: { row: 0 } }
        while (event.data.row++ < 3) yield event
      })(),
    ),
  )
  await app.startup()
  const said = await app.localActions({ headers: [] }).call({ action: 'x', arguments: {} })
  expect(JSON.stringify(said)).toContain('[{"row":1},{"row":2},{"row":3}]')
  await app.shutdown()
})

test('a file whose call could not commit does not look complete (app.fetch)', async () => {
  const answer = await filing().fetch(new Request('http://localhost/x'))
  const reader = answer.body?.getReader()
  let bytes = 0
  const all = async () => {
    for (;;) {
      const step = await reader?.read()
      if (step === undefined || step.done) return
      bytes += step.value.byteLength
    }
  }
  await expect(within(all(), 'the end', 4000)).rejects.toThrow()
  expect(bytes).toBeLessThan(100_000)
})

test('a file whose call could not commit does not look complete (HTTP/2)', async () => {
  const { key, cert } = selfSigned()
  const server = await serve(filing(), {
    port: 0,
    signals: false,
    drainTimeout: '100ms',
    tls: { key, cert },
  })
  const session = connect2(`https://localhost:${server.port}`, {
    ca: cert,
    rejectUnauthorized: false,
  })
  try {
    const sent = session.request({ ':path': '/x' })
    let bytes = 0
    sent.on('data', (more: Buffer) => {
      bytes += more.length
    })
    let failed = false
    sent.on('error', () => {
      failed = true
    })
    await within(new Promise((resolve) => sent.on('close', resolve)), 'the end', 4000)
    expect(bytes).toBeLessThan(100_000)
    expect(failed || sent.rstCode !== 0).toBe(true)
  } finally {
    session.destroy()
    await within(server.close(), 'close', 10_000)
  }
})

test('a whole file arrives in all its bytes', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.get('/x', () => sendFile(path))
  const server = await serve(app, { port: 0, signals: false })
  const served = await (await fetch(`${server.url}/x`)).arrayBuffer()
  await server.close()
  const fetched = await (await app.fetch(new Request('http://localhost/x'))).arrayBuffer()
  expect([served.byteLength, fetched.byteLength]).toEqual([100_000, 100_000])
})

test.each(['destroy', 'getReader', 'on'])(
  'something iterable whose %s throws is a failed answer',
  async (member) => {
    const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
    app.get('/x', async () => {
      await null
      const value = { destroy() {}, async *[Symbol.asyncIterator]() {} }
      return Object.defineProperty(value, member, {
        get() {
          throw new Error('SECRET')
        },
      })
    })
    const answer = await within(app.fetch(new Request('http://localhost/x')), 'the answer', 4000)
    expect([200, 500]).toContain(answer.status)
    if (member !== 'on') expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('SECRET')
  },
)

test('who cancels the answer of app.fetch aborts the signal of its call', async () => {
  let left = false
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.get('/x', (_args, call) =>
    stream(
      (async function* () {
        yield 'x'
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve))
        left = true
      })(),
    ),
  )
  const reader = (await app.fetch(new Request('http://localhost/x'))).body?.getReader()
  await reader?.read()
  await later(20)
  await within(reader?.cancel() ?? Promise.resolve(), 'cancel', 4000)
  await eventually(() => expect(left).toBe(true))
})

test('an event that cannot be written ends its call, though its source never lets go', async () => {
  const told: string[] = []
  const db = dependency(async function* () {
    try {
      yield 1
    } catch {
    } finally {
      told.push('closed')
    }
  })
  const app = createApp({ ...OPEN, limits: { close: '50ms' }, log: { logger: new Lines().logger } })
  app.get('/x', { params: { db } }, () =>
    sse(
      (async function* () {
        try {
          yield { data: 5n }
        } finally {
          await new Promise(() => {})
        }
      })(),
    ),
  )
  const answer = await app.fetch(new Request('http://localhost/x'))
  await expect(within(answer.text(), 'the end', 4000)).rejects.toThrow()
  expect(told).toEqual(['closed'])
})
