import { connect, type Socket } from 'node:net'

/** One HTTP/1.1 answer, read from a socket without being polite about it. */
export interface RawResponse {
  readonly status: number
  /** Head as received, status line first. */
  readonly head: string
  readonly body: string
}

/** A TCP connection on which a test can say things that `fetch` would not. */
export class RawConnection {
  readonly #socket: Socket
  #text = ''
  #ended = false
  #wake: (() => void)[] = []
  /** Resolves when the server has closed the connection, politely or not. */
  readonly closed: Promise<void>

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text: string) => {
      this.#text += text
      this.#notify()
    })
    this.#socket.on('error', () => {})
    const over = () => {
      this.#ended = true
      this.#notify()
    }
    this.#socket.on('end', over)
    this.#socket.on('close', over)
    this.closed = new Promise((resolve) => this.#socket.on('close', () => resolve()))
  }

  /** Everything received and not yet read as an answer. */
  get rest(): string {
    return this.#text
  }

  /** Sends text as it is, one byte per character. */
  send(text: string): void {
    this.#socket.write(text, 'latin1')
  }

  /** Says that nothing more will be sent, and keeps listening. */
  halfClose(): void {
    this.#socket.end()
  }

  /** Goes away without a word. */
  vanish(): void {
    this.#socket.destroy()
  }

  /** The next answer; `null` when the server closes without one. */
  async response(method = 'GET'): Promise<RawResponse | null> {
    for (;;) {
      const answer = this.#take(method)
      if (answer !== null) return answer
      if (this.#ended) return null
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  /** Waits until the server ends its side; returns what it said until then. */
  async end(): Promise<string> {
    while (!this.#ended) await new Promise<void>((resolve) => this.#wake.push(resolve))
    return this.#text
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }

  #take(method: string): RawResponse | null {
    const split = this.#text.indexOf('\r\n\r\n')
    if (split === -1) return null
    const head = this.#text.slice(0, split)
    const status = Number(head.slice(9, 12))
    const after = this.#text.slice(split + 4)
    const length = status === 204 || status < 200 || method === 'HEAD' ? 0 : lengthOf(head)
    if (length === null || after.length < length) return null
    this.#text = after.slice(length)
    return { status, head, body: after.slice(0, length) }
  }
}

function lengthOf(head: string): number | null {
  const match = /^content-length: ([0-9]+)$/im.exec(head)
  return match?.[1] === undefined ? null : Number(match[1])
}

/** Sends one text on a new connection and reads one answer. */
export async function ask(port: number, text: string): Promise<RawResponse | null> {
  const connection = new RawConnection(port)
  connection.send(text)
  const answer = await connection.response(text.slice(0, text.indexOf(' ')))
  connection.vanish()
  return answer
}

/** A request head, `Host` included, with or without a body. */
export function request(line: string, headers: readonly string[] = [], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body, 'latin1')}`]
  return [`${line} HTTP/1.1`, 'Host: localhost', ...length, ...headers, '', body].join('\r\n')
}
