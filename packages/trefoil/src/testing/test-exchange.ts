import { joinBytes } from '../base/join-bytes.ts'
import type { Awaitable } from '../base/promise.ts'
import type { Exchange, SendResult } from '../contract/answer/exchange.ts'
import { incompleteBody } from '../contract/params/incomplete-body.ts'
import { refuse } from '../contract/problems/problem.ts'

/** Body of a request: whole, or in pieces as the caller makes them. */
export type SentBody = Uint8Array | AsyncIterable<string | Uint8Array>

/** A request head and body, as they would stand on the wire. */
export interface WireRequest {
  readonly method: string
  readonly target: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: SentBody | null
}

/** What the test says about the connection. */
export interface Connection {
  readonly clientAddress: string | null
  readonly encrypted: boolean
}

const encoder = new TextEncoder()

/** One request of a test, held the way a transport holds it. */
export class TestExchange implements Exchange {
  readonly method: string
  readonly target: string
  readonly rawHeaders: readonly string[]
  readonly peerAddress: string | null
  readonly encrypted: boolean
  /** A test sends a Host header like everybody else, so nothing is excused. */
  readonly inProcess = false
  readonly #body: SentBody | null
  readonly #abortListeners: (() => void)[] = []
  readonly #doneListeners: ((result: SendResult) => void)[] = []
  #phase: 'open' | 'aborted' | 'done' = 'open'
  #result: SendResult | null = null

  constructor(request: WireRequest, connection: Connection) {
    this.method = request.method
    this.target = request.target
    this.rawHeaders = request.headers
    this.#body = request.body
    this.peerAddress = connection.clientAddress
    this.encrypted = connection.encrypted
  }

  get aborted(): boolean {
    return this.#phase === 'aborted'
  }

  onAbort(listener: () => void): void {
    if (this.#phase === 'aborted') listener()
    else this.#abortListeners.push(listener)
  }

  /** A call that outlives its caller still learns how the answer ended. */
  onDone(listener: (result: SendResult) => void): void {
    if (this.#result === null) this.#doneListeners.push(listener)
    else listener(this.#result)
  }

  /** The caller has gone away before the answer was complete. */
  abort(bytes: number): void {
    if (this.#phase !== 'open') return
    this.#phase = 'aborted'
    for (const listener of this.#abortListeners.splice(0)) listener()
    this.#tell({ outcome: 'aborted', bytes })
  }

  /** The answer is complete, or has failed. */
  finish(result: SendResult): void {
    if (result.outcome !== 'ok') {
      // A broken connection looks like a caller that left, here as on a socket.
      for (const listener of this.#abortListeners.splice(0)) listener()
    }
    if (this.#phase !== 'open') return
    this.#phase = 'done'
    this.#tell(result)
  }

  #tell(result: SendResult): void {
    this.#result = result
    for (const listener of this.#doneListeners.splice(0)) listener(result)
  }

  readBody(limit: number): Awaitable<Uint8Array> {
    const body = this.#body
    if (body === null) return new Uint8Array(0)
    if (!(body instanceof Uint8Array)) return this.#collect(limit)
    return body.byteLength > limit ? Promise.reject(refuse('payload_too_large')) : body
  }

  async #collect(limit: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    for await (const piece of this.bodyStream(limit)) pieces.push(piece)
    return joinBytes(pieces)
  }

  /** The body in pieces; pulled from the test no faster than it is read. */
  async *bodyStream(limit: number): AsyncGenerator<Uint8Array, void, undefined> {
    let size = 0
    for await (const piece of this.#pieces()) {
      size += piece.byteLength
      if (size > limit) throw refuse('payload_too_large')
      if (piece.byteLength > 0) yield piece
    }
  }

  async *#pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    const body = this.#body
    if (body === null) return
    if (body instanceof Uint8Array) {
      yield body
      return
    }
    const iterator = body[Symbol.asyncIterator]()
    const gone = this.#gone()
    try {
      for (;;) {
        const { done, value } = await Promise.race([iterator.next(), gone])
        if (done === true) return
        yield typeof value === 'string' ? encoder.encode(value) : value
      }
    } catch (cause) {
      // An upload that breaks off in the caller's hands reaches a server as a lost connection.
      throw incompleteBody({ cause })
    } finally {
      void iterator.return?.()
    }
  }

  #gone(): Promise<never> {
    const gone = new Promise<never>((_, reject) => {
      this.onAbort(() => reject(incompleteBody()))
    })
    gone.catch(() => {})
    return gone
  }
}
