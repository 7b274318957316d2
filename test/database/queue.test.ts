import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { adding, folder, insert, NOTES, notesApp } from './notes-app.ts'

test('of units that share a commit, one that fails takes back its own alone', async () => {
  const notes = notesApp()
  await using client = testClient(notes.app)
  await client.http.get('/')
  const { data } = notes
  const all = await Promise.allSettled(
    Array.from({ length: 100 }, (_, at) =>
      data.unit(async (db) => {
        await insert(db, String(at))
        if (at % 3 === 0) throw new Error('odd')
      }),
    ),
  )
  const kept = Array.from({ length: 100 }, (_, at) => at).filter((at) => at % 3 !== 0)
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(kept.length)
  expect(await notes.texts()).toEqual(kept.map(String))
})

test('a database that is locked for longer than the call waits: 503, and the thread is free', async () => {
  const file = join(folder(), 'app.db')
  const notes = notesApp({ url: file, wait: '200ms' })
  adding(notes, '/add')
  await using client = testClient(notes.app)
  await client.http.get('/')
  const other = new DatabaseSync(file)
  other.exec('begin immediate')
  let ticks = 0
  const ticking = setInterval(() => ticks++, 5)
  const answer = await client.http.post('/add')
  clearInterval(ticking)
  expect([answer.status, answer.json()]).toMatchObject([503, { code: 'database_busy' }])
  expect(ticks).toBeGreaterThan(0)
  other.exec('rollback')
  other.close()
  expect((await client.http.post('/add')).status).toBe(200)
})

test('one that waits for its turn leaves the queue with its deadline, and says who was in the way', async () => {
  const notes = notesApp({ wait: '30ms' })
  const gate = Promise.withResolvers<void>()
  adding(notes, '/hold', () => gate.promise)
  adding(notes, '/add')
  await using client = testClient(notes.app)
  const held = client.http.post('/hold')
  const busy = await client.http.post('/add')
  expect(busy.json()).toMatchObject({ code: 'database_busy', status: 503 })
  const [line] = notes.lines
  expect(String(Object(line?.[0]['err']).cause)).toContain("held by action 'hold'")
  const leaver = new AbortController()
  const left = notes.data.unit(() => 1, leaver.signal)
  leaver.abort(new Error('gone'))
  await expect(left).rejects.toThrow('gone')
  gate.resolve()
  expect((await held).status).toBe(200)
  expect((await client.http.post('/add')).status).toBe(200)
  expect(await notes.texts()).toEqual(['hold', 'add'])
})

test('a call whose time is up while it waits is told so, and nothing was begun', async () => {
  const notes = notesApp()
  const gate = Promise.withResolvers<void>()
  await using client = testClient(notes.app)
  const options = { timeout: '40ms', params: { db: notes.data.db } } as const
  notes.app.post('/late', options, ({ db }) => insert(db, 'late'))
  adding(notes, '/add')
  await client.http.get('/')
  const held = notes.data.unit(() => gate.promise)
  expect((await client.http.post('/late')).json()).toMatchObject({ code: 'TIMEOUT' })
  gate.resolve()
  await held
  expect(await notes.texts()).toEqual([])
  expect((await client.http.post('/add')).status).toBe(200)
})

test('a disk that is full fails the call; reads and what was kept before stay', async () => {
  const full = { name: '0002-full', sql: 'pragma max_page_count = 8' }
  const notes = notesApp({ migrations: [NOTES, full] })
  await using client = testClient(notes.app)
  notes.app.post('/much', { params: { db: notes.data.db } }, ({ db }) =>
    insert(db, 'x'.repeat(99_999)),
  )
  adding(notes, '/add')
  await client.http.post('/add')
  expect((await client.http.post('/much')).status).toBe(500)
  expect(await notes.texts()).toEqual(['add'])
  expect((await client.http.post('/add')).status).toBe(200)
})

test('a constraint that is checked at the commit fails its own call alone', async () => {
  const notes = notesApp({
    migrations: [
      NOTES,
      {
        name: '0002-parents',
        sql: `create table parents (id integer primary key) strict;
          create table children (id integer references parents (id) deferrable initially deferred) strict`,
      },
    ],
  })
  notes.app.post('/orphan', { params: { db: notes.data.db } }, async ({ db }) => {
    await sql`insert into children values (1)`.execute(db)
    return 1
  })
  adding(notes, '/add')
  await using client = testClient(notes.app)
  for (let round = 0; round < 3; round++) {
    const [a, b, c] = await Promise.all(
      ['/add', '/orphan', '/add'].map((path) => client.http.post(path)),
    )
    expect([a?.status, b?.status, c?.status]).toEqual([200, 500, 200])
  }
  expect(await notes.texts()).toHaveLength(6)
})

test('stopped, it is closed; started again, it is open', async () => {
  const data = database({
    url: join(folder(), 'deep', 'app.db'),
    migrations: [NOTES],
    migrate: 'start',
  })
  const app = createApp({ env: {}, parts: [data] })
  await app.startup()
  await data.unit((db) => insert(db, 'a'))
  await app.shutdown()
  expect(() => data.queries()).toThrow('The database is closed')
  await app.startup()
  expect(await data.queries().selectFrom('notes').selectAll().execute()).toEqual([{ text: 'a' }])
  await app.shutdown()
})
