import { availableParallelism } from 'node:os'
import { lazily } from '../../base/lazily.ts'
import { startTimer } from '../../base/start-timer.ts'

/** Too many passwords are being hashed. */
export class HashingBusy extends Error {
  override readonly name: string = 'HashingBusy'
  /** Whole seconds after which it may be tried again. */
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super('Too many passwords are being hashed at the moment')
    this.retryAfter = retryAfter
  }
}

/** Milliseconds that one waits for its turn. */
const LONGEST_WAIT = 2000
/** How many wait. */
const MOST_WAITING = 256
/** Of libuv's pool, for files and names: all its threads busy hashing, and nothing else of the process goes on. */
const THREADS_LEFT = 2
const THREADS = 4

interface Waiting {
  readonly start: () => void
}

/** Hashes that run at once: a core and two threads of the pool are left for everything else. */
export function mostAtOnce(
  cores: number = availableParallelism(),
  threads: number = Number(process.env['UV_THREADPOOL_SIZE']) || THREADS,
): number {
  return Math.max(1, Math.min(cores - 1, threads - THREADS_LEFT))
}

/** So many at once, a bounded number in line, none of them for long. */
export class HashingQueue {
  readonly #most: number
  readonly #waiting = new Set<Waiting>()
  #running = 0

  constructor(most: number = mostAtOnce()) {
    this.#most = most
  }

  /**
   * @param signal ends the waiting; what runs is not ended
   * @throws HashingBusy when it does not get its turn
   */
  async run<Value>(work: () => Promise<Value>, signal: AbortSignal | null = null): Promise<Value> {
    signal?.throwIfAborted()
    if (this.#running < this.#most) this.#running++
    else await this.#turn(signal)
    try {
      return await work()
    } finally {
      const [next] = this.#waiting
      if (next === undefined) this.#running--
      else next.start()
    }
  }

  async #turn(signal: AbortSignal | null): Promise<void> {
    if (this.#waiting.size >= MOST_WAITING) throw new HashingBusy(1)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = (reason: unknown) => {
      over()
      reject(reason)
    }
    const gone = () => leave(signal?.reason)
    const stop = startTimer(LONGEST_WAIT, () => leave(new HashingBusy(2)))
    const over = () => {
      stop()
      signal?.removeEventListener('abort', gone)
      this.#waiting.delete(waiting)
    }
    const waiting: Waiting = {
      start: () => {
        over()
        resolve()
      },
    }
    signal?.addEventListener('abort', gone)
    this.#waiting.add(waiting)
    return promise
  }
}

/** That of the process: two apps in one have no more cores than one. */
export const processQueue: () => HashingQueue = lazily(() => new HashingQueue())
