// Who attacks: anybody who can open a TCP connection. What they would win: a server that cannot stop.

import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { createApp } from 'trefoil'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { Lines, within } from '../findings/surfaces.ts'
import { selfSigned } from '../http/self-signed.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const { key, cert } = selfSigned()

test.each([
  ['HTTP/2, nothing said', { key, cert }, ''],
  ['HTTP/2, half a handshake', { key, cert }, '\x16\x03\x01\x02\x00\x01'],
  ['HTTP/1.1, nothing said', { key, cert, http2: false }, ''],
  ['HTTP/1.1, half a handshake', { key, cert, http2: false }, '\x16\x03\x01\x02\x00\x01'],
])(
  'a stopping server ends connections that never finish their handshake: %s',
  async (_name, tls, said) => {
    const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
    app.get('/x', () => 'x')
    const server = await serve(app, { port: 0, signals: false, tls, drainTimeout: '100ms' })
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    if (said !== '') socket.write(said, 'latin1')
    await new Promise((resolve) => setTimeout(resolve, 100))
    try {
      await within(server.close(), 'server.close()', 6_000)
    } finally {
      socket.destroy()
    }
  },
)

test.each([
  ['plain, half a head', 'GET / HT'],
  ['plain, half a body', 'POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12'],
  ['plain, nothing', ''],
])('a stopping server ends connections: %s', async (_name, said) => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.post('/x', async (_args, call) => {
    await call.request.body()
    return 'x'
  })
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
  const socket = connect(server.port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  if (said !== '') socket.write(said, 'latin1')
  await new Promise((resolve) => setTimeout(resolve, 100))
  try {
    await within(server.close(), 'server.close()', 6_000)
  } finally {
    socket.destroy()
  }
})

test('requestTimeout 0 is no limit with HTTP/2 either', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.post('/x', async (_args, call) => (await call.request.body()).byteLength)
  const server = await serve(app, {
    port: 0,
    signals: false,
    tls: { key, cert },
    requestTimeout: '0s',
  })
  const client = connectHttp2(server.url.replace('127.0.0.1', 'localhost'), { ca: cert })
  client.on('error', () => {})
  try {
    const stream = client.request({ ':path': '/x', ':method': 'POST' })
    stream.on('error', () => {})
    const response = once(stream, 'response')
    stream.write('12345')
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (!stream.writableEnded) stream.end('67890')
    const [head] = await response
    expect(head[':status']).toBe(200)
  } finally {
    client.destroy()
    await server.close()
  }
})
