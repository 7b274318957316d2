import type { Redis } from 'ioredis'
import { ImproperlyConfigured } from '../../index.ts'
import type { RedisClient } from './redis-commands.ts'
import { checkRedisUrl } from './redis-options.ts'

/** Pause before another try to reach it, milliseconds. */
const LONGEST_PAUSE = 2000

/** A client of somebody else's has lost its Redis: what it is given then waits in its queue, and is done later. */
const LOST: ReadonlySet<string> = new Set(['reconnecting', 'disconnecting', 'close', 'end'])

/** Redis has not answered in time. */
class Late extends Error {}

/** A client of ours, from when it is begun to connect. */
interface Own {
  readonly client: Promise<Redis>
  end(): void
}

/** A connection that is made at first use, and made again when it is lost. */
export class RedisConnection {
  readonly #url: string | null
  readonly #given: RedisClient | null
  readonly #timeout: number
  #own: Own | null = null

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
    const given = this.#given
    if (given !== null) {
      if (LOST.has(given.status)) throw new Error('Redis cannot be reached')
      return this.#inTime(work(given))
    }
    const own = this.#open()
    try {
      return await this.#inTime(own.client.then(work))
    } catch (error) {
      // Nobody may ever answer there, nor say so, and all that is asked would be kept until then.
      if (error instanceof Late) this.#leave(own)
      throw error
    }
  }

  close(): void {
    if (this.#own !== null) this.#leave(this.#own)
  }

  #open(): Own {
    this.#own ??= this.#begin()
    return this.#own
  }

  #begin(): Own {
    let made: Redis | null = null
    let hasEnded = false
    const client = this.#connect((redis) => {
      made = redis
      if (hasEnded) redis.disconnect()
    })
    const own: Own = {
      client,
      end() {
        if (hasEnded) return
        hasEnded = true
        made?.disconnect()
      },
    }
    client.catch(() => {
      if (this.#own === own) this.#own = null
    })
    return own
  }

  /** The next use begins anew; of many who were late together one leaves. */
  #leave(own: Own): void {
    if (this.#own === own) this.#own = null
    own.end()
  }

  async #connect(isMade: (client: Redis) => void): Promise<Redis> {
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
    isMade(client)
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
        reject(new Late(`Redis has not answered within ${this.#timeout} ms`))
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
