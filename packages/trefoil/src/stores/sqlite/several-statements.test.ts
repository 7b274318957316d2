import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openSqlite } from './sqlite-store.ts'

interface Tables {
  notes: { id: string }
}

test('STO-1: of several statements in one query none is done, instead of the first', async () => {
  const store = openSqlite<Tables>(':memory:')
  const unit = await store.begin('a test', 1000)
  await unit.exec('create table notes (id text primary key)')
  const two = "insert into notes values ('a'); insert into notes values ('b')"
  await expect(sql.raw(two).execute(unit.db)).rejects.toThrow('one statement')
  for (const one of [
    "insert into notes values (';');",
    "insert into notes values ('x'); -- y\n ;",
  ]) {
    await sql.raw(one).execute(unit.db)
  }
  expect(await unit.db.selectFrom('notes').selectAll().execute()).toHaveLength(2)
  await unit.rollback()
  await store.close()
})

test('STO-1: names of savepoints are told apart by upper and lower case', async () => {
  const store = openSqlite<Tables>(':memory:')
  const unit = await store.begin('a test', 1000)
  await unit.exec('create table notes (id text primary key)')
  const inner = await unit.db.startTransaction().execute()
  const one = await inner.savepoint('A').execute()
  await one.insertInto('notes').values({ id: '1' }).execute()
  const two = await one.savepoint('a').execute()
  await two.insertInto('notes').values({ id: '2' }).execute()
  const back = await two.rollbackToSavepoint('A').execute()
  expect(await back.selectFrom('notes').selectAll().execute()).toEqual([])
  await inner.commit().execute()
  await unit.rollback()
  await store.close()
})
