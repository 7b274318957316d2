// Sends bodies that nobody wants, in a process of its own: in the server's, it would read answers
// only when the server has nothing to do. Prints `{ "<kind>": { "<status, or what went wrong>": n } }`.
// node fnd-20-client.mjs <port> <requests a kind and path> <mebibytes> <path>=<length of the answer>…
import { request } from 'node:http'
import { connect } from 'node:net'

const [port, times, mebibytes, ...paths] = process.argv.slice(2)
const PIECE = Buffer.alloc(65_536, 'x')
const PIECES = Number(mebibytes) * 16
const AT_ONCE = Math.min(5, Number(times))

function nodeClient(path, length, isChunked) {
  return new Promise((resolve) => {
    const headers = { authorization: 'Bearer nobody' }
    if (!isChunked) headers['content-length'] = String(PIECES * PIECE.length)
    const sending = request({
      port,
      path,
      headers,
      method: 'POST',
      host: '127.0.0.1',
      agent: false,
    })
    sending.on('response', (response) => {
      let size = 0
      response.on('data', (piece) => (size += piece.length))
      response.on('end', () => resolve(size < length ? 'half' : response.statusCode))
      response.on('error', (error) => resolve(error.code))
    })
    sending.on('error', (error) => resolve(error.code))
    let sent = 0
    const more = () => {
      while (sent++ < PIECES) if (!sending.write(PIECE)) return sending.once('drain', more)
      sending.end()
    }
    more()
  })
}

/** Reads nothing before all is sent. */
function writesFirst(path, length, isChunked) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    let failure = 'nothing'
    socket.pause()
    const framing = isChunked
      ? 'Transfer-Encoding: chunked'
      : `Content-Length: ${PIECES * PIECE.length}`
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer nobody\r\n${framing}\r\n\r\n`,
    )
    const write = () => {
      if (!isChunked) return socket.write(PIECE)
      socket.write('10000\r\n')
      socket.write(PIECE)
      return socket.write('\r\n')
    }
    let sent = 0
    const more = () => {
      while (sent++ < PIECES) if (!write()) return socket.once('drain', more)
      if (isChunked) socket.write('0\r\n\r\n')
      socket.resume()
    }
    more()
    const whole = () => {
      const end = text.indexOf('\r\n\r\n')
      return end !== -1 && text.length >= end + 4 + Number(length)
    }
    socket.setEncoding('latin1')
    socket.on('data', (piece) => {
      text += piece
      if (whole()) socket.destroy()
    })
    socket.on('error', (error) => (failure = error.code))
    socket.on('close', () => resolve(whole() ? Number(text.slice(9, 12)) : failure))
    setTimeout(() => socket.destroy(), 20_000).unref()
  })
}

const found = {}
for (const [name, ask] of Object.entries({ node: nodeClient, 'writes first': writesFirst })) {
  for (const isChunked of [false, true]) {
    for (const route of paths) {
      const [path, length] = route.split('=')
      const kind = `${name}, ${isChunked ? 'chunked' : 'content-length'}, ${path}`
      const told = {}
      found[kind] = told
      for (let index = 0; index < times; index += AT_ONCE) {
        const some = Array.from({ length: AT_ONCE }, () => ask(path, Number(length), isChunked))
        for (const one of await Promise.all(some)) told[one] = (told[one] ?? 0) + 1
      }
    }
  }
}
console.log(JSON.stringify(found))
process.exit(0)
