// One TCP connection, for what `fetch` cannot say or does not show.
import { connect } from 'node:net'

export class Wire {
  #socket
  #text = ''
  #over = false
  #wake = () => {}

  /** Resolves when the connection is there. */
  connected

  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1' })
    this.connected = new Promise((resolve) => this.#socket.once('connect', resolve))
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text) => {
      this.#text += text
      this.#wake()
    })
    const end = () => {
      this.#over = true
      this.#wake()
    }
    this.#socket.on('error', end)
    this.#socket.on('end', end)
    this.#socket.on('close', end)
  }

  say(text) {
    this.#socket.write(text, 'latin1')
  }

  /** The next answer; `null` when the server closes without one. */
  async answer(method = 'GET') {
    for (;;) {
      const found = take(this.#text, method)
      if (found !== null) {
        this.#text = this.#text.slice(found.size)
        return found
      }
      if (this.#over) return null
      await this.#news()
    }
  }

  /** Everything that comes until the server closes. */
  async rest() {
    while (!this.#over) await this.#news()
    return this.#text
  }

  leave() {
    this.#socket.destroy()
  }

  #news() {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** An answer at the beginning of the text, or `null` when it is not all there yet. */
function take(text, method) {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return null
  const [line = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((header) => {
    const colon = header.indexOf(':')
    return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()]
  })
  const status = Number(line.split(' ')[1])
  const start = end + 4
  const named = Object.fromEntries(headers)
  if (method === 'HEAD' || status === 204 || status === 304) {
    return { status, headers, body: '', size: start }
  }
  if (named['transfer-encoding'] === 'chunked') {
    const last = text.indexOf('0\r\n\r\n', start)
    return last === -1 ? null : { status, headers, body: text.slice(start, last), size: last + 5 }
  }
  const size = start + Number(named['content-length'] ?? 0)
  return text.length < size ? null : { status, headers, body: text.slice(start, size), size }
}
