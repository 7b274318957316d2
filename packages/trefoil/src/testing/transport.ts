import type { HttpHandler, HttpReply } from '../contract/answer/exchange.ts'
import { discardStream, skipStream } from '../engine/answer/stream.ts'
import { AnswerStream } from './answer-stream.ts'
import type { Lifespan } from './lifespan.ts'
import { type Connection, TestExchange, type WireRequest } from './test-exchange.ts'

/** An answer as it would come off the wire, its body still unread. */
export interface WireAnswer {
  readonly status: number
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Uint8Array | AnswerStream
}

const encoder = new TextEncoder()
const NOTHING = new Uint8Array(0)

/** Hands requests to the handler that `serve` uses. */
export class Transport {
  readonly #lifespan: Lifespan
  readonly #handler: () => HttpHandler
  readonly #open = new Set<(reason: unknown) => void>()

  constructor(lifespan: Lifespan, handler: () => HttpHandler) {
    this.#lifespan = lifespan
    this.#handler = handler
  }

  /** @throws the signal's reason when it aborts before the answer is there */
  async send(
    request: WireRequest,
    connection: Connection,
    signal: AbortSignal | undefined,
  ): Promise<WireAnswer> {
    await this.#lifespan.begin()
    signal?.throwIfAborted()
    const exchange = new TestExchange(request, connection)
    const reply = await this.#reply(exchange, signal)
    const headers = [...reply.headers]
    const body = this.#body(exchange, reply, headers, signal)
    return { status: reply.status, headers, body }
  }

  #reply(exchange: TestExchange, signal: AbortSignal | undefined): Promise<HttpReply> {
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown) => {
        exchange.abort(0)
        reject(reason)
      }
      const release = this.#watch(leave, signal)
      const arrived = (reply: HttpReply) => {
        if (exchange.aborted) discardStream(reply.body)
        resolve(reply)
      }
      Promise.resolve(this.#handler()(exchange)).then(arrived, reject).finally(release)
    })
  }

  #body(
    exchange: TestExchange,
    { status, body }: HttpReply,
    headers: string[],
    signal: AbortSignal | undefined,
  ): Uint8Array | AnswerStream {
    const isHead = exchange.method === 'HEAD'
    if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
      const bytes = typeof body === 'string' ? encoder.encode(body) : (body ?? NOTHING)
      const announced = body !== null || (status !== 204 && status !== 304)
      if (announced && !headers.includes('content-length')) {
        headers.push('content-length', String(bytes.byteLength))
      }
      const sent = isHead ? NOTHING : bytes
      exchange.finish({ outcome: 'ok', bytes: sent.byteLength })
      return sent
    }
    if (isHead) {
      skipStream(body)
      exchange.finish({ outcome: 'ok', bytes: 0 })
      return NOTHING
    }
    let release = () => {}
    const stream = new AnswerStream(body, exchange, () => release())
    release = this.#watch((reason) => stream.breakOff(reason), signal)
    return stream
  }

  /** Calls back when the signal aborts or the client closes, until released. */
  #watch(leave: (reason: unknown) => void, signal: AbortSignal | undefined): () => void {
    const onAbort = () => leave(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#open.add(leave)
    return () => {
      signal?.removeEventListener('abort', onAbort)
      this.#open.delete(leave)
    }
  }

  /** Breaks off what is still running: an answer that nobody read would keep its call open. */
  close(): void {
    for (const leave of [...this.#open]) leave(new Error('The test client was closed'))
    this.#open.clear()
  }
}
