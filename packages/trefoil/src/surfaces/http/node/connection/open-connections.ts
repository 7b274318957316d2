import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { isIdle } from '../exchange/answering.ts'
import { answerInTurn } from '../quirks.ts'

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
  bytesWritten: number
  /** Looks in a row that found it idle, with nothing said. */
  silentLooks: number
  /** Looks in a row that found it idle, whatever was said. */
  idleLooks: number
}

/** Of HTTP/1.1. Milliseconds; 0 is any time, as node has it. */
export interface ConnectionTimes {
  /** Without a request. */
  readonly idle: number
  /** For a request's head to arrive. */
  readonly head: number
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
  /** Looks in a row that have to find a connection silent; infinite while node sees to that. */
  #silentLooks = Number.POSITIVE_INFINITY
  /** Looks in a row that have to find it idle. */
  readonly #idleLooks: number
  #many = FEW

  /**
   * Ends idle connections from the first request on, and node's timers with it. Node's own name for
   * the answer that a connection is busy with has to be there to tell which are: where it is not,
   * node keeps its timers.
   *
   * Those timers start anew with every byte, and what stands between two requests need not be part
   * of one: empty lines are skipped (RFC 9112 §2.2). A client that sends one now and then is idle
   * all the same, and is ended when an idle time and a head's have passed without a request.
   *
   * @param server its connections are held from now on
   * @param accepted the event that brings them: with TLS, they are there when the handshake is over
   */
  constructor(
    server: Server,
    { idle, head }: ConnectionTimes,
    accepted: 'connection' | 'secureConnection',
  ) {
    server.on(accepted, (socket: Socket) => this.#add(socket))
    const step =
      idle === 0 ? LONGEST_STEP : Math.min(Math.max(idle / 8, SHORTEST_STEP), LONGEST_STEP)
    this.#idleLooks =
      idle === 0 || head === 0 ? Number.POSITIVE_INFINITY : Math.ceil((idle + head + GRACE) / step)
    server.on('listening', () => {
      const timer = setInterval(() => this.#look(), step).unref()
      server.once('close', () => clearInterval(timer))
    })
    if (idle === 0 || accepted !== 'connection') return
    server.once('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      if (answerInTurn(socket) !== response) return
      server.keepAliveTimeout = 0
      this.#silentLooks = Math.ceil((idle + GRACE) / step)
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

  /** Ends everything at once. */
  endAll(): void {
    for (const socket of this.#traces.keys()) socket.destroy()
  }

  #add(socket: Socket): void {
    // Its session sees to that (http2-connection.ts).
    if ((socket as Partial<TLSSocket>).alpnProtocol === 'h2') return
    if (this.#traces.size >= this.#many) this.#forgetClosed()
    this.#traces.set(socket, {
      bytesRead: NEVER,
      bytesWritten: NEVER,
      silentLooks: 0,
      idleLooks: 0,
    })
  }

  #forgetClosed(): void {
    for (const socket of this.#traces.keys()) if (socket.destroyed) this.#traces.delete(socket)
    this.#many = Math.max(FEW, this.#traces.size * 2)
  }

  #look(): void {
    this.#forgetClosed()
    const endsIdle = Math.min(this.#silentLooks, this.#idleLooks) !== Number.POSITIVE_INFINITY
    if (endsIdle) for (const [socket, trace] of this.#traces) this.#lookAt(socket, trace)
  }

  #lookAt(socket: Socket, trace: Trace): void {
    // `undefined`: it has not asked for anything yet, and node has another limit for that.
    if (isIdle(socket) !== true) {
      trace.bytesRead = NEVER
      trace.bytesWritten = NEVER
      return
    }
    const { bytesRead, bytesWritten } = socket
    // It may have become idle just now, or a whole step ago: counted from now, it is not ended
    // before the time that clients are told. An answer has been written since the last look, or not.
    trace.idleLooks = bytesWritten === trace.bytesWritten ? trace.idleLooks + 1 : 0
    trace.silentLooks = bytesRead === trace.bytesRead ? trace.silentLooks + 1 : 0
    trace.bytesWritten = bytesWritten
    trace.bytesRead = bytesRead
    if (trace.silentLooks >= this.#silentLooks || trace.idleLooks >= this.#idleLooks) {
      socket.destroy()
    }
  }
}
