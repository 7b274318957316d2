export type { SharedRedis } from './features/redis/redis.ts'
export { redis } from './features/redis/redis.ts'
export type { RedisClient } from './features/redis/redis-commands.ts'
export type { RedisOptions } from './features/redis/redis-options.ts'
