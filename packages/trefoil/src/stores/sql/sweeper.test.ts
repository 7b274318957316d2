import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { SqlValue } from '../../contract/ports/sql.ts'
import { sweepByKey } from './sweep-by-key.ts'
import { Sweeper, type Swept } from './sweeper.ts'

/** A database in memory, and what was asked of it. */
function bench(rows: number) {
  const db = new DatabaseSync(':memory:')
  db.exec('create table things (key text primary key, until integer not null) strict')
  const insert = db.prepare('insert into things values (?, ?)')
  // Every other one is over.
  for (let at = 0; at < rows; at++) {
    insert.run(String(at).padStart(6, '0'), at % 2 === 0 ? 1 : Date.now() + 600_000)
  }
  const asked: string[] = []
  const state = {
    run(text: string, values: readonly SqlValue[] = []) {
      asked.push(text)
      return db.prepare(text).all(...values) as Record<string, unknown>[]
    },
  }
  const left = () => Number(db.prepare('select count(*) as n from things').get()?.['n'])
  return { asked, left, state }
}

const THINGS = { table: 'things', key: 'key', over: 'until < {now}' }

test('what is over is taken away, batch by batch, and nothing else', async () => {
  const { left, state } = bench(1700)
  const sweep = sweepByKey(state, 'sqlite', THINGS)
  const lefts: number[] = []
  for (;;) {
    const { isEnd } = await sweep()
    lefts.push(left())
    if (isEnd) break
  }
  expect(lefts).toEqual([1450, 1200, 950, 850])
  // And from the beginning again.
  expect(await sweep()).toEqual({ isEnd: false, seen: 500, removed: 0 })
  expect(left()).toBe(850)
})

test('an empty table is swept, too', async () => {
  const { state } = bench(0)
  expect(await sweepByKey(state, 'sqlite', THINGS)()).toEqual({ isEnd: true, seen: 0, removed: 0 })
})

test('on PostgreSQL one process at a time does it', async () => {
  const asked: string[] = []
  const run = (text: string) => {
    asked.push(text)
    return [{ last: 'a', seen: 1 }]
  }
  await sweepByKey({ run }, 'postgres', THINGS)()
  expect(asked[1]).toContain('pg_try_advisory_xact_lock')
})

test('it is done when its time has come, beside the work, and no more at once than is bounded', async () => {
  let now = 0
  let batches = 0
  const sweep = () => {
    batches++
    return { isEnd: false, seen: 500, removed: 100 }
  }
  const sweeper = new Sweeper(sweep, { every: 1000, batches: 3 }, () => now)
  sweeper.used()
  expect(batches).toBe(0)
  now = 1500
  sweeper.used()
  sweeper.used()
  await new Promise((resolve) => setImmediate(resolve))
  expect(batches).toBe(3)
  sweeper.used()
  await new Promise((resolve) => setImmediate(resolve))
  expect(batches).toBe(3)
})

test.each([
  ['most of what it finds is over', 500, 400, 20],
  ['most of what it finds counts still', 500, 100, 1],
])(
  'it comes sooner where %s: what is written fast is taken away as fast',
  async (_, seen, removed, sweeps) => {
    let now = 0
    let batches = 0
    const sweep = (): Swept => {
      batches++
      return { isEnd: false, seen, removed }
    }
    const sweeper = new Sweeper(sweep, { every: 60_000, batches: 10 }, () => now)
    for (now = 95_000; now < 185_000; now += 1000) {
      sweeper.used()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(batches / 10).toBeGreaterThanOrEqual(sweeps)
    expect(batches / 10).toBeLessThanOrEqual(sweeps === 1 ? 3 : 60)
  },
)

test('a database that fails is told of by the work, not by the sweeper', async () => {
  let now = 0
  let tries = 0
  const sweeper = new Sweeper(
    async () => {
      tries++
      throw new Error('The database is closed')
    },
    { every: 1000 },
    () => now,
  )
  for (now = 2000; now < 20_000; now += 2000) {
    sweeper.used()
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(tries).toBe(9)
})
