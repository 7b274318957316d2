import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Lingering, type LingerLimits } from './lingering.ts'

let sockets: Socket[] = []
let close = () => {}
beforeEach(() => {
  sockets = []
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  close()
})

const LONG: LingerLimits = { total: 60_000, silence: 60_000, bytes: 2 ** 30 }

/** A server that answers everything at once, and a client that has its answer. */
async function refused(limits: Partial<LingerLimits>, head = 'Content-Length: 100000000') {
  const lingering = new Lingering({ ...LONG, ...limits })
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    lingering.hold(request, response, true)
    response.end('no')
  })
  close = () => void server.close()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`)
  const answer = await new Promise<string>((resolve) =>
    socket.once('data', (data) => resolve(String(data))),
  )
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nno$/)
  return { lingering, socket, closed }
}

/** Sends on until the connection is closed. */
async function sending(socket: Socket, closed: Promise<void>, piece: Buffer, pause: number) {
  let isOpen = true
  void closed.then(() => {
    isOpen = false
  })
  while (isOpen) {
    socket.write(piece)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

test('FND-20: who falls silent is cut', async () => {
  const { lingering, closed } = await refused({ silence: 200 })
  await closed
  await expect.poll(() => lingering.size).toBe(0)
})

test('FND-20: so is who trickles, when the time is over', async () => {
  const { socket, closed } = await refused({ total: 500, silence: 400 })
  await sending(socket, closed, Buffer.from('x'), 50)
})

test('FND-20: and who sends without end', async () => {
  const { socket, closed } = await refused({ bytes: 1_000_000 })
  await sending(socket, closed, Buffer.alloc(65_536), 1)
})

test('FND-20: a stopping server cuts those that have their answers', async () => {
  const { lingering, closed } = await refused({})
  expect(lingering.size).toBe(1)
  lingering.end()
  await closed
})

test('FND-20: when all has come, the connection is let go at once', async () => {
  const { lingering, socket, closed } = await refused({}, 'Content-Length: 5\r\nConnection: close')
  socket.write('hello')
  await closed
  await expect.poll(() => lingering.size).toBe(0)
})

test('FND-20: one whose client has gone is forgotten', async () => {
  const { lingering, socket } = await refused({})
  socket.destroy()
  await expect.poll(() => lingering.size).toBe(0)
})

test('FND-20: what a test makes up for a socket is left alone', () => {
  const lingering = new Lingering()
  const response = { shouldKeepAlive: true }
  lingering.hold({ socket: {} } as IncomingMessage, response as ServerResponse, true)
  expect(response.shouldKeepAlive).toBe(false)
  expect(lingering.size).toBe(0)
})
