import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createApp } from 'trefoil'
import { type Database, type DatabaseOptions, database, type Migration } from 'trefoil/database'
import { testClient } from 'trefoil/testing'
import { expect, onTestFinished, test } from 'vitest'
import { folder, insert, NOTES, type Tables } from './notes-app.ts'

const HITS: Migration = {
  name: '0001-hits',
  sql: 'create table trefoil_hits (key text primary key, n integer not null) strict',
}
const HIT =
  'insert into trefoil_hits values (?, 1) on conflict (key) do update set n = n + 1 returning n'

async function started(
  options: DatabaseOptions,
  owners: (data: Database<never>) => void = () => undefined,
): Promise<Database<never>> {
  const data = database<never>({ migrate: 'start', ...options })
  owners(data)
  const app = createApp({ env: {}, parts: [data] })
  await app.startup()
  onTestFinished(() => app.shutdown())
  return data
}

function rowsOf(file: string, query: string): readonly unknown[] {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return db.prepare(query).all()
  } finally {
    db.close()
  }
}

const LEDGER = 'select owner, position, name from trefoil_migrations order by owner, position'

test('the steps of a part ride the ledger of the app, under a name of its own', async () => {
  const file = join(folder(), 'app.db')
  const more = { name: '0002-more', sql: 'create table trefoil_hits_more (a) ' }
  await started({ url: file, migrations: [NOTES] }, (data) => data.tables('hits', [HITS]))
  await started({ url: file, migrations: [NOTES] }, (data) => data.tables('hits', [HITS, more]))
  // Taken out, it leaves its tables.
  await started({ url: file, migrations: [NOTES] })
  expect(rowsOf(file, LEDGER)).toEqual([
    { owner: 'app', position: 1, name: '0001-notes' },
    { owner: 'hits', position: 1, name: '0001-hits' },
    { owner: 'hits', position: 2, name: '0002-more' },
  ])
  await expect(
    started({ url: file, migrations: [NOTES] }, (data) => data.tables('hits', [more])),
  ).rejects.toThrow("step 1 of the database is 'hits/0001-hits', and 'hits' has '0002-more' there")
})

test('the ledger of 0.1, which knew no owners, is brought along', async () => {
  const file = join(folder(), 'app.db')
  await started({ url: file, migrations: [NOTES] })
  const db = new DatabaseSync(file)
  db.exec(`create table old (position integer primary key, name text not null unique,
      checksum text not null, applied_at text not null) strict;
    insert into old select position, name, checksum, applied_at from trefoil_migrations;
    drop table trefoil_migrations; alter table old rename to trefoil_migrations`)
  db.close()
  // Nothing to apply: it is read as it is.
  await started({ url: file, migrations: [NOTES], migrate: 'command' })
  await started({ url: file, migrations: [NOTES] }, (data) => data.tables('hits', [HITS]))
  await started({ url: file, migrations: [NOTES] }, (data) => data.tables('hits', [HITS]))
  expect(rowsOf(file, LEDGER)).toHaveLength(2)
  expect(rowsOf(file, "select name from sqlite_schema where name like '%before%'")).toEqual([])
})

test('a step has a text for each database, and that of this one counts', async () => {
  const file = join(folder(), 'app.db')
  const step = (postgres: string): Migration => ({
    name: '0001',
    sql: { sqlite: 'create table a (b)', postgres },
  })
  await started({ url: file, migrations: [step('create table a (b bigint)')] })
  await started({ url: file, migrations: [step('another')] })
  await started({ url: file, migrations: [{ name: '0001', sql: 'create table a (b)' }] })
  const one = { sqlite: 'select 1' } as never
  expect(() => database({ migrations: [{ name: '1', sql: one }] })).toThrow(
    'sql must have the text of both: { sqlite, postgres }',
  )
  expect(() => database({ migrations: [{ name: '1', sql: 1 as never }] })).toThrow(
    'sql must be text, or { sqlite, postgres }',
  )
})

test.each([
  ['Hits', [HITS], 'app', 'the owner must be a name such as audit or api_keys'],
  ['app', [HITS], 'app', "data.tables('app'): the name is taken"],
  ['migrations', [HITS], 'app', 'the name is taken'],
  ['hits', [HITS], 'memory', 'where must be app or state'],
  ['hits', null, 'app', 'migrations must be a list'],
  ['hits', [{ name: '1' }], 'app', "data.tables('hits'): migrations: '1' needs sql, or run"],
  ['hits', [HITS, HITS], 'app', "data.tables('hits'): migrations have '0001-hits' twice"],
])('tables(%j, %j, %j) is refused', (owner, migrations, where, message) => {
  const data = database(':memory:')
  expect(() => data.tables(owner, migrations as never, where as never)).toThrow(message)
})

test('two parts of one name are refused, and one that comes after the start', async () => {
  const data = await started({ url: ':memory:' }, (early) => {
    early.tables('hits', [HITS])
    expect(() => early.tables('hits', [], 'state')).toThrow('somebody has that name already')
  })
  expect(() => data.tables('late', [HITS])).toThrow(
    "data.tables('late') came after the database was started",
  )
})

test('a part makes no tables of others, and the app none of parts', async () => {
  const notes = { name: '1', sql: 'create table notes (a)' }
  await expect(
    started({ url: ':memory:' }, (data) => data.tables('hits', [notes])),
  ).rejects.toThrow(
    "Migration 'hits/1' failed: the table 'notes' is not named as those of 'hits' are: trefoil_hits_…",
  )
  const theirs = { name: '1', sql: 'create table Trefoil_audit (a)' }
  await expect(started({ url: ':memory:', migrations: [theirs] })).rejects.toThrow(
    "Migration '1' failed: the table 'Trefoil_audit' has a name that is for parts",
  )
})

test('the state has a file of its own, private, and only where somebody keeps something there', async () => {
  const path = folder()
  await started({ url: join(path, 'app.db'), migrations: [NOTES] })
  expect(existsSync(join(path, 'state.db'))).toBe(false)
  const data = await started({ url: join(path, 'app.db'), migrations: [NOTES] }, (own) =>
    own.tables('hits', [HITS], 'state'),
  )
  const state = join(path, 'state.db')
  expect(statSync(state).mode & 0o777).toBe(0o600)
  expect(rowsOf(state, LEDGER)).toEqual([{ owner: 'hits', position: 1, name: '0001-hits' }])
  expect(rowsOf(join(path, 'app.db'), LEDGER)).toHaveLength(1)
  expect(data.state.dialect).toBe('sqlite')
  // Nobody to wait for: no promise.
  expect(data.state.run(HIT, ['a'])).toEqual([{ n: 1 }])
  expect(data.state.run(HIT, ['a'])).toEqual([{ n: 2 }])
  expect(rowsOf(state, 'select * from trefoil_hits')).toEqual([{ key: 'a', n: 2 }])
  expect(() => data.state.run('begin')).toThrow('transaction')
})

test.each([
  [{ url: 'shop.db' }, 'shop-state.db'],
  [{ url: 'app.db', state: 'counts.db' }, 'counts.db'],
])('the file of the state: %j', async (options, name) => {
  const path = folder()
  const given = Object.fromEntries(
    Object.entries(options).map(([key, file]) => [key, join(path, file)]),
  )
  await started(given, (own) => own.tables('hits', [HITS], 'state'))
  expect(readdirSync(path)).toContain(name)
})

test('a call that has the turn of the units keeps nobody from counting', async () => {
  const data = await started({ url: ':memory:', migrations: [NOTES], wait: '50ms' }, (own) =>
    own.tables('hits', [HITS], 'state'),
  )
  await data.unit(async () => {
    expect(data.state.run(HIT, ['a'])).toEqual([{ n: 1 }])
  })
  expect(data.state.run(HIT, ['a'])).toEqual([{ n: 2 }])
})

test('another process that has the lock of the state is waited for, without blocking; then it is busy', async () => {
  const path = folder()
  const hits = (own: Database<never>) => own.tables('hits', [HITS], 'state')
  const data = await started({ url: join(path, 'app.db'), wait: '30s' }, hits)
  const other = new DatabaseSync(join(path, 'state.db'))
  onTestFinished(() => other.close())
  other.exec('begin immediate')
  const waiting = Promise.all([1, 2, 3].map(async () => data.state.run(HIT, ['a'])))
  setTimeout(() => other.exec('commit'), 20)
  expect((await waiting).flat()).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  const hasty = await started({ url: join(path, 'app.db'), wait: '20ms' }, hits)
  other.exec('begin immediate')
  await expect(hasty.state.run(HIT, ['a'])).rejects.toMatchObject({ code: 'database_busy' })
  other.exec('rollback')
  expect(await hasty.state.run(HIT, ['a'])).toEqual([{ n: 4 }])
})

test('the command migrates both, and says what is missing in which', async () => {
  const path = folder()
  const part = () => {
    const data = database({ url: join(path, 'app.db'), migrations: [NOTES], migrate: 'command' })
    data.tables('hits', [HITS], 'state')
    return data
  }
  await expect(createApp({ env: {}, parts: [part()] }).startup()).rejects.toThrow('lacks 2 migr')
  const [command] = part().commands ?? []
  const run = (check: boolean) =>
    command?.run({ options: { check }, app: null as never, signal: AbortSignal.timeout(9999) })
  expect(await run(true)).toMatchObject({ exit: 1, text: 'missing: 0001-notes, hits/0001-hits' })
  expect(await run(false)).toMatchObject({ text: 'applied: 0001-notes, hits/0001-hits' })
  expect(await run(true)).toMatchObject({ exit: 0, text: 'up to date' })
  const app = createApp({ env: {}, parts: [part()] })
  await app.startup()
  await app.shutdown()
})

test('tables(): what was not started has its tables once it is', async () => {
  const data = database({ url: ':memory:' })
  data.tables('hits', [HITS], 'state')
  expect(() => data.state.run(HIT, ['a'])).toThrow('no such table')
})

test('two databases in one app: the name of the second is that of its variables and its command', async () => {
  const path = folder()
  process.env['TREFOIL_REPORTS_URL'] = join(path, 'reports.db')
  try {
    const one = database<Tables>({
      url: join(path, 'app.db'),
      migrations: [NOTES],
      migrate: 'start',
    })
    const two = database<Tables>({ name: 'reports', migrations: [NOTES], migrate: 'start' })
    const app = createApp({
      env: { TREFOIL_REPORTS_URL: 'known' },
      parts: [one, two],
      publicSurfaces: ['api'],
      log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    })
    app.post('/both', { params: { a: one.db, b: two.db } }, async ({ a, b }) => {
      await insert(a, 'a')
      await insert(b, 'b')
      return 1
    })
    await using client = testClient(app)
    expect((await client.http.post('/both')).status).toBe(200)
    expect(rowsOf(join(path, 'app.db'), 'select text from notes')).toEqual([{ text: 'a' }])
    expect(rowsOf(join(path, 'reports.db'), 'select text from notes')).toEqual([{ text: 'b' }])
  } finally {
    delete process.env['TREFOIL_REPORTS_URL']
  }
  for (const name of ['Reports', '', 'a b', 5, null, 'x'.repeat(33)]) {
    expect(() => database({ name: name as never }), String(name)).toThrow('name must be')
  }
})

test('tables without a primary key are named at the start; those of parts are not', async () => {
  const lines: unknown[] = []
  const logger = {
    debug() {},
    info() {},
    warn: (...line: unknown[]) => lines.push(line),
    error() {},
  }
  const sql = `create table keyed (id integer primary key); create table both (a, b, primary key (a, b));
    create table bare (a); create virtual table words using fts5 (text); create view seen as select 1 as a`
  const data = database({ url: ':memory:', migrations: [NOTES, { name: '2', sql }] })
  data.tables('own', [{ name: '1', sql: 'create table trefoil_own (a)' }])
  const app = createApp({ env: {}, log: { logger }, parts: [data] })
  await app.startup()
  await app.shutdown()
  expect(lines).toContainEqual([
    { tables: ['bare', 'notes'] },
    'Tables without a primary key: no preview shows what changes in them',
  ])
})
