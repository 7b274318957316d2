import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { SqlStore, SqlUnit } from '../sql/sql-store.ts'
import { DatabaseBusy } from '../sql/store-errors.ts'
import { openSqlite } from './sqlite-store.ts'

interface Tables {
  notes: { id: number; text: string }
}

async function opened(more = ''): Promise<SqlStore<Tables>> {
  const store = openSqlite<Tables>(':memory:')
  onTestFinished(() => store.close())
  const unit = await store.begin('set-up', 1000)
  await unit.exec(`create table notes (id integer primary key, text text) strict; ${more}`)
  await unit.commit()
  store.schemaChanged()
  return store
}

function add(unit: Pick<SqlUnit<Tables>, 'statements'>, text: string): unknown {
  return unit.statements.run('insert into notes (text) values (?)', [text])
}

async function texts(store: SqlStore<Tables>): Promise<readonly string[]> {
  const rows = await store.reader().selectFrom('notes').select('text').orderBy('id').execute()
  return rows.map(({ text }) => text)
}

const short = (store: SqlStore<Tables>) => store.begin('short', 1000, undefined, true)

test('STO-1: who arrives in one round of the event loop shares the commit; nobody is told before it', async () => {
  const store = await opened()
  const told: string[] = []
  const one = await short(store)
  add(one, 'a')
  const first = one.commit().then(() => told.push('a'))
  const two = await short(store)
  add(two, 'b')
  expect([told, await texts(store)]).toEqual([[], []])
  await two.rollback()
  const three = await short(store)
  add(three, 'c')
  await Promise.all([first, three.commit().then(() => told.push('c'))])
  expect(told).toEqual(['a', 'c'])
  expect(await texts(store)).toEqual(['a', 'c'])
})

test('one that may not share has what is done before it committed first', async () => {
  const store = await opened()
  const one = await short(store)
  add(one, 'a')
  const first = one.commit()
  const two = await store.begin('long', 1000)
  expect(await texts(store)).toEqual(['a'])
  await first
  add(two, 'b')
  const second = two.commit()
  store.alone(1000).run("insert into notes (text) values ('alone')")
  expect(await texts(store)).toEqual(['a', 'b', 'alone'])
  await second
})

test('closing keeps what is done, and takes back what is not', async () => {
  const store = await opened()
  const one = await short(store)
  const done = one.commit()
  store.close()
  await done
  const other = await opened()
  const kept = (await short(other)).commit()
  const open = await short(other)
  other.close()
  await expect(kept).rejects.toThrow('closed before')
  await expect(open.commit()).rejects.toThrow('is over')
})

test('STO-1: one that was said to be short and is not is ended for those that wait on it, and told that it is busy', async () => {
  const store = await opened()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const one = await short(store)
  add(one, 'kept')
  const first = one.commit()
  const two = await short(store)
  add(two, 'taken back')
  await new Promise((resolve) => setImmediate(resolve))
  const third = expect(short(store)).rejects.toThrow('The writer is held by short')
  await vi.advanceTimersByTimeAsync(1000)
  await third
  await vi.advanceTimersByTimeAsync(1000)
  await first
  expect(() => add(two, 'late')).toThrow(DatabaseBusy)
  await expect(two.commit()).rejects.toThrow(DatabaseBusy)
  await two.rollback()
  expect(await texts(store)).toEqual(['kept'])
  const next = await short(store)
  add(next, 'next')
  await next.commit()
  expect(await texts(store)).toEqual(['kept', 'next'])
})

test.each([
  ['on conflict rollback', 'create table odd (a integer unique on conflict rollback)'],
  [
    'a trigger',
    "create trigger odd before insert on notes when new.text = 'odd' begin select raise(rollback, 'no'); end",
  ],
])('what rolls back all there is shares nothing: %s', async (_, sql) => {
  const store = await opened(sql)
  const one = await short(store)
  add(one, 'a')
  const first = one.commit()
  expect(await texts(store)).toEqual(['a'])
  await first
})

test('a rehearsal sees what it does, shares nothing, says what it has changed and keeps none of it', async () => {
  const store = await opened()
  const one = await short(store)
  add(one, 'a')
  const first = one.commit()
  const tried = await store.rehearse('tried', 1000)
  await first
  const before = tried.changes()?.length
  add(tried, 'tried')
  expect(await tried.db.selectFrom('notes').select('text').execute()).toHaveLength(2)
  expect(Buffer.from(tried.changes() ?? []).toString('latin1')).toContain('notes')
  expect(before).toBe(0)
  const waiting = short(store)
  await tried.commit()
  await (await waiting).commit()
  expect(await texts(store)).toEqual(['a'])
  await expect(tried.db.selectFrom('notes').execute()).rejects.toThrow('has ended')
  const again = await store.rehearse('again', 1000)
  await again.rollback()
  await again.rollback()
})

test('a rehearsal that others wait for is ended after two seconds', async () => {
  const store = await opened()
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearInterval', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const tried = await store.rehearse('tried', 1000)
  add(tried, 'tried')
  await vi.advanceTimersByTimeAsync(2500)
  // Nobody has waited.
  add(tried, 'tried')
  const waiting = store.begin('waits', 5000)
  await vi.advanceTimersByTimeAsync(1500)
  const unit = await waiting
  expect(() => add(tried, 'late')).toThrow(DatabaseBusy)
  await tried.rollback()
  add(unit, 'a')
  await unit.commit()
  expect(await texts(store)).toEqual(['a'])
})

test('a rehearsal that is open when the database is closed is taken back', async () => {
  const store = await opened()
  const tried = await store.rehearse('tried', 1000)
  add(tried, 'tried')
  store.close()
  await tried.rollback()
  await pause(1)
})
