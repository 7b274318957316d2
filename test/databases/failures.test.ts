import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { createApp } from 'trefoil'
import { type DatabaseOptions, database } from 'trefoil/database'
import { testClient } from 'trefoil/testing'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startPostgres, whyNoPostgres } from '../support/postgres.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

interface Tables {
  notes: { id: string; n: number }
}

const open: pg.Client[] = []
afterEach(async () => {
  for (const client of open.splice(0)) await client.end().catch(() => {})
})

async function beside(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  open.push(client)
  return client
}

function notes(url: string, more: DatabaseOptions = {}) {
  const data = database<Tables>({
    url,
    migrate: 'start',
    migrations: [
      { name: '0001', sql: 'create table notes (id text primary key, n integer not null)' },
    ],
    ...more,
  })
  const app = createApp({
    env: {},
    parts: [data],
    publicSurfaces: ['api'],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } as never },
  })
  const steps = { before: async () => {}, after: async (_: Kysely<Tables>) => {} }
  app.post('/add/{id}', { params: { id: z.string(), db: data.db } }, async ({ id, db }) => {
    await steps.before()
    await db.insertInto('notes').values({ id, n: 1 }).execute()
    await steps.after(db)
    return { id }
  })
  app.get('/ids', { params: { db: data.read } }, async ({ db }) => {
    const rows = await db.selectFrom('notes').select('id').orderBy('id').execute()
    return rows.map(({ id }) => id)
  })
  return { app, data, steps }
}

function client(app: Parameters<typeof testClient>[0]): ReturnType<typeof testClient> {
  const made = testClient(app)
  onTestFinished(async () => made[Symbol.asyncDispose]())
  return made
}

describe.skipIf(!hasPostgres)('a PostgreSQL that fails', () => {
  test('STO-4: a backend that is killed in a call fails that call and nothing else', async () => {
    const url = await createDatabase()
    const { app, steps } = notes(url)
    const { http } = client(app)
    const admin = await beside(url)
    const killAll = () =>
      admin.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
    expect((await http.post('/add/a')).status).toBe(200)
    steps.after = async () => void (await killAll())
    // The commit finds nobody: the server has taken the transaction back, but who cannot ask cannot know.
    expect((await http.post('/add/b')).status).toBe(500)
    steps.after = async () => {}
    steps.before = async () => void (await killAll())
    expect((await http.post('/add/c')).status).toBe(500)
    steps.before = async () => {}
    // Those that were idle are found out before anything is done on them.
    await killAll()
    expect((await http.post('/add/d')).status).toBe(200)
    await killAll()
    expect((await http.get('/ids')).json()).toEqual(['a', 'd'])
  })

  test('a connection that is lost at the commit: told that it may have been done', async () => {
    const url = await createDatabase()
    const { app, steps } = notes(url)
    const { http } = client(app)
    const admin = await beside(url)
    steps.after = async (db) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
      // Said in the middle of the commit: a constraint that is checked there waits long enough.
      await sql`create or replace function slow() returns trigger language plpgsql as 'begin perform pg_sleep(5); return null; end'`.execute(
        db,
      )
      await sql`create constraint trigger at_the_end after insert on notes deferrable initially deferred for each row execute function slow()`.execute(
        db,
      )
      await db.insertInto('notes').values({ id: 'slow', n: 1 }).execute()
      setTimeout(() => void admin.query('select pg_terminate_backend($1)', [rows[0]?.pid]), 200)
    }
    const answer = await http.post('/add/a')
    expect([answer.status, answer.json()]).toMatchObject([
      500,
      { code: 'commit_unknown', detail: expect.stringContaining('may have been done') },
    ])
    steps.after = async () => {}
    expect((await http.post('/add/b')).status).toBe(200)
  })

  test('STO-2: two that lock in another order: one is run again', async () => {
    const url = await createDatabase()
    const { app, data } = notes(url)
    let runs = 0
    const both = Promise.withResolvers<void>()
    const params = { one: z.string(), two: z.string(), db: data.db }
    app.post('/lock/{one}/{two}', { params }, async ({ one, two, db }) => {
      const up = (id: string) =>
        db
          .updateTable('notes')
          .set((row) => ({ n: row('n', '+', 1) }))
          .where('id', '=', id)
          .execute()
      runs++
      await up(one)
      if (runs === 2) both.resolve()
      await both.promise
      await up(two)
      return {}
    })
    const { http } = client(app)
    await http.post('/add/a')
    await http.post('/add/b')
    const ended = await Promise.all([http.post('/lock/a/b'), http.post('/lock/b/a')])
    expect(ended.map(({ status }) => status)).toEqual([200, 200])
    expect(runs).toBeGreaterThan(2)
    expect(await data.queries().selectFrom('notes').select('n').execute()).toEqual([
      { n: 3 },
      { n: 3 },
    ])
  })

  test('write skew: kept by repeatable read, refused or run again by serializable', async () => {
    const url = await createDatabase()
    const { app, data } = notes(url, { isolation: 'serializable' })
    let waiting = 0
    const both = Promise.withResolvers<void>()
    // Each may go off duty while the other one is on.
    app.post('/off/{id}', { params: { id: z.string(), db: data.db } }, async ({ id, db }) => {
      const on = await db.selectFrom('notes').select('id').where('n', '=', 1).execute()
      waiting++
      if (waiting === 2) both.resolve()
      await both.promise
      if (on.length < 2) return { off: false }
      await db.updateTable('notes').set({ n: 0 }).where('id', '=', id).execute()
      return { off: true }
    })
    const { http } = client(app)
    await http.post('/add/a')
    await http.post('/add/b')
    const ended = await Promise.all([http.post('/off/a'), http.post('/off/b')])
    expect(ended.map((one) => one.status)).toEqual([200, 200])
    expect(ended.map((one) => one.json().off).sort()).toEqual([false, true])
  })

  test('all connections in use: 503 with Retry-After, nothing done, and a caller who leaves leaves the line', async () => {
    const url = await createDatabase()
    const { app, steps } = notes(url, { connections: 2, wait: '100ms' })
    const { http } = client(app)
    const gate = Promise.withResolvers<void>()
    const inside = Promise.withResolvers<void>()
    let count = 0
    steps.before = async () => {
      if (++count === 2) inside.resolve()
      await gate.promise
    }
    const held = [http.post('/add/a'), http.post('/add/b')]
    await inside.promise
    const busy = await http.post('/add/c')
    expect([busy.status, busy.json()]).toMatchObject([503, { code: 'database_busy' }])
    expect(busy.headers.get('retry-after')).toBe('1')
    // Reads have connections of their own.
    expect((await http.get('/ids')).json()).toEqual([])
    gate.resolve()
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200])
    expect((await http.get('/ids')).json()).toEqual(['a', 'b'])
  })

  test('a statement that goes on past the deadline is called off in the server', async () => {
    const url = await createDatabase()
    const { app, data } = notes(url, { connections: 1 })
    app.post('/sleep', { params: { db: data.db }, timeout: '150ms' }, async ({ db }) => {
      await sql`select pg_sleep(20)`.execute(db)
      return {}
    })
    app.get('/sleep', { params: { db: data.read }, timeout: '150ms' }, async ({ db }) => {
      await sql`select pg_sleep(20)`.execute(db)
      return {}
    })
    const { http } = client(app)
    expect((await http.post('/sleep')).status).toBe(504)
    expect((await http.get('/sleep')).status).toBe(504)
    expect((await http.post('/add/a')).status).toBe(200)
    expect((await http.get('/ids')).json()).toEqual(['a'])
    const admin = await beside(url)
    const asleep = () =>
      admin.query(
        "select 1 from pg_stat_activity where query like '%pg_sleep(20)%' and state = 'active' and pid <> pg_backend_pid()",
      )
    await expect.poll(async () => (await asleep()).rowCount, { timeout: 3000 }).toBe(0)
  })

  test('what a call changes of its connection the next one does not have', async () => {
    const url = await createDatabase()
    const { app, data, steps } = notes(url, { connections: 1 })
    const { http } = client(app)
    await http.post('/add/0')
    for (const text of [
      "set search_path = 'nowhere'",
      'create temp table notes (id text, n int)',
      'listen news',
      'select pg_advisory_lock(1)',
      'commit',
      'begin',
      'set transaction isolation level read committed',
      '/* x */ rollback',
      'prepare p as select 1',
    ]) {
      steps.after = async (db) => void (await sql.raw(text).execute(db))
      expect((await http.post('/add/x')).status, text).toBe(500)
    }
    const quiet = [
      "select set_config('search_path', 'nowhere', false)",
      "do $$ begin execute 'set search_path = nowhere'; end $$",
      "do $$ begin execute 'create temp table notes (id text, n int)'; end $$",
      "do $$ begin execute 'listen news'; end $$",
    ]
    for (const [index, text] of quiet.entries()) {
      steps.after = async (db) => void (await sql.raw(text).execute(db))
      expect((await http.post(`/add/${index + 1}`)).status, text).toBe(200)
      steps.after = async () => {}
      expect((await http.post(`/add/after-${index + 1}`)).status, text).toBe(200)
    }
    steps.after = async () => {}
    expect((await http.get('/ids')).json()).toHaveLength(9)
    const state = await data.state.run('select current_setting(?) as path', ['search_path'])
    expect(state).toEqual([{ path: '"$user", public' }])
  })

  test('nothing a caller writes makes a reader a writer, then or in the next call', async () => {
    const url = await createDatabase()
    const { app, data } = notes(url, { connections: 1 })
    const { http } = client(app)
    await http.post('/add/a')
    const db = data.queries()
    const add = "insert into notes values ('w', 1)"
    for (const text of [
      'set transaction read write',
      'begin read write',
      `begin read write; ${add}; commit`,
      `select 1; set transaction read write; ${add}`,
      `do $$ begin commit; set transaction read write; ${add}; end $$`,
      "set default_transaction_read_only = 'off'",
      `/**/ DO 'begin commit; set transaction read write; ${add.replaceAll("'", "''")}; end'`,
      `explain analyze ${add}`,
      `with w as (${add} returning 1) select * from w`,
      'select lo_create(0)',
      'select "lo_from_bytea"(0, \'x\')',
      'select U&"\\006co_create"(0)',
      "select set_config('transaction_read_only', 'off', true)",
    ]) {
      await expect(sql.raw(text).execute(db), text).rejects.toThrow()
    }
    await sql`select set_config('default_transaction_read_only', 'off', false)`.execute(db)
    await expect(
      sql`with w as (insert into notes values ('w', 1) returning 1) select * from w`.execute(
        data.queries(),
      ),
    ).rejects.toThrow()
    await expect(
      data
        .queries()
        .transaction()
        .execute(async (inner) => {
          await sql`select set_config('default_transaction_read_only', 'off', false)`.execute(inner)
          await sql`with w as (insert into notes values ('w', 1) returning 1) select * from w`.execute(
            inner,
          )
        }),
    ).rejects.toThrow()
    expect((await http.get('/ids')).json()).toEqual(['a'])
  })

  test('names of savepoints are names, whatever is in them', async () => {
    const url = await createDatabase()
    const { app, steps } = notes(url)
    const { http } = client(app)
    steps.after = async (db) => {
      const inner = await db.startTransaction().execute()
      const one = await inner.savepoint('a"; drop table notes; --' as 'x').execute()
      await one.insertInto('notes').values({ id: 'inner', n: 1 }).execute()
      await one.rollbackToSavepoint('a"; drop table notes; --' as 'x').execute()
      await inner.commit().execute()
    }
    expect((await http.post('/add/a')).status).toBe(200)
    expect((await http.get('/ids')).json()).toEqual(['a'])
  })

  test('a failed statement fails the unit, even when nobody looks; nothing says that it was done', async () => {
    const url = await createDatabase()
    const { app, steps } = notes(url)
    const { http } = client(app)
    await http.post('/add/a')
    steps.after = async (db) => {
      await db
        .insertInto('notes')
        .values({ id: 'a', n: 1 })
        .execute()
        .catch(() => {})
    }
    expect((await http.post('/add/b')).status).toBe(500)
    expect((await http.get('/ids')).json()).toEqual(['a'])
  })

  test('whole numbers are numbers, and one that does not fit is refused', async () => {
    const { data } = notes(await createDatabase())
    const { rows } = await sql<{ n: number }>`select count(*) as n from pg_class`.execute(
      data.queries(),
    )
    expect(typeof rows[0]?.n).toBe('number')
    await expect(sql`select 9007199254740993::int8 as n`.execute(data.queries())).rejects.toThrow(
      'too large',
    )
    expect(
      await data.state.run(
        'select true as t, false as f, sum(x) as s from (values (1::int8), (2)) v(x)',
      ),
    ).toEqual([{ t: 1, f: 0, s: 3 }])
    await data.stop?.(null as never)
  })

  test('rows of a stream come piece by piece, in a unit and outside', async () => {
    const { app, data, steps } = notes(await createDatabase())
    const { http } = client(app)
    let seen = 0
    steps.after = async (db) => {
      await sql`insert into notes select 'n' || i, i from generate_series(1, 250) i`.execute(db)
      for await (const _ of db.selectFrom('notes').selectAll().where('n', '>=', 1).stream()) seen++
    }
    expect((await http.post('/add/a')).status).toBe(200)
    for await (const _ of data.queries().selectFrom('notes').selectAll().stream(7)) seen++
    expect(seen).toBe(502)
  })

  test('no URL is in what is told of it', async () => {
    const url = 'postgres://u:hunter2@127.0.0.1:1/db'
    const { app } = notes(url)
    const told = await Promise.resolve(testClient(app).http.get('/ids')).catch(
      (error: unknown) => error,
    )
    const text =
      told instanceof Error ? `${told.stack} ${String(told.cause)}` : JSON.stringify(told)
    expect(text).toContain('does not answer')
    expect(text).not.toContain('hunter2')
    for (const bad of [
      'postgres://u:hunter2@h/',
      'postgres://u:hun@ter2@h:x/db',
      'postgres://u:hunter2@h/db?options=-c',
      'postgres://u:hunter2@h/db?sslmodes=hunter2',
    ]) {
      expect(() => database(bad), bad).toThrow(/^database\(\): url (?!.*hun)/)
    }
  })
})

describe.skipIf(whyNoPostgres() !== null)('a server that goes', () => {
  test('kill -9 and a restart: calls fail at once and truthfully, and then work', {
    timeout: 60_000,
  }, async () => {
    await using server = await startPostgres({ fsync: true })
    const { app } = notes(await server.createDatabase())
    const { http } = client(app)
    expect((await http.post('/add/a')).status).toBe(200)
    await http.get('/ids')
    await server.kill()
    const answer = await http.post('/add/b')
    expect([answer.status, answer.json()]).toMatchObject([503, { code: 'database_unavailable' }])
    expect(answer.headers.get('retry-after')).toBe('1')
    expect((await http.get('/ids')).status).toBe(503)
    await server.start()
    expect((await http.post('/add/c')).status).toBe(200)
    expect((await http.get('/ids')).json()).toEqual(['a', 'c'])
  })
})
