import { connect, createServer, type Socket } from 'node:net'
import { type Kysely, sql } from 'kysely'
import { createApp } from 'trefoil'
import { type DatabaseOptions, database } from 'trefoil/database'
import { testClient } from 'trefoil/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

interface Tables {
  notes: { id: string; n: number }
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
  const steps = { after: async (_: Kysely<Tables>) => {} }
  app.post('/add/{id}', { params: { id: z.string(), db: data.db } }, async ({ id, db }) => {
    await db.insertInto('notes').values({ id, n: 1 }).execute()
    await steps.after(db)
    return { id }
  })
  app.get('/ids', { params: { db: data.read } }, async ({ db }) => {
    const rows = await db.selectFrom('notes').select('id').orderBy('id').execute()
    return rows.map(({ id }) => id)
  })
  const client = testClient(app)
  onTestFinished(async () => client[Symbol.asyncDispose]())
  return { app, data, steps, http: client.http }
}

describe.skipIf(!hasPostgres)('a connection is lent', () => {
  test('STO-1: a stream of rows that outlives its call asks nothing of the connection in the next one', async () => {
    const { app, data, http, steps } = notes(await createDatabase(), { connections: 1 })
    await data.start?.({ log: { warn() {} } } as never)
    await data.state.run("insert into notes select 'n' || i, 1 from generate_series(1, 500) i", [])
    const next = Promise.withResolvers<void>()
    const left: unknown[] = []
    app.post(
      '/rows/{many}',
      { params: { many: z.coerce.number(), db: data.db }, timeout: '200ms' },
      async ({ many, db }) => {
        try {
          let seen = 0
          for await (const _ of db.selectFrom('notes').selectAll().stream()) {
            if (++seen === many) await next.promise
          }
        } catch (error) {
          left.push(error)
        }
        return {}
      },
    )
    // In the middle of what was fetched, and at its end.
    for (const many of [50, 100]) {
      expect((await http.post(`/rows/${many}`)).status).toBe(504)
    }
    steps.after = async (db) => {
      next.resolve()
      await expect.poll(() => left).toHaveLength(2)
      await db.insertInto('notes').values({ id: 'second', n: 1 }).execute()
    }
    expect((await http.post('/add/first')).status).toBe(200)
    expect((await http.get('/ids')).json()).toContain('second')
  })

  test('an advisory lock of the session that a body of code hides is not held by the next call', async () => {
    const url = await createDatabase()
    const { http, steps, data } = notes(url, { connections: 1 })
    steps.after = async (db) => {
      await sql.raw("do $$ begin execute 'select pg_ad' || 'visory_lock(7)'; end $$").execute(db)
    }
    expect((await http.post('/add/a')).status).toBe(200)
    expect((await http.get('/ids')).status).toBe(200)
    const locks = await data.state.run(
      "select count(*) as n from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
    )
    expect(locks).toEqual([{ n: 0 }])
  })

  test.each([
    "select '--' as a, set_config('search_path', 'nowhere', false)",
    "select '/*' as a, set_config('search_path', 'nowhere', false)",
  ])('%s is put right before the next call', async (text) => {
    const { http, steps } = notes(await createDatabase(), { connections: 1 })
    steps.after = async (db) => void (await sql.raw(text).execute(db))
    expect((await http.post('/add/a')).status).toBe(200)
    steps.after = async () => {}
    expect((await http.post('/add/b')).status).toBe(200)
  })

  test('no comment hides a write from the handle that only reads, nor a commit from the unit', async () => {
    const { data, http, steps } = notes(await createDatabase(), { connections: 1 })
    expect((await http.post('/add/a')).status).toBe(200)
    const add = "insert into notes values (''w'', 1)"
    const text = `/* /* */ select */ do 'begin commit; set transaction read write; ${add}; end'`
    await expect(sql.raw(text).execute(data.queries())).rejects.toThrow('only reads')
    for (const hidden of ['/* /* */ */ commit', '--x\rcommit']) {
      steps.after = async (db) => {
        await sql.raw(hidden).execute(db)
        throw new Error('no')
      }
      expect((await http.post('/add/b')).status).toBe(500)
    }
    expect((await http.get('/ids')).json()).toEqual(['a'])
  })

  test('reads wait for a connection as long as `wait` says', async () => {
    const { data, http } = notes(await createDatabase(), { connections: 1, wait: '150ms' })
    expect((await http.get('/ids')).status).toBe(200)
    const held = await data.queries().startTransaction().execute()
    const since = performance.now()
    const busy = await http.get('/ids')
    expect([busy.status, busy.json()]).toMatchObject([503, { code: 'database_busy' }])
    expect(performance.now() - since).toBeLessThan(2500)
    await held.rollback().execute()
    expect((await http.get('/ids')).status).toBe(200)
  })

  test('waiting may be longer than connecting', async () => {
    const { http, steps } = notes(await createDatabase(), {
      connections: 1,
      connect: '300ms',
      wait: '20s',
    })
    expect((await http.get('/ids')).status).toBe(200)
    steps.after = () => new Promise((resolve) => setTimeout(resolve, 800))
    const ended = await Promise.all([http.post('/add/a'), http.post('/add/b')])
    expect(ended.map(({ status }) => status)).toEqual([200, 200])
  })

  test('a deadline ends a snapshot at once, whatever it is at', async () => {
    const { app, data, http } = notes(await createDatabase(), { connections: 1 })
    const params = { db: data.snapshot }
    app.get('/asleep', { params, timeout: '200ms' }, async ({ db }) => {
      await sql`select pg_sleep(20)`.execute(db)
      return {}
    })
    app.get('/fails', { params }, async ({ db }) => {
      await sql`select 1`.execute(db)
      throw new Error('no')
    })
    const since = performance.now()
    expect((await http.get('/asleep')).status).toBe(504)
    expect(performance.now() - since).toBeLessThan(4000)
    expect((await http.get('/fails')).status).toBe(500)
    expect((await http.get('/ids')).status).toBe(200)
  })

  test('a certificate that is not there fails who asks, and ends no process later', async () => {
    const data = database({
      url: 'postgres://u:hunter2@127.0.0.1:1/db?sslrootcert=/nowhere',
      connect: '1ms',
      wait: '1ms',
    })
    await expect(data.unit(async () => {})).rejects.toMatchObject({ code: 'database_unavailable' })
    // The time for waiting is over by then: what nobody waits for any more would be unhandled.
    await new Promise((resolve) => setTimeout(resolve, 1200))
  })

  test('STO-4: a server that was cut off without a word: 503 in the time for connecting, and then anew', async () => {
    const proxy = await cutter(await createDatabase())
    const { http } = notes(proxy.url, { connect: '400ms' })
    expect((await http.post('/add/a')).status).toBe(200)
    proxy.cut(true)
    const answer = await http.post('/add/b')
    expect([answer.status, answer.json()]).toMatchObject([503, { code: 'database_unavailable' }])
    proxy.cut(false)
    expect((await http.post('/add/c')).status).toBe(200)
    expect((await http.get('/ids')).json()).toEqual(['a', 'c'])
  })
})

/** Between an app and a server: cut, it lets nothing through, and tells nobody. */
async function cutter(to: string): Promise<{ url: string; cut(is: boolean): void }> {
  const target = new URL(to)
  const host = decodeURIComponent(target.hostname)
  let isCut = false
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    const behind = host.startsWith('/')
      ? connect(`${host}/.s.PGSQL.${target.port || 5432}`)
      : connect(Number(target.port || 5432), host)
    const wasCut = isCut
    for (const one of [socket, behind]) {
      open.add(one)
      one.on('error', () => {})
    }
    let dead = wasCut
    const through = (other: Socket) => (data: Buffer) => {
      dead ||= isCut
      if (!dead) other.write(data)
    }
    socket.on('data', through(behind))
    behind.on('data', through(socket))
    socket.on('close', () => behind.destroy())
    behind.on('close', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  onTestFinished(async () => {
    for (const one of open) one.destroy()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = new URL(to.replace(/@[^/]*/, `@127.0.0.1:${address.port}`))
  return { url: url.href, cut: (is) => (isCut = is) }
}
