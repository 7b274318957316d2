import { createHash } from 'node:crypto'
import { checkSpent } from '../../inner.ts'
import { systemClock } from '../../parts.ts'
import type { SpentTokens } from '../../stores.ts'
import type { RedisConnection } from './redis-client.ts'

/** Milliseconds beyond its end for which a token is remembered, for whoever's clock is behind. */
const MARGIN = 60_000

/** A digest of each, which ends with what the token itself has left. */
export function redisSpentTokens(connection: RedisConnection, prefix: string): SpentTokens {
  return Object.freeze({
    async spend(purpose: string, id: string, until: number, unit?: unknown) {
      checkSpent(purpose, id, until)
      if (unit !== undefined) throw new TypeError('Redis takes part in no unit')
      const digest = createHash('sha256').update(`${purpose.length}:${purpose}${id}`)
      const key = `${prefix}:spent:${digest.digest('base64url')}`
      const ttl = Math.max(Math.ceil(until - systemClock.now()), 0) + MARGIN
      const answer = await connection.use((redis) => redis.set(key, '1', 'PX', ttl, 'NX'))
      if (answer !== 'OK' && answer !== null) throw new Error('Redis answered with something else')
      return answer === 'OK' ? ('first' as const) : ('again' as const)
    },
  })
}
