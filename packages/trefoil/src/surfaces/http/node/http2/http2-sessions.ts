import type { Http2SecureServer } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { Http2Connection, type Http2Times } from './http2-connection.ts'

/** Looks at the open answers in the time a client has for reading one. */
const LOOKS = 8

/** Milliseconds between two looks. */
const SHORTEST_STEP = 100
const LONGEST_STEP = 5000

/** The open connections of HTTP/2 of a server. */
export class Http2Sessions {
  readonly #open = new Set<Http2Connection>()

  constructor(server: Http2SecureServer, times: Http2Times) {
    let accepted: TLSSocket | null = null
    // Told in the turn before the session is: `session.socket` is a stand-in that cannot be ended.
    server.prependListener('secureConnection', (socket: TLSSocket) => {
      accepted = socket
    })
    server.on('session', (session) => {
      const connection = new Http2Connection(session, accepted, times, () => {
        this.#open.delete(connection)
      })
      this.#open.add(connection)
      accepted = null
    })
    if (times.send > 0) this.#lookAtAnswers(server, times.send)
  }

  /** Says goodbye to all; requests in flight finish. */
  close(): void {
    for (const connection of this.#open) connection.close()
  }

  /** Ends everything at once. */
  destroy(): void {
    for (const connection of this.#open) connection.destroy()
  }

  #lookAtAnswers(server: Http2SecureServer, ms: number): void {
    const step = Math.min(Math.max(ms / LOOKS, SHORTEST_STEP), LONGEST_STEP)
    // One more, because the first may come right after the answer.
    const looks = Math.ceil(ms / step) + 1
    server.on('listening', () => {
      const look = () => {
        for (const connection of this.#open) connection.look(looks)
      }
      const timer = setInterval(look, step).unref()
      server.once('close', () => clearInterval(timer))
    })
  }
}
