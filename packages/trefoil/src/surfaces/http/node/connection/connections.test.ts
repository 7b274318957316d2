import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { duplexPair, Readable } from 'node:stream'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createApp, stream } from '../../../../index.ts'
import { type RunningServer, serve, toNodeHandler } from '../../../../node.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }
let server: RunningServer | null = null
const clients: Socket[] = []
let finishLater = () => {}
afterEach(async () => {
  finishLater()
  for (const client of clients.splice(0)) client.destroy()
  await server?.close()
  server = null
})

async function start(drainTimeout: '100ms' | '60s' = '100ms'): Promise<RunningServer> {
  const app = createApp({ log: { logger }, publicSurfaces: ['api', 'mcp', 'cli'] })
  app.get('/now', { name: 'now' }, () => 'now')
  app.get(
    '/later',
    { name: 'later' },
    () =>
      new Promise<string>((resolve) => {
        finishLater = () => resolve('later')
      }),
  )
  app.get('/watching', { name: 'watching' }, (_args, call) => {
    call.signal.throwIfAborted()
    return new Promise((_resolve, reject) => {
      call.signal.addEventListener('abort', () => reject(call.signal.reason))
    })
  })
  app.get('/stream', { name: 'stream' }, () =>
    stream(
      (async function* () {
        yield 'first'
        await new Promise(() => {})
      })(),
    ),
  )
  server = await serve(app, { port: 0, signals: false, drainTimeout })
  return server
}

async function open(port: number): Promise<Socket> {
  const client = connect(port, '127.0.0.1')
  client.on('error', () => {})
  clients.push(client)
  await once(client, 'connect')
  return client
}

/** Whether Linux runs a keep-alive timer for our end of a connection (proc(5), `tr`). */
function isProbed(serverPort: number, client: Socket): boolean {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')
  const own = `0100007F:${hex(serverPort)} 0100007F:${hex(client.localPort ?? 0)} 01`
  const line = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .find((one) => one.includes(own))
  return line !== undefined && line.trim().split(/\s+/)[5]?.startsWith('02') === true
}

describe.skipIf(process.platform !== 'linux')('a peer that vanishes without closing', () => {
  test.each(['/watching', '/stream'])('is looked after while %s waits for it', async (path) => {
    const { port } = await start()
    const client = await open(port)
    client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    await vi.waitFor(() => expect(isProbed(port, client)).toBe(true), 5000)
  })

  test('is not asked for where nobody would hear of it: that takes four system calls', async () => {
    const { port } = await start()
    const [quick, slow] = [await open(port), await open(port)]
    slow.write('GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n')
    quick.write('GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(quick, 'data')
    expect([isProbed(port, quick), isProbed(port, slow)]).toEqual([false, false])
  })
})

describe('connections that never said anything', () => {
  test('do not keep a server from closing, however many there are', async () => {
    const { port } = await start('60s')
    const silent: Socket[] = []
    // Others come and go among them, so that the list of them is looked through more than once.
    for (let index = 0; index < 200; index++) {
      silent.push(await open(port))
      if (index % 3 !== 0) continue
      const asking = await open(port)
      asking.write('GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await once(asking, 'data')
      if (index % 2 === 0) asking.destroy()
    }
    const ended = Promise.all(silent.map((client) => once(client, 'close')))
    await Promise.all([server?.close(), ended])
  })

  test('one that has begun to speak may finish', async () => {
    const { port, close } = await start()
    const client = await open(port)
    client.write('GET /now HTTP/1.1\r\n')
    // Answered later than the half request arrived, on a connection of its own.
    const other = await open(port)
    other.write('GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(other, 'data')
    const closing = close()
    client.write('Host: localhost\r\n\r\n')
    const [answer] = await once(client, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
    await closing
  })
})

test.each([
  ['/watching', 200],
  ['/stream', 200],
])('ADAPT: %s is answered on what is no socket of the system', async (path, status) => {
  const app = createApp({ log: { logger }, publicSurfaces: ['api', 'mcp', 'cli'] })
  app.get('/watching', { name: 'watching' }, (_args, call) => ({ gone: call.signal.aborted }))
  app.get('/stream', { name: 'stream' }, () => stream(Readable.from(['a', 'b'])))
  const host = createServer(toNodeHandler(app))
  const [client, own] = duplexPair()
  host.emit('connection', own)
  client.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  const [answer] = await once(client, 'data')
  expect(String(answer)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  client.destroy()
})

test('a client over IPv4 has the same address on a server for both', async () => {
  const app = createApp({
    log: { logger },
    publicSurfaces: ['api', 'mcp', 'cli'],
    edge: { hosts: ['*'] },
  })
  app.get('/', { name: 'who' }, (_args, call) => call.client.address)
  server = await serve(app, { port: 0, host: '::', signals: false })
  expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe('127.0.0.1')
})
