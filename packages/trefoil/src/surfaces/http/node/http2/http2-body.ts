import type { ServerHttp2Stream } from 'node:http2'
import { joinBytes } from '../../../../base/join-bytes.ts'
import { startTimer } from '../../../../base/start-timer.ts'
import { incompleteBody } from '../../../../contract/params/incomplete-body.ts'
import { refuse } from '../../../../contract/problems/problem.ts'

/** NGHTTP2_NO_ERROR; the module is not loaded for a number. */
const NO_ERROR = 0

/**
 * The body of one HTTP/2 request, also when its caller leaves. Node throws away then what nobody has
 * read yet, and says `complete` and `end` of half a body as of a whole one, which would be taken for
 * all there was to say. Whoever has sent END_STREAM has sent all of it (RFC 9113 §8.1); whether it
 * was there can be asked just before the stream is gone.
 */
export class Http2Body {
  readonly #stream: ServerHttp2Stream
  /** Bytes, as its head says; `null` where it does not. */
  readonly #announced: number | null
  #isRead = false
  #hasLeft = false
  #isWhole = false
  /** What had come and nobody had asked for. */
  readonly #kept: Uint8Array[] = []

  constructor(stream: ServerHttp2Stream, announced: number | null) {
    this.#stream = stream
    this.#announced = announced
    if (!stream.endAfterHeaders) stream.once('aborted', () => this.#keep())
  }

  /**
   * To be asked once, before anything else reads it.
   *
   * @param limit bytes
   * @returns what there is when no more will come; `null` while it is coming
   * @throws Problem `payload_too_large`; `client_disconnected` for half a body
   */
  atHand(limit: number): Uint8Array | null {
    if (this.#stream.endAfterHeaders) return joinBytes([])
    this.#isRead = true
    const size = this.#kept.reduce((sum, { byteLength }) => sum + byteLength, 0)
    if (this.isCut(size)) throw incompleteBody()
    if (!this.#hasLeft) return null
    if (size > limit) throw refuse('payload_too_large')
    return joinBytes(this.#kept)
  }

  /** @param size bytes that were read: half a body ends like a whole one */
  isCut(size: number): boolean {
    const stream = this.#stream
    if (!this.#hasLeft) return stream.closed && !stream.readableEnded
    // Some clients send END_STREAM when they cancel: a length tells more.
    return this.#announced === null ? !this.#isWhole : size !== this.#announced
  }

  /** Ends a stream whose body nobody wants, once the answer is out, so that its caller keeps it. */
  refuseRest(): void {
    const stream = this.#stream
    // RFC 9113 §8.1: with NO_ERROR the caller is to stop sending and to keep the answer.
    if (!stream.endAfterHeaders) stream.once('finish', () => stream.close(NO_ERROR))
  }

  #keep(): void {
    const stream = this.#stream
    this.#hasLeft = true
    // Nothing is known of a stream that went with its connection's error.
    this.#isWhole = stream.state.remoteClose === 1
    for (;;) {
      const piece: Uint8Array | null = stream.read()
      if (piece === null) return
      // Who reads already is given it by its `data`.
      if (!this.#isRead) this.#kept.push(piece)
    }
  }
}

/**
 * A body of HTTP/2 in time: node has a timeout for the requests of HTTP/1.1 only. The time counts
 * from when the body is asked for; until then flow control holds the client back.
 *
 * @param ms milliseconds; 0 for any time, as node has it
 * @throws Problem `request_timeout`, or `client_disconnected` for a body that was cut short
 */
export async function wholeInTime(
  body: Promise<Uint8Array>,
  arriving: Http2Body,
  ms: number,
): Promise<Uint8Array> {
  const timer = new BodyTimer(ms)
  try {
    const whole = await Promise.race([body, timer.over])
    if (arriving.isCut(whole.byteLength)) throw incompleteBody()
    return whole
  } finally {
    timer.stop()
  }
}

/** The same for a body that is read piece by piece. */
export async function* piecesInTime(
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
  arriving: Http2Body,
  ms: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const timer = new BodyTimer(ms)
  let size = 0
  try {
    for (;;) {
      const step = await Promise.race([pieces.next(), timer.over])
      if (step.done === true) {
        if (arriving.isCut(size)) throw incompleteBody()
        return
      }
      size += step.value.byteLength
      yield step.value
    }
  } finally {
    timer.stop()
    // Not awaited: it waits for a piece that may never come, until the stream is closed.
    pieces.return().catch(() => {})
  }
}

class BodyTimer {
  readonly over: Promise<never>
  readonly #stopTimer: (() => void) | null

  constructor(ms: number) {
    const { promise, reject } = Promise.withResolvers<never>()
    this.over = promise
    // Nobody may be waiting for it just then.
    promise.catch(() => {})
    this.#stopTimer = ms === 0 ? null : startTimer(ms, () => reject(refuse('request_timeout')))
  }

  stop(): void {
    this.#stopTimer?.()
  }
}
