import { connect, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../../../index.ts'
import { type RunningServer, serve } from '../../../../node.ts'

let server: RunningServer | null = null
let socket: Socket | null = null
afterEach(async () => {
  socket?.destroy()
  await server?.close()
  server = null
})

const seen: string[] = []

/** A connection to an app with one route that takes a text; what it answers is collected. */
async function connected(): Promise<{
  write(text: string): void
  until(count: number): Promise<string>
}> {
  seen.length = 0
  const app = createApp({
    name: 'bodies',
    publicSurfaces: ['api'],
    limits: { body: '1kb' },
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  })
  const route = { name: 'keep', description: 'Keeps.', params: { text: z.string() } }
  app.post('/texts', route, ({ text }) => {
    seen.push(text)
    return { text }
  })
  server = await serve(app, { port: 0, host: '127.0.0.1' })
  const own = connect({ port: server.port, host: '127.0.0.1' })
  socket = own
  let received = ''
  let wake = () => {}
  own.on('data', (piece) => {
    received += String(piece)
    wake()
  })
  own.on('close', () => wake())
  return {
    write: (text) => own.write(text),
    async until(count) {
      while (received.split('HTTP/1.1 ').length - 1 < count && !own.closed) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return received
    },
  }
}

function post(text: string, length = ''): string {
  const body = JSON.stringify({ text })
  return `POST /texts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length || body.length}\r\n\r\n${body}`
}

test('FND-21: a body that comes with its head, behind another request, on a connection that stays', async () => {
  const { write, until } = await connected()
  write(post('one') + post('two'))
  expect((await until(2)).match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  write(post('three'))
  expect((await until(3)).match(/HTTP\/1\.1 200/g)).toHaveLength(3)
  expect(seen).toEqual(['one', 'two', 'three'])
})

test('FND-21: a body that comes in pieces, or in chunks, is waited for', async () => {
  const { write, until } = await connected()
  const whole = post('one')
  write(whole.slice(0, -5))
  await turn()
  write(whole.slice(-5))
  await until(1)
  const body = JSON.stringify({ text: 'two' })
  const size = body.length.toString(16)
  write(
    `POST /texts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\n${body}\r\n0\r\n\r\n`,
  )
  expect((await until(2)).match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  expect(seen).toEqual(['one', 'two'])
})

test('HTTP-4: one that is too large is refused, however it comes', async () => {
  const { write, until } = await connected()
  write(post('x'.repeat(2000)))
  expect(await until(1)).toMatch(/^HTTP\/1\.1 413/)
  expect(seen).toEqual([])
})

test('FND-21: of half a body nothing is done', async () => {
  const { write, until } = await connected()
  write(post('one', '100'))
  await turn()
  socket?.end()
  await until(1)
  expect(seen).toEqual([])
})
