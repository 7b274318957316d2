import type { Clock } from '../../../base/clock.ts'
import type { Progress } from '../../../contract/content/progress.ts'
import type { StdioChannel } from '../../../contract/protocol/stdio-channel.ts'
import type { ProgressToken } from '../message-call.ts'

/** Milliseconds between two notifications of one call. */
const PAUSE_MS = 100

/**
 * The progress of a call on a connection: a notification at most ten times a second, the newest in the place of those
 * between, and the last one before the answer.
 */
export class StdioProgress {
  readonly #token: ProgressToken
  readonly #clock: Clock
  readonly #channel: Pick<StdioChannel, 'send' | 'isBehind'>
  #highest = Number.NEGATIVE_INFINITY
  #sentAt = Number.NEGATIVE_INFINITY
  #waiting: Progress | null = null
  #isOver = false

  constructor(
    token: ProgressToken,
    clock: Clock,
    channel: Pick<StdioChannel, 'send' | 'isBehind'>,
  ) {
    this.#token = token
    this.#clock = clock
    this.#channel = channel
  }

  /** To be called by the handler's progress. */
  readonly report = (progress: Progress): void => {
    if (this.#isOver || !(progress.done > this.#highest)) return
    this.#highest = progress.done
    this.#waiting = progress
    // What is held comes with the next report, or with the answer: no timer for each call.
    // Nor is anything said to who does not listen: a call may report for hours, and each would wait in memory.
    if (this.#channel.isBehind) return
    if (this.#clock.elapsed() - this.#sentAt >= PAUSE_MS) this.#flush()
  }

  /** Before the answer: what comes after it is of a request that nobody knows any more. */
  end(): void {
    this.#flush()
    this.#isOver = true
  }

  #flush(): void {
    const progress = this.#waiting
    if (progress === null) return
    this.#waiting = null
    this.#sentAt = this.#clock.elapsed()
    const { done, total, message } = progress
    const params = {
      progressToken: this.#token,
      progress: done,
      ...(total !== null && { total }),
      ...(message !== null && { message }),
    }
    this.#channel.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params }))
  }
}
