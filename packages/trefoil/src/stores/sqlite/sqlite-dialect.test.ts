import { DatabaseSync } from 'node:sqlite'
import { type Generated, Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqliteDialect } from './sqlite-dialect.ts'

interface Tables {
  notes: { id: Generated<number>; text: string; done: boolean | number }
}

let database: DatabaseSync
let db: Kysely<Tables>

beforeEach(() => {
  database = new DatabaseSync(':memory:')
  database.exec(
    'create table notes (id integer primary key, text text not null, done integer) strict',
  )
  db = new Kysely<Tables>({ dialect: sqliteDialect(database) })
})
afterEach(() => db.destroy())

const add = (text: string, done = false) => db.insertInto('notes').values({ text, done })

test('reads and writes, tells what it wrote, keeps booleans as 0 and 1', async () => {
  const { insertId, numInsertedOrUpdatedRows } = await add('a', true).executeTakeFirstOrThrow()
  expect([insertId, numInsertedOrUpdatedRows]).toEqual([1n, 1n])
  expect(await db.selectFrom('notes').selectAll().execute()).toEqual([
    { id: 1, text: 'a', done: 1 },
  ])
  const returned = await add('b').returning('id').executeTakeFirstOrThrow()
  expect(returned).toEqual({ id: 2 })
  const { numDeletedRows } = await db.deleteFrom('notes').executeTakeFirstOrThrow()
  expect(numDeletedRows).toBe(2n)
})

test('a transaction commits, is taken back as a whole, and takes the lock when it begins', async () => {
  await db.transaction().execute(async (trx) => {
    expect(database.isTransaction).toBe(true)
    await trx.insertInto('notes').values({ text: 'kept', done: false }).execute()
  })
  await expect(
    db.transaction().execute(async (trx) => {
      await trx.insertInto('notes').values({ text: 'lost', done: false }).execute()
      throw new Error('no')
    }),
  ).rejects.toThrow('no')
  // SQLite itself rolls back here: doing so again would hide why.
  await expect(
    db
      .transaction()
      .execute((trx) => sql`insert or rollback into notes values (1, 'twice', 0)`.execute(trx)),
  ).rejects.toThrow('UNIQUE')
  expect(await db.selectFrom('notes').select('text').execute()).toEqual([{ text: 'kept' }])
})

test('queries of others wait for a transaction, whatever it waits for', async () => {
  const gate = Promise.withResolvers<void>()
  const held = db.transaction().execute(async (trx) => {
    await trx.insertInto('notes').values({ text: 'a', done: false }).execute()
    await gate.promise
  })
  const read = db.selectFrom('notes').select('text').execute()
  gate.resolve()
  await held
  expect(await read).toEqual([{ text: 'a' }])
})

test('savepoints', async () => {
  const trx = await db.startTransaction().execute()
  await trx.insertInto('notes').values({ text: 'kept', done: false }).execute()
  const inner = await trx.savepoint('a"b').execute()
  await inner.insertInto('notes').values({ text: 'lost', done: false }).execute()
  await inner.rollbackToSavepoint('a"b').execute()
  const other = await trx.savepoint('c').execute()
  await other.releaseSavepoint('c').execute()
  await trx.commit().execute()
  expect(await db.selectFrom('notes').select('text').execute()).toEqual([{ text: 'kept' }])
})

test('what would come back as something else is refused', async () => {
  for (const value of [new Date(0), { a: 1 }, Symbol('a')]) {
    await expect(add(value as unknown as string).execute()).rejects.toThrow('SQLite keeps text')
  }
  await expect(sql`select ${undefined}`.execute(db)).rejects.toThrow('write null')
})

test('statements beyond those that are kept are prepared again', async () => {
  for (let at = 0; at < 250; at++) await sql.raw(`select ${at}`).execute(db)
  expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
})

test('streams', async () => {
  await db
    .insertInto('notes')
    .values([
      { text: 'a', done: false },
      { text: 'b', done: true },
    ])
    .execute()
  const texts: string[] = []
  for await (const { text } of db.selectFrom('notes').selectAll().orderBy('id').stream()) {
    texts.push(text)
  }
  expect(texts).toEqual(['a', 'b'])
})
