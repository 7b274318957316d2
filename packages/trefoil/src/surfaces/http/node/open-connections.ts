import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { answerInTurn } from './quirks.ts'

/** How many are held before those that are closed are looked for. */
const FEW = 64

/** Milliseconds between two looks at all connections. */
const SHORTEST_STEP = 100
const LONGEST_STEP = 5000

/** What a client that trusts our announcement gets beyond it, as node gives it. Milliseconds. */
const GRACE = 1000

/** Bytes read of a connection that was not idle when it was looked at. */
const NEVER = -1

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
 * is 3 % of what a small answer costs (decisions/0012). Here all of them are looked at every few
 * seconds, and no request pays for it. Nor has any of them a listener of ours: one was a tenth of
 * a connection with one call.
 */
export class OpenConnections {
  readonly #traces = new Map<Socket, Trace>()
  /** Looks in a row that have to find a connection idle; infinite while node sees to that. */
  #looks = Number.POSITIVE_INFINITY
  #many = FEW

  /**
   * Ends idle connections from the first request on, and node's timers with it. Node's own name for
   * the answer that a connection is busy with has to be there to tell which are: where it is not,
   * node keeps its timers.
   *
   * @param server its connections are held from now on
   * @param idleMs how long a connection may be idle; 0: node sees to that, or nobody does
   */
  constructor(server: Server, idleMs: number) {
    server.on('connection', (socket: Socket) => this.#add(socket))
    const step =
      idleMs === 0 ? LONGEST_STEP : Math.min(Math.max(idleMs / 8, SHORTEST_STEP), LONGEST_STEP)
    server.on('listening', () => {
      const timer = setInterval(() => this.#look(), step).unref()
      server.once('close', () => clearInterval(timer))
    })
    if (idleMs === 0) return
    server.once('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      if (answerInTurn(socket) !== response) return
      server.keepAliveTimeout = 0
      this.#looks = Math.ceil((idleMs + GRACE) / step)
    })
  }

  /** How many are held, also of those that have been closed. */
  get size(): number {
    return this.#traces.size
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
    this.#traces.set(socket, { bytesRead: NEVER, idleLooks: 0 })
  }

  #forgetClosed(): void {
    for (const socket of this.#traces.keys()) if (socket.destroyed) this.#traces.delete(socket)
    this.#many = Math.max(FEW, this.#traces.size * 2)
  }

  #look(): void {
    this.#forgetClosed()
    if (this.#looks === Number.POSITIVE_INFINITY) return
    for (const [socket, trace] of this.#traces) {
      const { bytesRead } = socket
      // `undefined`: it has not asked for anything yet, and node has another limit for that.
      if (answerInTurn(socket) !== null) trace.bytesRead = NEVER
      else if (bytesRead !== trace.bytesRead) {
        // It may have become idle just now, or a whole step ago: counted from now, it is not ended
        // before the time that clients are told.
        trace.bytesRead = bytesRead
        trace.idleLooks = 0
      } else if (++trace.idleLooks >= this.#looks) socket.destroy()
    }
  }
}
