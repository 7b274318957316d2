import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** How many are held before those that are closed are looked for. */
const FEW = 64

/** Milliseconds between two looks at all connections. */
const SHORTEST_STEP = 100
const LONGEST_STEP = 5000

/** What a client that trusts our announcement gets beyond it, as node gives it. Milliseconds. */
const GRACE = 1000

/** What was seen of a connection when all were looked at. */
interface Trace {
  bytesRead: number
  /** Looks in a row that found it idle. */
  idleLooks: number
}

/**
 * The connections of one listener: ends those that have been idle for too long, and those that a
 * closing server would wait for in vain.
 *
 * Node starts a timer whenever a connection becomes idle and stops it with the next request, which
 * is a twentieth of what a small answer costs. Here all of them are looked at every few seconds,
 * and no request pays for it. Nor has any of them a listener: one costs more than all else that is
 * done with a connection.
 */
export class OpenConnections {
  readonly #traces = new Map<Socket, Trace>()
  #many = FEW

  /** @param server its connections are held from now on */
  constructor(server: Server) {
    server.on('connection', (socket: Socket) => this.#add(socket))
  }

  /** How many are held, also of those that have been closed. */
  get size(): number {
    return this.#traces.size
  }

  /**
   * Ends idle connections from the first request on, and node's timers with it. Node's own name for
   * the answer that a connection is busy with has to be there to tell which are: where it is not,
   * node keeps its timers.
   *
   * @param ms how long a connection may be idle
   */
  endIdle(server: Server, ms: number): void {
    const begin = (request: IncomingMessage, response: ServerResponse) => {
      if (answerOn(request.socket) !== response) return
      server.keepAliveTimeout = 0
      const step = Math.min(Math.max(ms / 8, SHORTEST_STEP), LONGEST_STEP)
      const looks = Math.ceil((ms + GRACE) / step)
      const timer = setInterval(() => this.#look(looks), step).unref()
      server.once('close', () => clearInterval(timer))
    }
    server.once('request', begin)
  }

  /**
   * Ends connections that nothing was ever said on: browsers open some ahead of time. Node takes
   * none of them for idle.
   */
  endSilent(): void {
    for (const socket of this.#traces.keys()) if (socket.bytesRead === 0) socket.destroy()
  }

  #add(socket: Socket): void {
    if (this.#traces.size >= this.#many) this.#forgetClosed()
    this.#traces.set(socket, { bytesRead: -1, idleLooks: 0 })
  }

  #forgetClosed(): void {
    for (const socket of this.#traces.keys()) if (socket.destroyed) this.#traces.delete(socket)
    this.#many = Math.max(FEW, this.#traces.size * 2)
  }

  #look(looks: number): void {
    this.#forgetClosed()
    for (const [socket, trace] of this.#traces) {
      const { bytesRead } = socket
      // `undefined`: it has not asked for anything yet, and node has another limit for that.
      const isIdle = answerOn(socket) === null
      if (!isIdle || bytesRead !== trace.bytesRead) {
        trace.bytesRead = bytesRead
        trace.idleLooks = 0
      } else if (++trace.idleLooks >= looks) socket.destroy()
    }
  }
}

/** The answer a connection is busy with; `null` between two, `undefined` before the first. */
function answerOn(socket: Socket): unknown {
  return Reflect.get(socket, '_httpMessage')
}
