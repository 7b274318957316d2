import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createApp } from '../../../index.ts'
import { serve } from '../../../node.ts'
import { OpenConnections } from './open-connections.ts'

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** Beyond which closed connections are not held. */
const STEP = 5000

let server: Server
let open: OpenConnections
let port: number
const clients: Socket[] = []

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  server = createServer((_request, response) => response.end('ok'))
  open = new OpenConnections(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})

afterEach(async () => {
  for (const socket of clients.splice(0)) socket.destroy()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
  vi.useRealTimers()
})

async function client(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  clients.push(socket)
  await once(socket, 'connect')
  return socket
}

async function comeAndGo(): Promise<void> {
  const one = await client()
  one.destroy()
  await once(one, 'close')
}

test('closed connections are forgotten when there are many', async () => {
  for (let index = 0; index < 300; index++) await comeAndGo()
  expect(open.size).toBeLessThanOrEqual(64)
})

test('and after a while, when nobody comes after them', async () => {
  for (let index = 0; index < 3; index++) await comeAndGo()
  await vi.waitFor(() => {
    vi.advanceTimersByTime(STEP)
    expect(open.size).toBe(0)
  })
})

test('nobody is looked for when the server has ended', async () => {
  expect(vi.getTimerCount()).toBe(1)
  server.close()
  await once(server, 'close')
  expect(vi.getTimerCount()).toBe(0)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

test('a silent connection is ended, one that has asked for something is not', async () => {
  const [silent, asking] = [await client(), await client()]
  asking.write(GET)
  await once(asking, 'data')
  open.endSilent()
  await once(silent, 'close')
  asking.write(GET)
  expect(String(await once(asking, 'data'))).toContain('200 OK')
})

test.each([
  ['30s', 'Keep-Alive: timeout=30\r\n'],
  ['0s', 'Connection: keep-alive\r\n'],
] as const)('with %s every answer announces the time', async (keepAliveTimeout, line) => {
  const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'] })
  app.get('/', { name: 'ok' }, () => 'ok')
  const running = await serve(app, { port: 0, signals: false, keepAliveTimeout })
  port = running.port
  const socket = await client()
  for (let time = 0; time < 3; time++) {
    socket.write(GET)
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toContain(line)
    expect(String(answer).includes('timeout=')).toBe(keepAliveTimeout !== '0s')
  }
  await running.close()
})
