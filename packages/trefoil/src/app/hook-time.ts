import { endsWithin } from '../base/ends-within.ts'
import { isPromiseLike } from '../base/promise.ts'
import { startTimer } from '../base/start-timer.ts'

/** Milliseconds for each hook that is left when the time of all is up. */
const LAST_CHANCE = 100

/**
 * The time that shutdown hooks have, all together. One that hangs must neither keep the process
 * from ending nor the others from running: flushing a log, say, may need no time at all.
 */
export class HookTime {
  readonly #ms: number
  readonly #up: Promise<void>
  readonly #stopTimer: () => void
  #isUp = false

  /** @param ms may be infinite */
  constructor(ms: number) {
    this.#ms = ms
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#up = promise
    const end = () => {
      this.#isUp = true
      resolve()
    }
    this.#stopTimer = ms === Number.POSITIVE_INFINITY ? () => {} : startTimer(ms, end)
  }

  /** @throws Error naming the hook that has not ended in time; what the hook throws */
  async wait(running: unknown, name: string): Promise<void> {
    if (!isPromiseLike(running)) return
    // Awaited by the race too, so that what it throws late is nobody's unhandled rejection.
    const ended = Promise.resolve(running).then(() => true)
    const late = this.#isUp ? isLate(ended) : this.#up.then(() => false)
    if (await Promise.race([ended, late])) return
    throw new Error(`${name} did not end within ${this.#ms} ms`)
  }

  /** To be called at the end: a timer keeps a process alive. */
  stop(): void {
    this.#stopTimer()
  }
}

function isLate(ended: Promise<boolean>): Promise<boolean> {
  return endsWithin(LAST_CHANCE, ended)
}
