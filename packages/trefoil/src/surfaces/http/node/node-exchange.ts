import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Awaitable } from '../../../base/promise.ts'
import type { Exchange, SendResult } from '../../../contract/exchange.ts'
import { refuse } from '../../../contract/problem.ts'
import { pieces } from './body-pieces.ts'
import { fromHttp2 } from './http2-headers.ts'
import type { Sending } from './send.ts'

const EMPTY = new Uint8Array(0)

/** Milliseconds; see `sendTimeout` of `serve`. */
export const DEFAULT_SEND_TIMEOUT = 60_000

/** One `node:http` request. */
export class NodeExchange implements Exchange, Sending {
  readonly method: string
  readonly target: string
  readonly rawHeaders: readonly string[]
  readonly inProcess = false
  bytesSent = 0
  readonly sendTimeout: number
  /** True once someone asked for the body. */
  bodyRead = false
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #expectsContinue: boolean

  /**
   * @param expectsContinue true when the client waits for `100 Continue` before its body
   * @param sendTimeout milliseconds a client may take to read what is waiting for it
   */
  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
    sendTimeout: number = DEFAULT_SEND_TIMEOUT,
  ) {
    this.sendTimeout = sendTimeout
    this.#request = request
    this.#response = response
    this.#expectsContinue = expectsContinue
    this.method = request.method as string
    this.target = request.url as string
    this.rawHeaders =
      request.httpVersionMajor === 2 ? fromHttp2(request.rawHeaders) : request.rawHeaders
  }

  get peerAddress(): string | null {
    return this.#request.socket.remoteAddress ?? null
  }

  get encrypted(): boolean {
    return (this.#request.socket as Partial<TLSSocket>).encrypted === true
  }

  get aborted(): boolean {
    return this.#response.destroyed || this.#response.closed
  }

  onAbort(listener: () => void): void {
    const response = this.#response
    if (response.closed) return
    response.once('close', () => {
      if (!response.writableFinished) listener()
    })
  }

  onDone(listener: (result: SendResult) => void): void {
    const response = this.#response
    const tell = () => {
      const outcome = response.writableFinished
        ? 'ok'
        : (response.errored ?? null) === null
          ? 'aborted'
          : 'failed'
      listener({ outcome, bytes: this.bytesSent })
    }
    // A client that left before the answer was ready must not be missing from the records.
    if (response.closed) queueMicrotask(tell)
    else response.once('close', tell)
  }

  readBody(limit: number): Awaitable<Uint8Array> {
    this.bodyRead = true
    const request = this.#request
    if (request.readableEnded) return EMPTY
    // A request that is already destroyed tells nobody any more: waiting for it, the call and all
    // it holds would stay for ever.
    if (request.destroyed) return Promise.reject(refuse('client_disconnected'))
    if (request.complete && request.readableLength === 0) return EMPTY
    // Only now: a refused caller has not been asked to send its body.
    if (this.#expectsContinue) this.#response.writeContinue()
    return new Promise((resolve, reject) => collect(request, limit, resolve, reject))
  }

  async *bodyStream(limit: number): AsyncGenerator<Uint8Array, void, undefined> {
    this.bodyRead = true
    const request = this.#request
    if (request.readableEnded) return
    if (request.destroyed) throw refuse('client_disconnected')
    if (request.complete && request.readableLength === 0) return
    if (this.#expectsContinue) this.#response.writeContinue()
    yield* pieces(request, limit)
  }
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
  const stop = () => {
    request.off('data', onData)
    request.off('end', onEnd)
    request.off('close', onGone)
    request.off('error', onGone)
  }
  const onData = (chunk: Buffer) => {
    size += chunk.byteLength
    if (size > limit) {
      stop()
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
    stop()
    resolve(rest === null ? (first ?? EMPTY) : Buffer.concat(rest, size))
  }
  const onGone = () => {
    stop()
    reject(refuse('client_disconnected'))
  }
  request.on('data', onData)
  request.on('end', onEnd)
  request.on('close', onGone)
  request.on('error', onGone)
}
