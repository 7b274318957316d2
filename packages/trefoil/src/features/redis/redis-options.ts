import { type Duration, ImproperlyConfigured } from '../../index.ts'
import { kinds, type OptionGroup, type Values } from '../../parts.ts'
import type { RedisClient } from './redis-commands.ts'

/** Options of {@link redis}. */
export interface RedisOptions {
  /** Where it is: `redis://…`, `rediss://…`, or the path of a socket. Default `redis://127.0.0.1:6379`. */
  readonly url?: string
  /** An `ioredis` client of yours, single, cluster or sentinel, in the place of `url`; you end it. Default none. */
  readonly client?: RedisClient
  /** What every key begins with; apps that share a Redis have one each. Default `trefoil`. */
  readonly prefix?: string
  /** How long Redis may take to answer before it counts as dead. Default `1s`. */
  readonly timeout?: Duration
}

type RedisValues = Values<RedisOptions, { client: RedisClient | null; timeout: number }>

/** The rows of {@link RedisOptions}. */
export const REDIS: OptionGroup<RedisOptions, RedisValues> = {
  name: 'redis()',
  prefix: 'TREFOIL_REDIS',
  rows: {
    url: {
      read: kinds.secretText,
      default: 'redis://127.0.0.1:6379',
      variable: true,
      doc: 'Where it is: `redis://…`, `rediss://…`, or the path of a socket.',
    },
    client: {
      read: kinds.orNull(kinds.kind("an ioredis client: new Redis('redis://…')", isClient)),
      default: null,
      doc: 'An `ioredis` client of yours, single, cluster or sentinel, in the place of `url`; you end it.',
    },
    prefix: {
      read: kinds.kind('1 to 64 letters, digits, : . _ or -', isPrefix),
      default: 'trefoil',
      doc: 'What every key begins with; apps that share a Redis have one each.',
    },
    timeout: {
      read: kinds.duration,
      default: '1s',
      variable: true,
      doc: 'How long Redis may take to answer before it counts as dead.',
    },
  },
}

function isClient(value: unknown): value is RedisClient {
  if (typeof value !== 'object' || value === null) return false
  const { evalsha, set, status } = value as Partial<Record<string, unknown>>
  // The client of another package has its arguments in another order.
  return typeof evalsha === 'function' && typeof set === 'function' && typeof status === 'string'
}

function isPrefix(value: unknown): value is string {
  return typeof value === 'string' && /^[\w:.-]{1,64}$/.test(value)
}

/** @throws ImproperlyConfigured for what is no address of a Redis; without it, which may hold a password */
export function checkRedisUrl(url: string): void {
  if (url.startsWith('/') || (/^rediss?:\/\//i.test(url) && URL.canParse(url))) return
  throw new ImproperlyConfigured(
    'redis(): url must be redis://host:6379, rediss://host:6379 or the whole path of a socket',
  )
}
