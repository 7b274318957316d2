import { createHash } from 'node:crypto'
import type { RateDemand, RateStanding, RateStore } from '../../index.ts'
import type { RedisConnection } from './redis-client.ts'

/**
 * All counts of a call at once, by the clock of Redis, in whole microseconds. Of each count only the time
 * is kept at which its bucket is full again, and only until then. What is answered is text: a number
 * of Lua loses its fraction on the way, and 17 digits.
 */
const TAKE = `
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local from, free = {}, true
for i, key in ipairs(KEYS) do
  local cost, capacity = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local full = tonumber(redis.call('GET', key) or '0')
  from[i] = math.max(now, math.min(full, now + capacity))
  if from[i] + cost > now + capacity then free = false end
end
local answer = {}
for i, key in ipairs(KEYS) do
  local cost, capacity = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local fits = from[i] + cost <= now + capacity
  local full = from[i]
  if free then
    full = full + cost
    redis.call('SET', key, string.format('%.0f', full), 'PX', string.format('%.0f', math.ceil((full - now) / 1000) + 1))
  end
  answer[3 * i - 2] = fits and 1 or 0
  answer[3 * i - 1] = string.format('%.0f', full - now)
  answer[3 * i] = string.format('%.0f', fits and 0 or from[i] + cost - now - capacity)
end
return answer`
const SHA = createHash('sha1').update(TAKE).digest('hex')

/** One script for all counts of a call; on a cluster they are therefore all on one of its machines. */
export function redisRates(connection: RedisConnection, prefix: string): RateStore {
  const start = `{${prefix}:rates}:`
  return Object.freeze({
    async consume(demands: readonly RateDemand[]): Promise<readonly RateStanding[]> {
      const words = [
        ...demands.map(({ key }) => start + key),
        ...demands.flatMap(({ rate: { interval, burst } }) => [
          String(interval),
          String(interval * burst),
        ]),
      ]
      const answer = await connection.use(async (redis) => {
        try {
          return await redis.evalsha(SHA, demands.length, ...words)
        } catch (error) {
          // New, restarted, or emptied: it has not seen the script.
          if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
          return redis.eval(TAKE, demands.length, ...words)
        }
      })
      return standingsOf(demands, answer)
    },
  })
}

function standingsOf(demands: readonly RateDemand[], answer: unknown): readonly RateStanding[] {
  const numbers: readonly number[] = Array.isArray(answer) ? answer.map(Number) : []
  if (numbers.length !== 3 * demands.length || !numbers.every(Number.isSafeInteger)) {
    throw new Error('Redis answered with something that is no count')
  }
  return demands.map(({ rate: { interval, burst } }, at) => {
    const [fits = 0, full = 0, wait = 0] = numbers.slice(3 * at)
    return {
      allowed: fits === 1,
      remaining: fits === 1 ? Math.floor((interval * burst - full) / interval) : 0,
      retryAfter: wait / 1000,
      resetAfter: full / 1000,
    }
  })
}
