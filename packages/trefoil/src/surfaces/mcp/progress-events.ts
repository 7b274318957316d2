import type { Clock } from '../../base/clock.ts'
import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import { startTimer } from '../../base/start-timer.ts'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import type { Progress } from '../../contract/content/progress.ts'
import { formatSseEvent } from '../../web/sse-event.ts'
import type { ProgressToken } from './message-call.ts'

/** Notifications at once, and one more for each so many milliseconds: ten a second on the whole. */
const BURST = 10
const REFILL_MS = 100
/** Milliseconds of silence until a comment, so that nobody in between takes the connection for dead. */
const KEEP_ALIVE_MS = 15_000
const COMMENT = ': keep-alive\n\n'
const DONE = { done: true, value: undefined } as const

const HEADERS: readonly string[] = [
  'content-type',
  'text/event-stream',
  'cache-control',
  'no-store',
  // Tells nginx and its kin not to collect events before passing them on.
  'x-accel-buffering',
  'no',
]

/**
 * The answer to a call whose client wants to hear of its progress: a document as long as nothing was said of any,
 * else a stream of what was said, with the answer at its end. It holds one notification and the answer, however much
 * is reported and whoever does not read: what is newer takes the place of what has not been sent.
 */
export class ProgressEvents implements AsyncIterableIterator<string> {
  readonly #token: ProgressToken
  readonly #clock: Clock
  /** Told when there is something to send; `null` once it was, or before anybody waits. */
  #begin: (() => void) | null = null
  #hasBegun = false
  /** The largest that was reported: the protocol has them grow. */
  #highest = Number.NEGATIVE_INFINITY
  #waiting: Progress | null = null
  /** The last message of the stream; `null` while the call runs. */
  #last: string | null = null
  /** Why there will be no last message. */
  #failure: { readonly error: unknown } | null = null
  #over = false
  #allowed = BURST
  #countedAt: number
  #wake: (() => void) | null = null

  constructor(token: ProgressToken, clock: Clock) {
    this.#token = token
    this.#clock = clock
    this.#countedAt = clock.elapsed()
  }

  /** True once the answer is a stream: its status has been sent, or is about to be. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** To be called by the handler's progress. */
  readonly report = (progress: Progress): void => {
    if (this.#over || this.#last !== null || !(progress.done > this.#highest)) return
    this.#highest = progress.done
    this.#waiting = progress
    this.#hasBegun = true
    const begin = this.#begin
    this.#begin = null
    begin?.()
    this.#wake?.()
  }

  /** The answer, as soon as it has begun: whole, or with what was reported in front of it. */
  answer(reply: Awaitable<HttpReply>): Awaitable<HttpReply> {
    if (!isPromiseLike(reply)) return this.#end(reply)
    return new Promise((resolve, reject) => {
      const begin = () => resolve(this.#stream())
      if (this.#hasBegun) begin()
      else this.#begin = begin
      reply.then(
        (late) => resolve(this.#end(late)),
        (error: unknown) => {
          this.#failure = { error }
          this.#wake?.()
          reject(error)
        },
      )
    })
  }

  #end(reply: HttpReply): HttpReply {
    this.#begin = null
    if (!this.#hasBegun) return reply
    // Every answer to a message with an id is one message.
    this.#last = String(reply.body)
    this.#wake?.()
    return this.#stream()
  }

  #stream(): HttpReply {
    return { status: 200, headers: HEADERS, body: this }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<string>> {
    for (;;) {
      if (this.#over) return DONE
      if (this.#failure !== null) throw this.#failure.error
      if (this.#waiting !== null && (this.#last !== null || this.#mayNotify())) {
        return this.#notification(this.#waiting)
      }
      if (this.#last !== null) {
        this.#over = true
        return event(this.#last)
      }
      const isHeld = this.#waiting !== null
      const isWoken = await this.#pause(isHeld ? REFILL_MS : KEEP_ALIVE_MS)
      if (!isWoken && !isHeld && !this.#over) return { done: false, value: COMMENT }
    }
  }

  /** Its reader has left, or has all. */
  async return(): Promise<IteratorResult<string>> {
    this.#leave()
    return DONE
  }

  #leave(): void {
    this.#over = true
    this.#waiting = null
    this.#last = null
    this.#wake?.()
  }

  /** Counts it, when it may be sent now. */
  #mayNotify(): boolean {
    const now = this.#clock.elapsed()
    const more = Math.floor((now - this.#countedAt) / REFILL_MS)
    if (more > 0) {
      this.#allowed = Math.min(BURST, this.#allowed + more)
      this.#countedAt += more * REFILL_MS
    }
    if (this.#allowed === 0) return false
    this.#allowed--
    return true
  }

  #notification({ done: progress, total, message }: Progress): IteratorResult<string> {
    this.#waiting = null
    const params = {
      progressToken: this.#token,
      progress,
      ...(total !== null && { total }),
      ...(message !== null && { message }),
    }
    return event(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params }))
  }

  /** @returns false when nobody woke it */
  #pause(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const go = (isWoken: boolean) => {
        stop()
        this.#wake = null
        resolve(isWoken)
      }
      const stop = startTimer(ms, () => go(false))
      this.#wake = () => go(true)
    })
  }
}

/** The one writer of events: a line break in what a handler says makes lines, and no event of its own. */
function event(message: string): IteratorResult<string> {
  return { done: false, value: formatSseEvent({ event: 'message', data: message }) }
}
