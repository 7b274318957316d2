/** What is asked of a Redis: an `ioredis` client has it, a cluster's too. */
export interface RedisClient {
  readonly status: string
  evalsha(sha: string, keys: number, ...values: string[]): Promise<unknown>
  eval(script: string, keys: number, ...values: string[]): Promise<unknown>
  set(
    key: string,
    value: string,
    ttl: 'PX',
    milliseconds: number,
    onlyIf: 'NX',
  ): Promise<'OK' | null>
}
