// HTTP/2 by hand (RFC 9113, RFC 7541), for clients that no library would be.
import { connect, type TLSSocket } from 'node:tls'

export const DATA = 0
export const HEADERS = 1
export const SETTINGS = 4
export const GOAWAY = 7

export const END_STREAM = 1
const END_HEADERS = 4

/** SETTINGS_INITIAL_WINDOW_SIZE */
const WINDOW_SIZE = 4

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** What a client says first. */
export const PREFACE: Buffer = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame(SETTINGS, 0, 0, Buffer.alloc(0)),
])

/** Of a client that is sent nothing but heads. */
export function windowless(): Buffer {
  const setting = Buffer.alloc(6)
  setting.writeUInt16BE(WINDOW_SIZE, 0)
  return frame(SETTINGS, 0, 0, setting)
}

/** "All is well, and I am gone." */
export const GOODBYE: Buffer = frame(GOAWAY, 0, 0, Buffer.alloc(8))

/** A whole head in one frame. */
export function head(stream: number, block: Buffer, flags: number = END_STREAM): Buffer {
  return frame(HEADERS, flags | END_HEADERS, stream, block)
}

/** Text without Huffman coding. */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  return Buffer.concat([integer(bytes.length, 7, 0), bytes])
}

/** RFC 7541 §5.1 */
function integer(value: number, bits: number, pattern: number): Buffer {
  const most = 2 ** bits - 1
  if (value < most) return Buffer.from([pattern | value])
  const bytes = [pattern | most]
  let left = value - most
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128)
  bytes.push(left)
  return Buffer.from(bytes)
}

/** A field that is kept in the table, where it becomes the newest: index 62. */
export function kept(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x40]), literal(name), literal(value)])
}

/** A field that is not kept. */
export function field(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0]), literal(name), literal(value)])
}

/** The newest field of the table, so many times: a byte each. */
export function newest(times: number): Buffer {
  return Buffer.alloc(times, 0x80 | 62)
}

/** `GET` of a path on `localhost`, by https. */
export function get(path: string): Buffer {
  return Buffer.concat([
    Buffer.from([0x82, 0x87, 0x04]),
    literal(path),
    Buffer.from([0x01]),
    literal('localhost'),
  ])
}

/** Connects, keeps its side open whatever the server does, and says something. */
export function speak(port: number, text: Buffer | null): TLSSocket {
  const socket = connect({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
    // Types of node:tls leave it out, though it is handed on.
    ...{ allowHalfOpen: true },
  })
  socket.on('error', () => {})
  if (text !== null) socket.write(text)
  return socket
}

/** One frame of a server. */
export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

/** Everything a server says on a connection, as frames; complete when it has closed. */
export async function framesOf(socket: TLSSocket): Promise<readonly Frame[]> {
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  await new Promise((resolve) => socket.once('close', resolve).once('end', resolve))
  const said = Buffer.concat(pieces)
  const frames: Frame[] = []
  for (let at = 0; at + 9 <= said.length; ) {
    const end = at + 9 + said.readUIntBE(at, 3)
    frames.push({
      type: said.readUInt8(at + 3),
      flags: said.readUInt8(at + 4),
      stream: said.readUInt32BE(at + 5),
      payload: said.subarray(at + 9, end),
    })
    at = end
  }
  return frames
}
