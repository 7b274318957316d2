import type { Redis } from 'ioredis'
import { ImproperlyConfigured } from '../../index.ts'
import type { RedisClient } from './redis-commands.ts'
import { checkRedisUrl } from './redis-options.ts'

/** Pause before another try to reach it, milliseconds. */
const LONGEST_PAUSE = 2000

/** A connection that is made at first use, and made again when it is lost. */
export class RedisConnection {
  readonly #url: string | null
  readonly #given: RedisClient | null
  readonly #timeout: number
  #own: Promise<Redis> | null = null

  /**
   * @param given a client of somebody else's; `null` to connect to `url`
   * @throws ImproperlyConfigured for a `url` that is none
   */
  constructor(url: string, given: RedisClient | null, timeout: number) {
    if (given === null) checkRedisUrl(url)
    this.#url = url
    this.#given = given
    this.#timeout = timeout
  }

  /**
   * @throws Error when it is dead: nothing waits for it to come back, because a call would
   * @throws ImproperlyConfigured when `ioredis` is not installed
   */
  async use<Value>(work: (client: RedisClient) => Promise<Value>): Promise<Value> {
    return this.#inTime(this.#given === null ? this.#open().then(work) : work(this.#given))
  }

  async close(): Promise<void> {
    const own = this.#own
    this.#own = null
    try {
      const client = await own
      client?.disconnect()
    } catch {
      // It was never there.
    }
  }

  #open(): Promise<Redis> {
    if (this.#own === null) {
      const opening = this.#connect()
      this.#own = opening
      opening.catch(() => {
        if (this.#own === opening) this.#own = null
      })
    }
    return this.#own
  }

  async #connect(): Promise<Redis> {
    const { Redis } = await ioredis()
    const options = {
      lazyConnect: true,
      // Otherwise calls hang as long as it is dead.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: this.#timeout,
      retryStrategy: (times: number) => Math.min(50 * 2 ** times, LONGEST_PAUSE),
    }
    const url = this.#url ?? ''
    const client = url.startsWith('/')
      ? new Redis({ ...options, path: url })
      : new Redis(url, options)
    let reason: unknown
    // Told with the command that fails; unheard, it would be printed.
    client.on('error', (error) => {
      reason = error
    })
    try {
      await client.connect()
    } catch (error) {
      client.disconnect()
      throw new Error('Redis cannot be reached', { cause: reason ?? error })
    }
    return client
  }

  async #inTime<Value>(work: Promise<Value>): Promise<Value> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`Redis has not answered within ${this.#timeout} ms`))
      }, this.#timeout)
    })
    try {
      return await Promise.race([work, late])
    } finally {
      clearTimeout(timer)
      work.catch(() => {})
    }
  }
}

async function ioredis(): Promise<Pick<typeof import('ioredis'), 'Redis'>> {
  try {
    return await import('ioredis')
  } catch (cause) {
    throw new ImproperlyConfigured('trefoil/redis needs ioredis: npm install ioredis', { cause })
  }
}
