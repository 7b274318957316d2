import type { Clock } from '../../../base/clock.ts'
import { startQuietTimer } from '../../../base/start-timer.ts'
import type { Progress } from '../../../contract/content/progress.ts'
import type { StdioChannel } from '../../../contract/protocol/stdio-channel.ts'
import type { ProgressToken } from '../message-call.ts'

/** Milliseconds between two notifications of one call. */
const PAUSE_MS = 100

/**
 * The progress of a call on a connection: a notification at most ten times a second, the newest in the place of those
 * between, and the last one before the answer. Who does not read as fast is told less often: a call may report for hours,
 * and each would wait in memory.
 */
export class StdioProgress {
  readonly #token: ProgressToken
  readonly #clock: Clock
  readonly #channel: Pick<StdioChannel, 'send' | 'isBehind'>
  #highest = Number.NEGATIVE_INFINITY
  #sentAt = Number.NEGATIVE_INFINITY
  #waiting: Progress | null = null
  #isOver = false
  #stopTimer: (() => void) | null = null

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
    this.#soon()
  }

  /** Before the answer: what comes after it is of a request that nobody knows any more. */
  end(): void {
    this.#flush()
    this.#isOver = true
    this.#stopTimer?.()
  }

  /** What is held goes by itself when its time has come: the next report may be hours away. */
  #soon(): void {
    if (this.#stopTimer !== null || this.#isOver) return
    const left = PAUSE_MS - (this.#clock.elapsed() - this.#sentAt)
    if (left <= 0 && !this.#channel.isBehind) {
      this.#flush()
      return
    }
    this.#stopTimer = startQuietTimer(left > 0 ? left : PAUSE_MS, () => {
      this.#stopTimer = null
      if (this.#waiting !== null) this.#soon()
    })
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
