import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import process from 'node:process'
import { takeMore, takeNoMore } from '../exchange/answering.ts'
import { announceClose } from '../quirks.ts'

/** How much of a body that nobody wants is read so that its sender hears why. */
export interface LingerLimits {
  /** Milliseconds in all. */
  readonly total: number
  /** Milliseconds in which nothing comes. */
  readonly silence: number
  /** Bytes. */
  readonly bytes: number
}

const LIMITS: LingerLimits = { total: 10_000, silence: 2000, bytes: 64 * 2 ** 20 }

/** Milliseconds in all for those a stopping server still answers: its callers need not wait longer. */
const LAST_WORDS = 1000

/** Milliseconds between two looks at all that linger. */
const STEP = 100

/** Other runtimes have connections of their own making, and do their own. */
const IS_NODE = process.versions['bun'] === undefined && process.versions['deno'] === undefined

/** A connection whose answer is given while its body is still coming. */
interface Rest {
  /** Bytes of the connection when its answer was out; `null` until then. */
  start: number | null
  /** Bytes when it was last looked at. */
  seen: number
  looks: number
  silentLooks: number
}

/**
 * Connections that were answered before their body had come, and are read on for a while (lingering
 * close, RFC 9112 §9.6). Closed at once, the kernel would tell the sender of unread bytes with a
 * reset, and a reset throws away an answer that waits to be read: of clients that send all before
 * they read, every one would lose it (FND-20).
 *
 * Nothing is read before the answer is out: node reads nothing of a connection that much waits to be
 * sent on. What comes then is thrown away by node itself, and nobody is told: the connections are looked at ten
 * times a second. Their calls are over; the bounds are for those who would send for ever.
 */
export class Lingering {
  readonly #limits: LingerLimits
  readonly #open = new Map<Socket, Rest>()
  #timer: ReturnType<typeof setInterval> | null = null
  #isEnding = false

  constructor(limits: LingerLimits = LIMITS) {
    this.#limits = limits
  }

  /** Most of the time 0. */
  get size(): number {
    return this.#open.size
  }

  /**
   * To be called before the head of the answer is written.
   *
   * @param isOurs true when nobody but the app can be reading the body, and it does no longer
   * @param mayStay false for a request that is malformed: somebody in front may see its end in another
   * place, and what comes behind it is not to be read (request smuggling)
   */
  hold(request: IncomingMessage, response: ServerResponse, isOurs: boolean, mayStay = true): void {
    const { socket } = request
    const wasToStay = response.shouldKeepAlive
    response.shouldKeepAlive = false
    // What a host or a test makes up for a socket need not be one.
    if (!IS_NODE || typeof (socket as Partial<Socket>).destroySoon !== 'function') return
    const isTold = announceClose(response)
    // Clients of HTTP/1.0 take a connection that is not said to close for one that stays.
    if (!isTold && (request.httpVersionMinor === 0 || !mayStay)) return
    response.shouldKeepAlive = true
    const rest: Rest = { start: null, seen: 0, looks: 0, silentLooks: 0 }
    this.#open.set(socket, rest)
    // Where it could not be told that it closes, it may stay.
    const stays = !isTold && wasToStay
    takeNoMore(socket, stays ? request : null)
    socket.once('close', () => this.#release(socket, rest))
    const end = () => {
      if (stays && !this.#isEnding) this.#release(socket, rest)
      else socket.destroySoon()
    }
    response.once('finish', () => {
      if (request.complete) return end()
      request.once('end', end)
      readOn(request, isOurs)
      rest.start = rest.seen = socket.bytesRead
      this.#timer ??= setInterval(() => this.#look(), STEP).unref()
    })
  }

  /** Ends all that have their answers: a stopping server waits for calls, and theirs are over. */
  end(): void {
    this.#isEnding = true
    for (const [socket, { start }] of this.#open) if (start !== null) socket.destroy()
  }

  #release(socket: Socket, rest: Rest): void {
    // On one that stays, the next request may linger already.
    if (this.#open.get(socket) !== rest) return
    this.#open.delete(socket)
    takeMore(socket)
    if (this.#open.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  #look(): void {
    const total = this.#isEnding ? LAST_WORDS : this.#limits.total
    for (const [socket, rest] of this.#open) {
      if (rest.start === null) continue
      const { bytesRead } = socket
      rest.silentLooks = bytesRead === rest.seen ? rest.silentLooks + 1 : 0
      rest.seen = bytesRead
      rest.looks++
      const isOver =
        rest.looks * STEP >= total ||
        rest.silentLooks * STEP >= this.#limits.silence ||
        bytesRead - rest.start > this.#limits.bytes
      if (isOver) socket.destroy()
    }
  }
}

/** Node throws away what nobody has begun to read; the rest of what somebody has would stay. */
function readOn(request: IncomingMessage, isOurs: boolean): void {
  // A handler may have left a reader standing there, which would keep the rest from coming.
  if (isOurs && request.listenerCount('readable') > 0) request.removeAllListeners('readable')
  request.on('data', ignore)
}

const ignore = (): void => {}
