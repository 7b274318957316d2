import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { freezeGenerators } from '../../../base/freeze-class.ts'
import { plainAddress } from '../../../base/ip.ts'
import type { Awaitable } from '../../../base/promise.ts'
import type { Exchange, SendResult, ServerStop } from '../../../contract/exchange.ts'
import { refuse } from '../../../contract/problem.ts'
import { pieces } from './body-pieces.ts'
import { isCut, piecesInTime, wholeInTime } from './http2-body.ts'
import { isHttp2 } from './http2-head.ts'
import { fromHttp2 } from './http2-headers.ts'
import { lostBody } from './lost-body.ts'
import { dropBody } from './quirks.ts'
import type { Sending } from './send.ts'

const EMPTY = new Uint8Array(0)

/** NGHTTP2_NO_ERROR; the module is not loaded for a number. */
const NO_ERROR = 0

/** Milliseconds of silence after which the kernel asks whether a peer is still there. */
export const SILENCE_MS = 60_000

/** Milliseconds; see `sendTimeout` of `serve`. */
export const DEFAULT_SEND_TIMEOUT = 60_000

/** Milliseconds; see `requestTimeout` of `serve`. */
const DEFAULT_REQUEST_TIMEOUT = 60_000

/** One `node:http` request. */
export class NodeExchange implements Exchange, Sending {
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
  readonly #expectsContinue: boolean
  readonly #requestTimeout: number
  /** `null` for HTTP/1.1. Of HTTP/2 only the stream knows how it ended; its response does not. */
  readonly #stream: ServerHttp2Stream | null

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
    this.#expectsContinue = expectsContinue
    this.method = request.method as string
    this.target = request.url as string
    this.#stream = request.httpVersionMajor !== 1 && isHttp2(response) ? response.stream : null
    this.rawHeaders = this.#stream === null ? request.rawHeaders : fromHttp2(request.rawHeaders)
  }

  get peerAddress(): string | null {
    const address = this.#request.socket.remoteAddress
    return address === undefined ? null : plainAddress(address)
  }

  get encrypted(): boolean {
    return (this.#request.socket as Partial<TLSSocket>).encrypted === true
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
   * otherwise keep us reading what we never wanted.
   */
  refuseRest(): void {
    const stream = this.#stream
    if (stream === null) this.#response.shouldKeepAlive = false
    // RFC 9113 §8.1: the client is to keep the answer.
    else if (!stream.endAfterHeaders) stream.once('finish', () => stream.close(NO_ERROR))
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
    if (this.#isTooLate()) return Promise.reject(tooLate())
    this.bodyRead = true
    const request = this.#request
    if (request.readableEnded) return EMPTY
    // A request that is already destroyed tells nobody any more: waiting for it, the call and all
    // it holds would stay for ever.
    const stream = this.#stream
    if (request.destroyed || (stream !== null && isCut(stream))) {
      return Promise.reject(lostBody(request))
    }
    if (request.complete && request.readableLength === 0) return EMPTY
    // Only now: a refused caller has not been asked to send its body.
    if (this.#expectsContinue) this.#response.writeContinue()
    const body = new Promise<Uint8Array>((resolve, reject) => {
      collect(request, limit, resolve, reject)
    })
    return stream === null ? body : wholeInTime(body, stream, this.#requestTimeout)
  }

  async *bodyStream(limit: number): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#isTooLate()) throw tooLate()
    this.bodyRead = true
    const request = this.#request
    if (request.readableEnded) return
    const stream = this.#stream
    if (request.destroyed || (stream !== null && isCut(stream))) throw lostBody(request)
    if (request.complete && request.readableLength === 0) return
    if (this.#expectsContinue) this.#response.writeContinue()
    const arriving = pieces(request, limit)
    try {
      yield* stream === null ? arriving : piecesInTime(arriving, stream, this.#requestTimeout)
    } finally {
      this.restDropped = true
    }
  }
}

/** Deno's responses have no `closed`, nor `errored`. */
function isClosed(response: ServerResponse): boolean {
  return (response.closed as boolean | undefined) ?? response.destroyed
}

/** For a developer, in what runs on after an answer: no caller hears of it any more. */
function tooLate(): Error {
  return new Error('The request body can no longer be read: the answer has already been sent')
}

function collect(
  request: IncomingMessage,
  limit: number,
  resolve: (body: Uint8Array) => void,
  reject: (error: unknown) => void,
): void {
  let first: Buffer | null = null
  let rest: Buffer[] | null = null
  let size = 0
  // Noted and not unlistened: taking four listeners off again is a tenth of reading a small body,
  // and a request that has ended has nothing more to tell.
  let isOver = false
  const onData = (chunk: Buffer) => {
    if (isOver) return
    size += chunk.byteLength
    if (size > limit) {
      isOver = true
      first = null
      rest = null
      // Nothing more is kept; what still comes is thrown away while the answer goes out.
      request.resume()
      reject(refuse('payload_too_large'))
    } else if (first === null) first = chunk
    else {
      rest ??= [first]
      rest.push(chunk)
    }
  }
  const onEnd = () => {
    if (isOver) return
    isOver = true
    resolve(rest === null ? (first ?? EMPTY) : Buffer.concat(rest, size))
    first = null
    rest = null
  }
  const onGone = () => {
    if (isOver) return
    isOver = true
    reject(lostBody(request))
  }
  request.on('data', onData)
  request.on('end', onEnd)
  request.on('close', onGone)
  request.on('error', onGone)
}

// Handlers are handed one: `call.request.stream()`.
freezeGenerators(NodeExchange.prototype.bodyStream)
