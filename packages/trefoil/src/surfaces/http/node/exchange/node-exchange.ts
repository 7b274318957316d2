import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { plainAddress } from '../../../../base/ip.ts'
import { freezeGenerators } from '../../../../base/plain/freeze-class.ts'
import type { Awaitable } from '../../../../base/promise.ts'
import type { Exchange, SendResult, ServerStop } from '../../../../contract/answer/exchange.ts'
import { firstHeader, type RawHeaders } from '../../../../web/raw-headers.ts'
import type { Lingering } from '../connection/lingering.ts'
import { Http2Body, piecesInTime, wholeInTime } from '../http2/http2-body.ts'
import { isHttp2 } from '../http2/http2-head.ts'
import { fromHttp2 } from '../http2/http2-headers.ts'
import { CAN_END_READ, dropBody } from '../quirks.ts'
import { pieces } from './body-pieces.ts'
import type { Sending } from './send.ts'
import { type Arriving, collect, leftBehind, withItsHead } from './whole-body.ts'

const EMPTY = new Uint8Array(0)
const SOON = Promise.resolve()

/** Milliseconds of silence after which the kernel asks whether a peer is still there. */
export const SILENCE_MS = 60_000

/** Milliseconds; see `sendTimeout` of `serve`. */
export const DEFAULT_SEND_TIMEOUT = 60_000

/** Milliseconds; see `requestTimeout` of `serve`. */
const DEFAULT_REQUEST_TIMEOUT = 60_000

/** One `node:http` request. */
export class NodeExchange implements Exchange, Sending, Arriving {
  readonly method: string
  readonly target: string
  readonly rawHeaders: readonly string[]
  readonly inProcess = false
  readonly mountPath: string | null = null
  readonly stop: ServerStop | null
  bytesSent = 0
  failed = false
  readonly sendTimeout: number
  /** True once someone asked for the body. */
  bodyRead = false
  /** True once a reader has left the body early: what still comes is thrown away. */
  restDropped = false
  #isSkipped = false
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  /** True when its client sends the body only once it has been told to. */
  readonly expectsContinue: boolean
  readonly #requestTimeout: number
  /** `null` for HTTP/1.1. Of HTTP/2 only the stream knows how it ended; its response does not. */
  readonly #stream: ServerHttp2Stream | null
  readonly #arriving: Http2Body | null

  /**
   * @param expectsContinue true when the client waits for `100 Continue` before its body
   * @param sendTimeout milliseconds a client may take to read what is waiting for it; 0: any
   * time
   * @param requestTimeout milliseconds a body of HTTP/2 may take to arrive; 0: any time. With
   * HTTP/1.1 the server sees to that
   * @param stop of the listener; `null` where it is somebody else's
   */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
    sendTimeout: number = DEFAULT_SEND_TIMEOUT,
    requestTimeout: number = DEFAULT_REQUEST_TIMEOUT,
    stop: ServerStop | null = null,
  ) {
    this.stop = stop
    this.sendTimeout = sendTimeout
    this.#requestTimeout = requestTimeout
    this.#request = request
    this.#response = response
    this.expectsContinue = expectsContinue
    this.method = request.method as string
    this.target = request.url as string
    const stream = request.httpVersionMajor !== 1 && isHttp2(response) ? response.stream : null
    this.#stream = stream
    this.rawHeaders = stream === null ? request.rawHeaders : fromHttp2(request.rawHeaders)
    this.#arriving =
      stream === null ? null : new Http2Body(stream, announcedLength(this.rawHeaders))
  }

  get peerAddress(): string | null {
    const address = this.#request.socket.remoteAddress
    return address === undefined ? null : plainAddress(address)
  }

  get encrypted(): boolean {
    return (this.#request.socket as Partial<TLSSocket>).encrypted === true
  }

  /** Asked of the socket only when somebody wants it; HTTP/2 lends its own. */
  get certificate(): Uint8Array | null {
    const socket = this.#request.socket as Partial<TLSSocket>
    // Without `rejectUnauthorized` anybody may show one that nobody signed.
    if (socket.encrypted !== true || socket.authorized !== true) return null
    return socket.getPeerX509Certificate?.()?.raw ?? null
  }

  get aborted(): boolean {
    const stream = this.#stream
    if (stream !== null) return stream.closed || stream.destroyed
    return this.#response.destroyed || isClosed(this.#response)
  }

  onAbort(listener: () => void): void {
    if (this.#isOver) return
    this.watchCaller()
    this.#response.once('close', () => {
      if (!this.#isSent) listener()
    })
  }

  /**
   * Has the kernel ask a silent peer whether it is still there, to find one that vanished without
   * closing. Only for calls that somebody wants to know it of, because it takes four system calls:
   * every other wait for a client has a time limit.
   */
  watchCaller(): void {
    // The sockets of HTTP/2 are not ours to set; its server sees to that.
    if (this.#stream !== null) return
    // What a host or a test makes up for a socket need not be one.
    const socket: Partial<Socket> = this.#request.socket
    socket.setKeepAlive?.(true, SILENCE_MS)
  }

  onDone(listener: (result: SendResult) => void): void {
    const tell = () => {
      const outcome = this.#isSent ? 'ok' : this.#hasFailed ? 'failed' : 'aborted'
      listener({ outcome, bytes: this.bytesSent })
    }
    // A client that left before the answer was ready must not be missing from the records.
    if (this.#isOver) queueMicrotask(tell)
    else this.#response.once('close', tell)
  }

  /**
   * Refuses what may still come of the body once the answer is out. A refused caller could
   * otherwise keep us reading what we never wanted; what it sends until it has heard so is thrown
   * away.
   *
   * @param isOurs true when nobody but the app can be reading it, and it does no longer
   * @param mayStay false for a malformed request
   */
  refuseRest(lingering: Lingering, isOurs: boolean, mayStay: boolean): void {
    if (this.#arriving !== null) this.#arriving.refuseRest()
    else lingering.hold(this.#request, this.#response, isOurs, mayStay)
  }

  /**
   * Has what comes of a small body thrown away while it is parsed. Node keeps it for a reader until
   * the answer has left: a tenth of what it costs to refuse a caller who sent one.
   */
  skipBody(): void {
    this.#isSkipped = dropBody(this.#request)
  }

  get #isOver(): boolean {
    return this.#stream === null ? isClosed(this.#response) : this.#stream.destroyed
  }

  get #isSent(): boolean {
    const stream = this.#stream
    if (stream === null) return this.#response.writableFinished
    // Node ends the stream of a client that has left, and then calls it finished.
    return stream.writableFinished && !stream.aborted
  }

  get #hasFailed(): boolean {
    return this.failed || (this.#response.errored ?? null) !== null
  }

  /** What a client that has its answer still sends may never come. */
  #isTooLate(): boolean {
    return this.#isSkipped || (!this.bodyRead && this.#isSent)
  }

  readBody(limit: number): Awaitable<Uint8Array> {
    try {
      const whole = this.#atHand(limit)
      if (whole !== null) return whole
    } catch (error) {
      return Promise.reject(error)
    }
    const arriving = this.#arriving
    if (arriving !== null) return wholeInTime(this.#collect(limit), arriving, this.#requestTimeout)
    // A host of ours may have readers that wait for the end of the request.
    if (!CAN_END_READ || this.stop === null || this.expectsContinue) return this.#collect(limit)
    // A small body comes with its head, and is here once node has parsed on: nothing has to listen for it.
    return SOON.then(() => {
      const request = this.#request
      if (request.destroyed) return leftBehind(request, limit, this.#announced)
      return withItsHead(request, limit, this.#announced) ?? this.#collect(limit)
    })
  }

  #collect(limit: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      collect(this.#request, limit, this, resolve, reject)
    })
  }

  async *bodyStream(limit: number): AsyncGenerator<Uint8Array, void, undefined> {
    const whole = this.#atHand(limit)
    if (whole !== null) {
      if (whole.byteLength > 0) yield whole
      return
    }
    const request = this.#request
    const arriving = this.#arriving
    try {
      if (arriving === null) {
        yield* pieces(request, limit, (size) => {
          return request.complete && (this.#announced ?? size) === size
        })
      } else {
        const coming = pieces(request, limit, (size) => !arriving.isCut(size))
        yield* piecesInTime(coming, arriving, this.#requestTimeout)
      }
    } finally {
      this.restDropped = true
    }
  }

  /**
   * What there is of a body of which no more will come; `null` while it is coming, for which its
   * caller has been asked then. Once a request, by whoever is to read it.
   *
   * @throws Error when the answer has left; Problem as {@link Exchange.readBody}
   */
  #atHand(limit: number): Uint8Array | null {
    if (this.#isTooLate()) throw tooLate()
    this.bodyRead = true
    const request = this.#request
    const arriving = this.#arriving
    if (arriving !== null) {
      const whole = arriving.atHand(limit)
      if (whole !== null) return whole
    } else {
      if (request.readableEnded) return EMPTY
      // One that is destroyed tells nobody any more: waiting for it, the call and all it holds would
      // stay for ever.
      if (request.destroyed) return leftBehind(request, limit, this.#announced)
      if (request.complete && request.readableLength === 0) return EMPTY
    }
    // Only now: a refused caller has not been asked to send its body.
    if (this.expectsContinue) this.#response.writeContinue()
    return null
  }

  isWhole(size: number): boolean {
    const arriving = this.#arriving
    if (arriving !== null) return !arriving.isCut(size)
    // What a request holds when it is cut node may throw away while it is read: without a length
    // nobody could tell.
    return this.#request.complete && size === this.#announced
  }

  get #announced(): number | null {
    return announcedLength(this.rawHeaders)
  }
}

/** Bytes of the body, as the head says; `null` where it does not, or not in digits. */
function announcedLength(raw: RawHeaders): number | null {
  const length = Number(firstHeader(raw, 'content-length') ?? Number.NaN)
  return Number.isNaN(length) ? null : length
}

/** Deno's responses have no `closed`, nor `errored`. */
function isClosed(response: ServerResponse): boolean {
  return (response.closed as boolean | undefined) ?? response.destroyed
}

/** For a developer, in what runs on after an answer: no caller hears of it any more. */
function tooLate(): Error {
  return new Error('The request body can no longer be read: the answer has already been sent')
}

// Handlers are handed one: `call.request.stream()`.
freezeGenerators(NodeExchange.prototype.bodyStream)
