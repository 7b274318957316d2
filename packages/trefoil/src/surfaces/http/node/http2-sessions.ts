import type { ServerHttp2Session } from 'node:http2'
import { startTimer } from '../../../base/start-timer.ts'

/** The open connections of an HTTP/2 server; those that ask nothing are closed after a while. */
export class Http2Sessions {
  readonly #open = new Set<ServerHttp2Session>()
  readonly #idleTimeout: number

  /** @param idleTimeout milliseconds a connection may be without a request; 0 for any time, as node has it */
  constructor(idleTimeout: number) {
    this.#idleTimeout = idleTimeout
  }

  add(session: ServerHttp2Session): void {
    this.#open.add(session)
    let streams = 0
    let stopTimer = () => {}
    // Not the timeout of the session: any frame puts that off, and a ping costs a client nothing.
    const wait = () => {
      if (this.#idleTimeout !== 0) stopTimer = startTimer(this.#idleTimeout, () => session.close())
    }
    wait()
    session.on('stream', (stream) => {
      streams++
      stopTimer()
      stream.once('close', () => {
        streams--
        if (streams === 0 && !session.destroyed) wait()
      })
    })
    session.once('close', () => {
      stopTimer()
      this.#open.delete(session)
    })
  }

  /** Says goodbye; requests in flight finish. */
  close(): void {
    for (const session of this.#open) session.close()
  }

  /** Ends everything at once. */
  destroy(): void {
    for (const session of this.#open) session.destroy()
  }
}
