import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as after } from 'node:timers/promises'
import { sql } from 'kysely'
import { testClient } from 'trefoil/testing'
import { expect, onTestFinished, test } from 'vitest'
import { folder, insert, type NotesApp, notesApp } from '../database/notes-app.ts'

/** An app that has been started, on a file. */
async function started(
  options: Parameters<typeof notesApp>[0] = {},
): Promise<NotesApp & { readonly file: string; stop(): Promise<void> }> {
  const file = join(folder(), 'app.db')
  const notes = notesApp({ url: file, wait: '2s', ...options })
  const client = testClient(notes.app)
  await client.http.get('/')
  const stop = () => client.close()
  onTestFinished(stop)
  return { ...notes, file, stop }
}

test('STO-1: what SQLite has rolled back is not gone on with: nothing later is kept by itself', async () => {
  const unique = { name: '1', sql: 'create table notes (text text not null unique) strict' }
  const { data, texts } = await started({ migrations: [unique] })
  await data.unit((db) => insert(db, 'there'))
  const failed = data.unit(async (db) => {
    await insert(db, 'before')
    await sql`insert or rollback into notes values ('there')`.execute(db).catch(() => undefined)
    await insert(db, 'after').catch(() => undefined)
    await db
      .transaction()
      .execute((inner) => insert(inner, 'inside'))
      .catch(() => undefined)
  })
  await expect(failed).rejects.toThrow('The transaction of the unit of work is over')
  await data.unit((db) => insert(db, 'next'))
  expect(await texts()).toEqual(['there', 'next'])
})

test('STO-1: what is of the connection does not come to the next call', async () => {
  const { data, texts } = await started()
  for (const text of [
    'create temp table notes (text)',
    'create /* */ temporary view notes as select 1',
    'create table if not exists "temp".notes (text)',
    "attach ':memory:' as other",
    'pragma query_only = on',
    'pragma main.busy_timeout(5000)',
    'PRAGMA "foreign_keys" = off',
    'pragma ignore_check_constraints=1',
  ]) {
    const why = 'of the connection, which the next call has too'
    await expect(
      data.unit((db) => sql.raw(text).execute(db)),
      text,
    ).rejects.toThrow(why)
    await expect(sql.raw(text).execute(data.queries()), text).rejects.toThrow(why)
  }
  await data.unit(async (db) => {
    await sql`create table temperatures (temp real)`.execute(db)
    await sql`pragma table_info(notes)`.execute(db)
    await sql`pragma foreign_keys`.execute(db)
    await sql`pragma user_version = 7`.execute(db)
    await insert(db, 'a')
  })
  expect(await texts()).toEqual(['a'])
})

test('STO-1: a stream of rows that was left half read holds up no later unit', async () => {
  const { data, texts, file } = await started()
  await data.unit(async (db) => {
    await insert(db, 'a')
    await insert(db, 'b')
  })
  let rest: AsyncIterator<unknown> | null = null
  await data.unit(async (db) => {
    rest = db.selectFrom('notes').selectAll().stream()[Symbol.asyncIterator]()
    await rest.next()
  })
  // SQLite would not begin again beside what the open one sees: "busy" until it is collected.
  const other = new DatabaseSync(file)
  other.exec("insert into notes values ('other process')")
  other.close()
  await data.unit((db) => insert(db, 'c'))
  await expect(Object(rest).next()).rejects.toThrow('The unit of work has ended')
  expect(await texts()).toEqual(['a', 'b', 'other process', 'c'])
})

test('STO-1: handlers that end in the middle of reading take no connection with them', async () => {
  const notes = notesApp()
  const late: unknown[] = []
  notes.app.get('/half', { params: { db: notes.data.read } }, async ({ db }) => {
    await db.selectFrom('notes').selectAll().stream()[Symbol.asyncIterator]().next()
    return 1
  })
  const gate = Promise.withResolvers<void>()
  notes.app.get('/hang', { timeout: '20ms', params: { db: notes.data.read } }, ({ db }) =>
    db.transaction().execute(async (inner) => {
      await inner.selectFrom('notes').selectAll().execute()
      await gate.promise
      await inner
        .selectFrom('notes')
        .selectAll()
        .execute()
        .catch((error) => late.push(error))
    }),
  )
  await using client = testClient(notes.app)
  await client.http.get('/')
  await notes.data.unit((db) => insert(db, 'a'))
  for (let at = 0; at < 9; at++) expect((await client.http.get('/half')).status).toBe(200)
  const hung = await Promise.all(Array.from({ length: 9 }, () => client.http.get('/hang')))
  expect(new Set(hung.map(({ status }) => status))).toEqual(new Set([504]))
  // None is in a transaction of before, where it would see the past.
  await notes.data.unit((db) => insert(db, 'b'))
  for (let at = 0; at < 9; at++) expect(await notes.texts()).toEqual(['a', 'b'])
  gate.resolve()
  await expect.poll(() => late.length).toBeGreaterThan(7)
  expect(String(late[0])).toContain('The call has ended')
})

test('STO-1: a transaction inside that nobody committed is not kept with the unit', async () => {
  const { data, texts } = await started()
  const failed = data.unit(async (db) => {
    const inner = await db.startTransaction().execute()
    await insert(inner, 'open')
  })
  await expect(failed).rejects.toThrow('was still open when the unit ended')
  const late = Promise.withResolvers<void>()
  const forgotten = data.unit(async (db) => {
    void db
      .transaction()
      .execute(async (inner) => {
        await insert(inner, 'half')
        await late.promise
      })
      .catch(() => undefined)
    await after(5)
  })
  await expect(forgotten).rejects.toThrow('was still open when the unit ended')
  late.resolve()
  expect(await texts()).toEqual([])
})

test('STO-1: beside a transaction inside nothing is written that it would take back', async () => {
  const { data, texts } = await started()
  const seen: string[] = []
  await data.unit(async (db) => {
    let ended: unknown = null
    const inner = db.transaction().execute(async (own) => {
      ended = own
      await insert(own, 'inner')
      await insert(db, 'outer').catch((error) => seen.push(String(error)))
      await db
        .transaction()
        .execute((other) => insert(other, 'other'))
        .catch((error) => seen.push(String(error)))
      throw new Error('taken back')
    })
    await inner.catch((error) => seen.push(String(error)))
    await insert(ended, 'late').catch((error) => seen.push(String(error)))
    await insert(db, 'kept')
  })
  const refused = 'Error: A transaction inside the unit of work is open: use its own handle'
  expect(seen.slice(0, 3)).toEqual([refused, refused, 'Error: taken back'])
  expect(seen[3]).toContain('already rolled back')
  expect(await texts()).toEqual(['kept'])
})

test('STO-1: an app that stops under open units fails them, and does not end the process', async () => {
  const { data, stop, file } = await started()
  const gate = Promise.withResolvers<void>()
  const open = data.unit(async (db) => {
    await insert(db, 'a')
    await gate.promise
  })
  const waiting = data.unit((db) => insert(db, 'b'))
  const ended = Promise.allSettled([open, waiting])
  await after(5)
  // What nobody waits for must not be a rejection that nobody handles: it ends a process, and this test.
  await stop()
  gate.resolve()
  expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const kept = new DatabaseSync(file)
  expect(kept.prepare('select * from notes').all()).toEqual([])
  kept.close()
})
