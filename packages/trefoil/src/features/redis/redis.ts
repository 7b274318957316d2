import type { RateStore } from '../../index.ts'
import { definePart, type Part, processEnvironment, readOptions } from '../../parts.ts'
import type { SpentTokens } from '../../stores.ts'
import { RedisConnection } from './redis-client.ts'
import { REDIS, type RedisOptions } from './redis-options.ts'
import { redisRates } from './redis-rates.ts'
import { redisSpentTokens } from './redis-spent-tokens.ts'

/** A Redis that the processes of an app share: a part, and the stores it has. */
export interface SharedRedis extends Part {
  /** For `limits.rateStore`. By the clock of Redis; all counts of a call in one step. */
  readonly rates: RateStore
  /**
   * A Redis that forgets, because it was restarted without a file or is full, lets tokens be used again:
   * for what must not be, take `sqlSpentTokens` of `trefoil/stores`.
   */
  readonly spentTokens: SpentTokens
}

/**
 * What processes share in a Redis: `const shared = redis()`, then
 * `createApp({ parts: [shared], limits: { rateStore: shared.rates } })`. Connects at first use; when it is
 * dead, every use throws at once, and it is reached again by itself. Needs `ioredis`.
 *
 * @param given a URL, or options; without: `TREFOIL_REDIS_URL`, else this machine's
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function redis(given: string | RedisOptions = {}): SharedRedis {
  const options = typeof given === 'string' ? { url: given } : given
  const values = readOptions(REDIS, options, { env: processEnvironment() })
  const { url, client, prefix, timeout } = values
  const connection = new RedisConnection(url, client, timeout)
  return definePart(
    { name: 'redis', options: REDIS, stop: () => connection.close() },
    {
      rates: redisRates(connection, prefix),
      spentTokens: redisSpentTokens(connection, prefix),
    },
  )
}
