import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { createApp, HttpError } from 'trefoil'
import { type Database, database } from 'trefoil/database'
import { testClient } from 'trefoil/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

interface Tables {
  notes: { id: string; n: number }
}

const folder = mkdtempSync(join(tmpdir(), 'trefoil-databases-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const WHERE = [
  ['sqlite', async () => join(folder, 'app.db')],
  ['postgres', createDatabase],
] as const

describe.each(WHERE)('%s', (dialect, where) => {
  const skip = dialect === 'postgres' && !hasPostgres
  let data: Database<Tables>
  let client: ReturnType<typeof testClient>

  beforeAll(async () => {
    if (skip) return
    data = database<Tables>({
      url: await where(),
      migrate: 'start',
      migrations: [
        { name: '0001', sql: 'create table notes (id text primary key, n integer not null)' },
      ],
    })
    const app = createApp({
      name: 'notes',
      env: {},
      parts: [data],
      publicSurfaces: ['api'],
      log: { logger: SILENT },
    })
    const params = { id: z.string(), db: data.db }
    app.post('/add/{id}', { params }, async ({ id, db }) => {
      await db.insertInto('notes').values({ id, n: 1 }).execute()
      return { id }
    })
    app.post('/throw/{id}', { params }, async ({ id, db }) => {
      await db.insertInto('notes').values({ id, n: 1 }).execute()
      throw new HttpError(409, 'no')
    })
    app.post('/status/{id}', { params }, async ({ id, db }) => {
      await db.insertInto('notes').values({ id, n: 1 }).execute()
      throw new Error('broken')
    })
    app.post('/late/{id}', { params, timeout: '150ms' }, async ({ id, db }, call) => {
      await db.insertInto('notes').values({ id, n: 1 }).execute()
      await new Promise((resolve) => call.signal.addEventListener('abort', resolve))
      await db
        .insertInto('notes')
        .values({ id: `${id}-after`, n: 1 })
        .execute()
      return {}
    })
    app.post('/nested/{id}', { params }, async ({ id, db }) => {
      await db.insertInto('notes').values({ id, n: 1 }).execute()
      await db
        .transaction()
        .execute(async (inner) => {
          await inner
            .insertInto('notes')
            .values({ id: `${id}-inner`, n: 1 })
            .execute()
          await inner.insertInto('notes').values({ id, n: 2 }).execute()
        })
        .catch(() => {})
      return {}
    })
    app.post('/open/{id}', { params }, async ({ id, db }) => {
      await db.startTransaction().execute()
      await db
        .insertInto('notes')
        .values({ id, n: 1 })
        .execute()
        .catch(() => {})
      return {}
    })
    app.get('/count/{id}', { params: { id: z.string(), db: data.read } }, async ({ id, db }) => {
      const { n } = await db
        .selectFrom('notes')
        .where('id', '=', id)
        .select((row) => row.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
      return { n }
    })
    app.get('/write', { params: { db: data.read } }, async ({ db }) => {
      const tries = [
        () => db.insertInto('notes').values({ id: 'w', n: 1 }).execute(),
        () => sql`delete from notes`.execute(db),
        () => sql`with x as (select 1) insert into notes values ('w', 1)`.execute(db),
        () => sql`create table other (id text)`.execute(db),
        () =>
          db.transaction().execute(async (inner) => {
            await sql`select 1`.execute(inner)
            await inner.insertInto('notes').values({ id: 'w', n: 1 }).execute()
          }),
      ]
      const ended = await Promise.allSettled(tries.map((one) => one()))
      return ended.map(({ status }) => status)
    })
    client = testClient(app)
  })

  afterAll(async () => client?.[Symbol.asyncDispose]())

  const count = async (id: string) => (await client.http.get(`/count/${id}`)).json()

  test.skipIf(skip)('STO-1: kept with the answer, and nothing of what failed', async () => {
    expect((await client.http.post('/add/a')).status).toBe(200)
    expect(await count('a')).toEqual({ n: 1 })
    expect((await client.http.post('/throw/b')).status).toBe(409)
    expect(await count('b')).toEqual({ n: 0 })
    expect((await client.http.post('/status/c')).status).toBe(500)
    expect(await count('c')).toEqual({ n: 0 })
  })

  test.skipIf(skip)(
    'STO-1: a deadline takes it back, and the handler that goes on writes nowhere',
    async () => {
      expect((await client.http.post('/late/l')).status).toBe(504)
      expect([await count('l'), await count('l-after')]).toEqual([{ n: 0 }, { n: 0 }])
      expect((await client.http.post('/add/after-late')).status).toBe(200)
    },
  )

  test.skipIf(skip)(
    'a nested transaction is a savepoint; one left open fails the call',
    async () => {
      expect((await client.http.post('/nested/n')).status).toBe(200)
      expect([await count('n'), await count('n-inner')]).toEqual([{ n: 1 }, { n: 0 }])
      expect((await client.http.post('/open/o')).status).toBe(500)
      expect(await count('o')).toEqual({ n: 0 })
    },
  )

  test.skipIf(skip)('a write through data.read is refused, whatever it looks like', async () => {
    const answer = await client.http.get('/write')
    expect(answer.json()).toEqual(['rejected', 'rejected', 'rejected', 'rejected', 'rejected'])
    expect(await count('a')).toEqual({ n: 1 })
  })
})

const SILENT = { debug() {}, info() {}, warn() {}, error() {} } as never
