import { EventEmitter, once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createApp } from '../../../../index.ts'
import { serve } from '../../../../node.ts'
import { QUIRKS_ARE_ON } from '../quirks.ts'
import { OpenConnections } from './open-connections.ts'

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** Eight times this fits into a look every 5 seconds: nine of them until a connection is ended. */
const TIMEOUT = 40_000
const STEP = 5000
const LOOKS = 9
/** With it, 49 looks until one is ended that says something, but asks nothing. */
const HEAD = 200_000
const MOST_LOOKS = 49

let server: Server
let open: OpenConnections
let answers: ServerResponse[]
let port: number
const clients: Client[] = []

interface Client {
  readonly socket: Socket
  readonly closed: () => boolean
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  answers = []
  server = createServer({ keepAliveTimeout: TIMEOUT }, (_request, response) => {
    answers.push(response)
  })
  open = new OpenConnections(server, { idle: TIMEOUT, head: HEAD }, 'connection')
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  vi.useRealTimers()
})

async function client(): Promise<Client> {
  const socket = connect(port, '127.0.0.1')
  let isClosed = false
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
  })
  const one = { socket, closed: () => isClosed }
  clients.push(one)
  await once(socket, 'connect')
  return one
}

/** Sends a request and waits until the server has it. */
async function ask({ socket }: Client): Promise<ServerResponse> {
  const before = answers.length
  socket.write(GET)
  await vi.waitFor(() => expect(answers.length).toBe(before + 1))
  return answers[before] as ServerResponse
}

async function asked(one: Client): Promise<void> {
  const response = await ask(one)
  response.end('ok')
  await once(one.socket, 'data')
}

/** So many looks at all connections, and time for what they do to arrive. */
async function looks(count: number): Promise<void> {
  for (let look = 0; look < count; look++) vi.advanceTimersByTime(STEP)
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

test.runIf(QUIRKS_ARE_ON)(
  'an idle connection is ended when it has been idle for the whole time, not before',
  async () => {
    const one = await client()
    await asked(one)
    // The first look only sees how much has been read.
    await looks(LOOKS)
    expect(one.closed()).toBe(false)
    await looks(1)
    await vi.waitFor(() => expect(one.closed()).toBe(true))
    expect(server.keepAliveTimeout).toBe(0)
  },
)

test.skipIf(QUIRKS_ARE_ON)(
  'switched off, node keeps its timers, and no look ends anything',
  async () => {
    const one = await client()
    await asked(one)
    await looks(LOOKS * 3)
    expect(one.closed()).toBe(false)
    expect(server.keepAliveTimeout).toBe(TIMEOUT)
  },
)

test('every request starts the time anew', async () => {
  const one = await client()
  for (let time = 0; time < 3; time++) {
    await asked(one)
    await looks(LOOKS)
    expect(one.closed()).toBe(false)
  }
})

test.runIf(QUIRKS_ARE_ON)('a connection is not idle while its answer is being made', async () => {
  const one = await client()
  const response = await ask(one)
  await looks(LOOKS * 3)
  expect(one.closed()).toBe(false)
  response.end('ok')
  await once(one.socket, 'data')
  // The first look only sees that it is idle now, and may come right after the answer.
  await looks(LOOKS)
  expect(one.closed()).toBe(false)
  await looks(1)
  await vi.waitFor(() => expect(one.closed()).toBe(true))
})

test('nor while the client has not read its answer', async () => {
  const one = await client()
  one.socket.pause()
  const response = await ask(one)
  response.end(Buffer.alloc(20_000_000))
  await looks(LOOKS * 3)
  expect(response.socket?.destroyed ?? one.closed()).toBe(false)
})

test('nor while its next request is arriving, for as long as that may take', async () => {
  const one = await client()
  await asked(one)
  for (const letter of GET.slice(0, 5)) {
    one.socket.write(letter)
    await looks(LOOKS - 1)
    expect(one.closed()).toBe(false)
  }
})

test.runIf(QUIRKS_ARE_ON)('FND-30: what is said between two requests is no request', async () => {
  const [asking, idle] = [await client(), await client()]
  await asked(asking)
  await asked(idle)
  let count = 1
  await looks(1)
  for (; !idle.closed() && count < 2 * MOST_LOOKS; count += 7) {
    asking.socket.write('\r\n')
    idle.socket.write('\r\n')
    await looks(7)
    await asked(asking)
  }
  expect(count).toBeGreaterThan(MOST_LOOKS - 7)
  expect(count).toBeLessThan(MOST_LOOKS + 14)
  expect(asking.closed()).toBe(false)
})

test.runIf(QUIRKS_ARE_ON)(
  'one that has not asked for anything is left to the limits of node',
  async () => {
    const [silent, other] = [await client(), await client()]
    silent.socket.write('GET / HTT')
    await asked(other)
    await looks(LOOKS + 1)
    await vi.waitFor(() => expect(other.closed()).toBe(true))
    expect(silent.closed()).toBe(false)
  },
)

test('closed connections are forgotten, however few looks there are', async () => {
  for (let index = 0; index < 300; index++) {
    const one = await client()
    one.socket.destroy()
    await once(one.socket, 'close')
  }
  expect(open.size).toBeLessThanOrEqual(64)
})

test('closed connections are forgotten where nobody ends idle ones', async () => {
  const endless = createServer((_request, response) => response.end())
  const held = new OpenConnections(endless, { idle: 0, head: HEAD }, 'connection')
  endless.listen(0, '127.0.0.1')
  await once(endless, 'listening')
  port = (endless.address() as AddressInfo).port
  for (let index = 0; index < 3; index++) {
    const one = await client()
    one.socket.destroy()
    await once(one.socket, 'close')
  }
  await vi.waitFor(() => {
    vi.advanceTimersByTime(STEP)
    expect(held.size).toBe(0)
  })
  expect(endless.keepAliveTimeout).toBeGreaterThan(0)
  endless.close()
})

test('the looks end with the server', async () => {
  await asked(await client())
  expect(vi.getTimerCount()).toBe(1)
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  expect(vi.getTimerCount()).toBe(0)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

test('where nobody says which connections are busy, node keeps its timers', () => {
  const unknown = Object.assign(new EventEmitter(), { keepAliveTimeout: TIMEOUT })
  new OpenConnections(unknown as unknown as Server, { idle: TIMEOUT, head: HEAD }, 'connection')
  unknown.emit('request', { socket: {} }, {})
  expect(unknown.keepAliveTimeout).toBe(TIMEOUT)
})

test.each([
  ['30s', 'Keep-Alive: timeout=30\r\n'],
  ['0s', 'Connection: keep-alive\r\n'],
] as const)('with %s every answer announces the time', async (keepAliveTimeout, line) => {
  const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'] })
  app.get('/', { name: 'ok' }, () => 'ok')
  const running = await serve(app, { port: 0, signals: false, keepAliveTimeout })
  port = running.port
  const { socket } = await client()
  for (let time = 0; time < 3; time++) {
    socket.write(GET)
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toContain(line)
    expect(String(answer).includes('timeout=')).toBe(keepAliveTimeout !== '0s')
  }
  await running.close()
})
