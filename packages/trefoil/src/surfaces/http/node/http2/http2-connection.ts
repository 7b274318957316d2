import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { startTimer } from '../../../../base/start-timer.ts'

/** Milliseconds; 0 is any time, as node has it. */
export interface Http2Times {
  /** For a client to say that it speaks HTTP/2: its preface and its first SETTINGS. */
  readonly preface: number
  /** Without a request. */
  readonly idle: number
  /** For a client to read an answer that is complete. */
  readonly send: number
}

/** Milliseconds a client has to close its side, or to be sent what is left, after a goodbye. */
const FAREWELL = 500

/**
 * One connection of HTTP/2: at any time it has a request in flight, or a timer that ends its socket.
 * The session's word is not enough for that. After a goodbye, whoever said it, node closes its own
 * side and waits for the peer's: one that stays silent would keep the connection for ever.
 */
export class Http2Connection {
  readonly #session: ServerHttp2Session
  readonly #socket: TLSSocket | null
  readonly #times: Http2Times
  /** Requests in flight, and in how many looks in a row their answer was complete but not read. */
  readonly #streams: Map<ServerHttp2Stream, number> = new Map()
  #stopTimer: () => void = () => {}
  /** True once the client has said that it asks nothing more. */
  #isLeaving = false

  /**
   * @param socket of the session; `null` where the runtime does not tell
   * @param onClose called once, when the socket has closed
   */
  constructor(
    session: ServerHttp2Session,
    socket: TLSSocket | null,
    times: Http2Times,
    onClose: () => void,
  ) {
    this.#session = session
    this.#socket = socket
    this.#times = times
    // Not timeouts of the session: any frame puts those off, and a ping costs a client nothing.
    this.#endAfter(times.preface)
    session.once('remoteSettings', () => this.#rest())
    session.on('stream', (stream) => this.#begin(stream))
    session.on('goaway', () => {
      this.#isLeaving = true
      this.#rest()
    })
    ;(socket ?? session).once('close', () => {
      this.#stopTimer()
      onClose()
    })
  }

  /** Says goodbye; requests in flight finish. */
  close(): void {
    this.#session.close()
    this.#rest()
  }

  /** Ends everything at once. */
  destroy(): void {
    this.#session.destroy()
    // The socket has no say of its own while it has a session.
    this.#socket?.destroy()
  }

  /**
   * Ends requests whose answer nobody reads. A client that grants no window holds every answer,
   * however small, and with HTTP/2 none of them is out of our hands when it is written.
   *
   * @param looks in how many looks in a row an answer has to be found waiting
   */
  look(looks: number): void {
    for (const [stream, seen] of this.#streams) {
      if (!stream.writableEnded) continue
      if (seen + 1 < looks) this.#streams.set(stream, seen + 1)
      else stream.destroy()
    }
  }

  #begin(stream: ServerHttp2Stream): void {
    this.#stopTimer()
    this.#streams.set(stream, 0)
    stream.once('close', () => {
      this.#streams.delete(stream)
      this.#rest()
    })
  }

  #rest(): void {
    if (this.#streams.size > 0) return
    const { closed, destroyed } = this.#session
    if (this.#isLeaving || closed || destroyed) this.#endAfter(FAREWELL)
    else this.#wait(this.#times.idle, () => this.close())
  }

  #endAfter(ms: number): void {
    this.#wait(ms, () => this.destroy())
  }

  #wait(ms: number, then: () => void): void {
    this.#stopTimer()
    if (ms !== 0) this.#stopTimer = startTimer(ms, then)
  }
}
