// A process of clients that do not leave: FND-18. Started with the port of each kind, as JSON, and how
// many there are to be of each.
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { GOODBYE, get, head, PREFACE, speak, windowless } from './http2-frames.ts'

function plainly(port: number, text: string): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  if (text !== '') socket.write(text, 'latin1')
  return socket
}

function overTls(port: number, text: string): Socket {
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...{ allowHalfOpen: true },
  })
  socket.on('error', () => {})
  if (text !== '') socket.write(text, 'latin1')
  return socket
}

const GET = 'GET /ok HTTP/1.1\r\nHost: localhost\r\n\r\n'

function withEmptyLines(socket: Socket): void {
  setInterval(() => socket.write('\r\n'), 300)
}

/** An ordinary client that is refused while it sends. */
function refused(port: number): void {
  const client = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  client.on('error', () => {})
  const request = client.request({ ':path': '/closed', ':method': 'POST' })
  request.on('error', () => {})
  request.on('end', () => client.close())
  request.resume()
  request.end(Buffer.alloc(200_000))
}

const KINDS: Readonly<Record<string, (port: number) => unknown>> = {
  nohandshake: (port) => plainly(port, '').resume(),
  halfhandshake: (port) => plainly(port, '\x16\x03\x01\x02\x00\x01').resume(),
  noframe: (port) => speak(port, null).resume(),
  halfpreface: (port) => speak(port, PREFACE.subarray(0, 10)).resume(),
  silent: (port) => speak(port, PREFACE).resume(),
  goaway: (port) => speak(port, Buffer.concat([PREFACE, GOODBYE])).resume(),
  body401: refused,
  asked: (port) => speak(port, Buffer.concat([PREFACE, head(1, get('/ok'))])).resume(),
  // Nothing is read of the connection at all, or nothing is let through on it.
  deaf: (port) => speak(port, Buffer.concat([PREFACE, head(1, get('/big'))])),
  nowindow: (port) =>
    speak(port, Buffer.concat([PREFACE, windowless(), head(1, get('/ok'))])).resume(),
  nobody: (port) => speak(port, Buffer.concat([PREFACE, head(1, get('/ok'), 0)])).resume(),
  http1: (port) => overTls(port, GET).resume(),
  http1silent: (port) => overTls(port, '').resume(),
  http1lines: (port) => withEmptyLines(overTls(port, GET).resume()),
  plain: (port) => plainly(port, GET).resume(),
  plainsilent: (port) => plainly(port, '').resume(),
  plainlines: (port) => withEmptyLines(plainly(port, GET).resume()),
}

const count = Number(process.argv[3])
const ports: Readonly<Record<string, number>> = JSON.parse(process.argv[2] ?? '{}')
for (const [kind, port] of Object.entries(ports)) {
  for (let client = 0; client < count; client++) KINDS[kind]?.(port)
}
process.on('disconnect', () => process.exit())
