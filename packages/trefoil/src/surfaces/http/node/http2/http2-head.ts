import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2Session, ServerHttp2Stream } from 'node:http2'
import type { HttpHandler } from '../../../../contract/answer/exchange.ts'
import { refuse } from '../../../../contract/problems/problem.ts'
import { refuseUnread } from '../exchange/unread-exchange.ts'

/**
 * Fields of one head. A field of the table that the two sides share takes a byte to repeat, so this
 * is what bounds how much a small head can become (RFC 7541 §7.3); node refuses more by resetting
 * the stream. Cookies may come as one field each (RFC 9113 §8.2.3).
 */
export const MAX_HEADER_PAIRS = 128

/** What a field counts for beside its text where the protocol counts (RFC 9113 §6.5.2). */
const FIELD_OVERHEAD = 32

/** The least that is announced, node's own default: what is too large for us is answered with 431. */
const LEAST_ANNOUNCED = 65_535

/**
 * Bytes announced as the largest head, by the protocol's way of counting. What is beyond node resets
 * without a word, and only for clients that have acknowledged it: it is no limit of ours.
 */
export function announcedHeadSize(maxHeaderSize: number): number {
  return Math.max(LEAST_ANNOUNCED, maxHeaderSize + MAX_HEADER_PAIRS * FIELD_OVERHEAD)
}

/** Heads beyond the limit that one connection may send; HTTP/1.1 is closed after the first. */
const MAX_REFUSALS = 10

/** NGHTTP2_NO_ERROR and NGHTTP2_ENHANCE_YOUR_CALM; the module is not loaded for two numbers. */
const NO_ERROR = 0
const ENHANCE_YOUR_CALM = 11

/** A response of `node:http2`, which imitates the other kind. */
interface Http2Response extends ServerResponse {
  readonly stream: ServerHttp2Stream
}

/**
 * True for a request of HTTP/2. Not by its version: anybody can write `HTTP/2.0` into the request
 * line of HTTP/1.1, and be taken for a client whose connection has checked it.
 */
export function isHttp2(response: ServerResponse): response is Http2Response {
  return 'stream' in response && response.stream !== undefined
}

/** True for a request line of a version that is not spoken. Not every host says which one it was. */
export function isUnsupported({ httpVersionMajor: major }: IncomingMessage): boolean {
  return (major as number | undefined) !== undefined && major !== 1
}

/** Refuses heads that are larger decoded than `maxHeaderSize`, before anything is made of them. */
export class HeadLimit {
  readonly #handler: HttpHandler
  readonly #maxHeaderSize: number
  readonly #refusals = new WeakMap<Http2Session, number>()

  /** @param maxHeaderSize bytes, counted as {@link isTooLarge} does */
  constructor(handler: HttpHandler, maxHeaderSize: number) {
    this.#handler = handler
    this.#maxHeaderSize = maxHeaderSize
  }

  /**
   * Looks at the head of a request of HTTP/2, and answers it where it is too large. As with HTTP/1.1
   * nothing of it is read for the answer: that is what it was sent for.
   *
   * @returns true when it has been answered
   */
  refuses(request: IncomingMessage, response: Http2Response): boolean {
    if (!isTooLarge(request.rawHeaders, this.#maxHeaderSize)) return false
    const { stream } = response
    const { session } = stream
    const refusals = session === undefined ? 0 : (this.#refusals.get(session) ?? 0) + 1
    if (session !== undefined) this.#refusals.set(session, refusals)
    if (refusals <= MAX_REFUSALS) this.#answer(request, response)
    else {
      session?.goaway(ENHANCE_YOUR_CALM)
      session?.destroy()
    }
    return true
  }

  #answer({ socket }: IncomingMessage, response: Http2Response): void {
    const { stream } = response
    const { status, headers, body } = refuseUnread(
      this.#handler,
      socket,
      refuse('headers_too_large'),
    )
    // RFC 9113 §8.1: the client is to keep the answer.
    if (!stream.endAfterHeaders) stream.once('finish', () => stream.close(NO_ERROR))
    response.writeHead(status, [...headers])
    response.end(typeof body === 'string' ? body : '')
  }
}

/**
 * Counted as node counts the head of HTTP/1.1: the bytes of the target, and of each name and value,
 * have to be fewer than `max`. The authority is the value of `Host`.
 */
function isTooLarge(raw: readonly string[], max: number): boolean {
  let size = 0
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string
    const value = raw[index + 1] as string
    if (name === ':path') size += value.length
    else if (name === ':authority') size += 'host'.length + value.length
    else if (name !== ':method' && name !== ':scheme') size += name.length + value.length
    if (size >= max) return true
  }
  return false
}
