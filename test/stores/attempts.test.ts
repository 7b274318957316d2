import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import {
  memoryAttempts,
  memoryRefreshFamilies,
  sqlAttempts,
} from '../../packages/trefoil/src/stores.ts'
import { attemptStoreContract } from '../../packages/trefoil/src/testing.ts'
import { onSqlite } from './sqlite-data.ts'

const HOUR = 3_600_000
const budget = (name: string) => ({
  key: createHash('sha256').update(name).digest('base64url'),
  threshold: 2,
  window: 900_000,
  base: 30_000,
  cap: HOUR,
})

describe('STO-3: memoryAttempts()', () => {
  for (const { name, run } of attemptStoreContract(() => memoryAttempts())) test(name, run)
})

describe('STO-3: sqlAttempts() on SQLite', () => {
  for (const { name, run } of attemptStoreContract(() => onSqlite(sqlAttempts))) test(name, run)
})

describe('tries that nobody hands back, and a clock that is set back an hour', () => {
  const ada = [budget('ada')]

  test('in memory they are given back all the same', async () => {
    let now = 1_800_000_000_000
    const store = memoryAttempts({ clock: { now: () => now, elapsed: () => 0 } })
    for (let at = 0; at < 2; at++) await store.reserve(ada)
    expect(await store.reserve(ada)).toEqual({ kind: 'wait' })
    now -= HOUR
    expect(await store.reserve(ada)).toMatchObject({ kind: 'reserved' })
  })

  test('on SQLite, too', async () => {
    const [store, data] = await onSqlite((data) => [sqlAttempts(data), data] as const)
    for (let at = 0; at < 2; at++) await store.reserve(ada)
    expect(await store.reserve(ada)).toEqual({ kind: 'wait' })
    await data.state.run('update trefoil_attempts_reserved set until = until + ?', [HOUR])
    expect(await store.reserve(ada)).toMatchObject({ kind: 'reserved' })
  })
})

describe('what is over does not stay in memory', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const grown = async (work: () => Promise<unknown>) => {
    collect()
    const before = process.memoryUsage().heapUsed
    const kept = await work()
    collect()
    return [process.memoryUsage().heapUsed - before, kept] as const
  }
  const DIGEST = 'x'.repeat(30)

  test('of failures of many names', async () => {
    let now = 0
    const [bytes] = await grown(async () => {
      const store = memoryAttempts({ clock: { now: () => now, elapsed: () => 0 } })
      for (let at = 0; at < 10_000; at++) {
        now += 60_000
        const key = `${DIGEST}${String(at).padStart(13, '0')}`
        const budgets = [{ ...budget(''), key }]
        const answer = await store.reserve(budgets)
        if (at % 2 === 0 && answer.kind === 'reserved') await store.failed(answer.id, budgets)
      }
      return store
    })
    expect(bytes).toBeLessThan(1_000_000)
  })

  test('of refresh tokens whose family is over', async () => {
    const [bytes] = await grown(async () => {
      const store = memoryRefreshFamilies()
      for (let at = 0; at < 4000; at++) {
        const createdAt = at * 3_600_000
        const endsAt = createdAt + 86_400_000
        const owner = { tenant: null, subject: 'ada' }
        const rest = { clientId: null, session: null, revokedAt: null, reason: null, details: '{}' }
        await store.add({ id: `f${at}`, owner, createdAt, endsAt, ...rest }, `t${at}`, endsAt)
        const more = { sealed: 'x'.repeat(200), grace: 1, now: createdAt }
        await store.rotate({ digest: `t${at}`, next: `n${at}`, until: endsAt, ...more })
      }
      return store
    })
    expect(bytes).toBeLessThan(800_000)
  })
})
