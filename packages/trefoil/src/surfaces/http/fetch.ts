import { joinBytes } from '../../base/join-bytes.ts'
import { freezeGenerators } from '../../base/plain/freeze-class.ts'
import type {
  Exchange,
  HttpHandler,
  HttpReply,
  SendResult,
} from '../../contract/answer/exchange.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { incompleteBody } from '../../contract/params/incomplete-body.ts'
import { ImproperlyConfigured, Problem, refuse } from '../../contract/problems/problem.ts'
import { skipStream } from '../../engine/answer/stream.ts'
import { stripMountPath } from '../../web/mount-path.ts'
import { refuseWith } from './refuse-with.ts'
import { AnnouncedLength } from './response/announced-length.ts'
import { readMountPath } from './route/read-mount-path.ts'

/** What a runtime knows about a request that the request itself cannot say. */
export interface FetchContext {
  /** Address of the peer as the runtime sees it; never copy it from a header. */
  readonly clientAddress?: string | null | undefined
  /**
   * Path that the app is mounted under, such as `/api`, which the URL still has. A request for
   * another path is 404, and so is one whose path is not in its canonical spelling. Default: the app
   * stands alone.
   */
  readonly mountPath?: string | undefined
}

const CONTEXT: OptionNames<FetchContext> = { clientAddress: true, mountPath: true }

/**
 * Answers a web `Request`: the way in for tests, Bun, Deno and workers.
 *
 * @throws ImproperlyConfigured for a mountPath that is no literal path, and a member of the context
 * that nobody reads: a runtime that hands over something of its own there, as workers do with their
 * bindings, would lose the caller's address without a word
 */
export async function handleFetch(
  handler: HttpHandler,
  request: Request,
  context: FetchContext,
): Promise<Response> {
  checkOptionNames('app.fetch()', context, CONTEXT)
  if (typeof request?.url !== 'string') {
    throw new ImproperlyConfigured(`app.fetch() takes a Request, got ${valueKind(request)}`)
  }
  const url = new URL(request.url)
  const whole = url.pathname + url.search
  const mountPath = readMountPath('app.fetch()', context.mountPath)
  const target = mountPath === null ? whole : stripMountPath(whole, mountPath)
  const exchange = new FetchExchange(request, url, target ?? whole, mountPath, context)
  const refusal = target === null ? 'not_found' : isTaken(request) ? 'body_consumed' : null
  const answering = refusal === null ? handler : refuseWith(handler, () => refuse(refusal))
  return exchange.respond(await answering(exchange))
}

/** Bound as if it were empty, a body that somebody has read would do something not asked for. */
function isTaken(request: Request): boolean {
  return request.bodyUsed || request.body?.locked === true
}

/** HEAD says how long the answer to GET would be, as `node:http` does for us elsewhere. */
function announceLength(headers: Headers, body: HttpReply['body']): void {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return
  const size = typeof body === 'string' ? new TextEncoder().encode(body).length : body.length
  headers.set('content-length', String(size))
}

class FetchExchange implements Exchange {
  readonly method: string
  readonly target: string
  readonly mountPath: string | null
  readonly rawHeaders: readonly string[]
  readonly peerAddress: string | null
  readonly encrypted: boolean
  readonly inProcess: boolean
  readonly #request: Request
  readonly #abortListeners: (() => void)[] = []
  readonly #doneListeners: ((result: SendResult) => void)[] = []
  #result: SendResult | null = null

  constructor(
    request: Request,
    url: URL,
    target: string,
    mountPath: string | null,
    context: FetchContext,
  ) {
    this.#request = request
    this.method = request.method
    this.target = target
    this.mountPath = mountPath
    this.encrypted = url.protocol === 'https:'
    this.peerAddress = context.clientAddress ?? null
    this.inProcess = this.peerAddress === null
    const raw = [...request.headers].flat()
    // A Request has its host in the URL; the header of that name is often missing.
    if (!request.headers.has('host')) raw.push('host', url.host)
    this.rawHeaders = raw
  }

  get aborted(): boolean {
    return this.#result === null && this.#request.signal.aborted
  }

  onAbort(listener: () => void): void {
    if (this.#abortListeners.push(listener) > 1) return
    this.#request.signal.addEventListener('abort', () => this.#abort(), { once: true })
  }

  /** Deno aborts the signal of every request once it has been answered, too. */
  #abort(): void {
    if (this.#result !== null) return
    for (const listener of this.#abortListeners.splice(0)) listener()
  }

  /** A call whose caller has left still closes, and what it does after that must not be lost. */
  onDone(listener: (result: SendResult) => void): void {
    const result = this.#result
    if (result === null) this.#doneListeners.push(listener)
    else queueMicrotask(() => listener(result))
  }

  async readBody(limit: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    for await (const chunk of this.bodyStream(limit)) chunks.push(chunk)
    return joinBytes(chunks)
  }

  async *bodyStream(limit: number): AsyncGenerator<Uint8Array, void, undefined> {
    const { body, signal } = this.#request
    if (body === null) return
    if (body.locked) throw refuse('body_consumed')
    const reader = body.getReader()
    // A body made in this process does not know that its request was given up.
    const leave = () => {
      if (!isNodeForm(this.#request)) void reader.cancel(signal.reason).catch(() => {})
    }
    signal.addEventListener('abort', leave, { once: true })
    let size = 0
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (this.aborted) throw refuse('client_disconnected')
        if (done) return
        if (!(value instanceof Uint8Array)) {
          throw new ImproperlyConfigured('app.fetch(): the body of a request must be bytes')
        }
        size += value.byteLength
        if (size > limit) throw refuse('payload_too_large')
        yield value
      }
    } catch (error) {
      if (this.aborted) throw refuse('client_disconnected')
      const isOurs = error instanceof Problem || error instanceof ImproperlyConfigured
      // A body that fails on its way is one that did not arrive, whoever is to blame.
      throw isOurs ? error : incompleteBody()
    } finally {
      signal.removeEventListener('abort', leave)
      // Left early: nobody wants the rest.
      leave()
    }
  }

  respond(reply: HttpReply): Response {
    const headers = new Headers()
    for (let index = 0; index < reply.headers.length; index += 2) {
      headers.append(reply.headers[index] as string, reply.headers[index + 1] as string)
    }
    const { status } = reply
    const body = this.method === 'HEAD' ? null : reply.body
    if (body === null) skipStream(reply.body)
    if (this.method === 'HEAD') announceLength(headers, reply.body)
    if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
      const outcome = this.aborted ? 'aborted' : 'ok'
      this.#done({ outcome, bytes: body === null ? 0 : body.length })
      return new Response(body as string | Uint8Array<ArrayBuffer> | null, { status, headers })
    }
    return new Response(this.#stream(body, reply.headers), { status, headers })
  }

  #stream(
    body: AsyncIterable<string | Uint8Array>,
    head: readonly string[],
  ): ReadableStream<Uint8Array> {
    const iterator = body[Symbol.asyncIterator]()
    const encoder = new TextEncoder()
    const { signal } = this.#request
    const length = new AnnouncedLength(head)
    let last: Uint8Array | null = null
    let bytes = 0
    const end = (outcome: SendResult['outcome']) => {
      signal.removeEventListener('abort', leave)
      this.#done({ outcome, bytes })
    }
    const hand = (controller: ReadableStreamDefaultController<Uint8Array>, piece: Uint8Array) => {
      bytes += piece.byteLength
      controller.enqueue(piece)
    }
    let fail = (_reason: unknown) => {}
    // Who has given the request up reads no answer, and cancels none: what the stream holds, and
    // its place among the requests in flight, would be held for good.
    const leave = () => {
      // The call first: one that asked for its signal late is told after us.
      this.#abort()
      end('aborted')
      fail(signal.reason)
      iterator.return?.().catch(() => {})
    }
    return new ReadableStream({
      start: (controller) => {
        fail = (reason) => controller.error(reason)
        if (signal.aborted) leave()
        else signal.addEventListener('abort', leave, { once: true })
      },
      pull: async (controller) => {
        try {
          for (;;) {
            const { done, value } = await iterator.next()
            if (this.#result !== null) return
            if (done === true) break
            const piece = typeof value === 'string' ? encoder.encode(value) : value
            // Who is handed nothing does not ask again.
            if (piece.byteLength === 0) continue
            if (!length.isLast(piece.byteLength)) return hand(controller, piece)
            last = piece
          }
          length.end()
          if (last !== null) hand(controller, last)
          controller.close()
          end('ok')
        } catch (error) {
          if (this.#result !== null) return
          end('failed')
          controller.error(error)
          // Of a length that is not kept: the source does not know yet.
          iterator.return?.().catch(() => {})
        }
      },
      cancel: async () => {
        // What the source makes of it, and how long that takes, must not keep the place of this
        // request among those in flight.
        this.#abort()
        end('aborted')
        await iterator.return?.()
      },
    })
  }

  #done(result: SendResult): void {
    if (this.#result !== null) return
    this.#result = result
    for (const listener of this.#doneListeners.splice(0)) listener(result)
  }
}

// Handlers are handed one: `call.request.stream()`.
freezeGenerators(FetchExchange.prototype.bodyStream)

/**
 * A form that node itself turns into a body hands on a piece that was on its way though the stream has
 * been cancelled, and nobody can catch what that throws: the process would end. Left alone it holds
 * nothing but its own memory.
 */
function isNodeForm({ headers }: Request): boolean {
  return /boundary=-*formdata-undici-/i.test(headers.get('content-type') ?? '')
}
