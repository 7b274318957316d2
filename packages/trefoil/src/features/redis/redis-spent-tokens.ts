import { createHash } from 'node:crypto'
import { definePart, type Part, processEnvironment, readOptions, systemClock } from '../../parts.ts'
import { checkSpent, type SpentTokens } from '../../stores.ts'
import { RedisConnection } from './redis-client.ts'
import { REDIS, type RedisOptions } from './redis-options.ts'

/** Milliseconds beyond its end for which a token is remembered, for whoever's clock is behind. */
const MARGIN = 60_000

/** {@link redisSpentTokens}: a store, and a part that ends its connection with the app. */
export type RedisSpentTokens = Part & SpentTokens

/**
 * Spent tokens that all processes of a Redis know. A Redis that forgets, because it was restarted without
 * a file or is full, lets tokens be used again: for what must not, take {@link sqlSpentTokens}.
 *
 * @param options as those of {@link redisRates}
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function redisSpentTokens(options: RedisOptions = {}): RedisSpentTokens {
  const values = readOptions(REDIS, options, { env: processEnvironment() })
  const { url, client, timeout } = values
  const connection = new RedisConnection(url, client, timeout)
  const more: SpentTokens = {
    async spend(purpose: string, id: string, until: number, unit?: unknown) {
      checkSpent(purpose, id, until)
      if (unit !== undefined) throw new TypeError('redisSpentTokens() takes part in no unit')
      const digest = createHash('sha256').update(`${purpose.length}:${purpose}${id}`)
      const key = `${values.prefix}:spent:${digest.digest('base64url')}`
      const ttl = Math.max(Math.ceil(until - systemClock.now()), 0) + MARGIN
      const answer = await connection.use((redis) => redis.set(key, '1', 'PX', ttl, 'NX'))
      if (answer !== 'OK' && answer !== null) throw new Error('Redis answered with something else')
      return answer === 'OK' ? ('first' as const) : ('again' as const)
    },
  }
  return definePart({ name: 'redis-spent', options: REDIS, stop: () => connection.close() }, more)
}
