import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createApp } from 'trefoil'
import { type DatabaseOptions, database, type Migration } from 'trefoil/database'
import { expect, test } from 'vitest'
import { folder, NOTES } from './notes-app.ts'

const MORE_PARENTS = { name: '0003', sql: "insert into parents values (3, 'x')" }
const MORE: Migration = { name: '0002-more', sql: 'alter table notes add column done integer' }

async function start(file: string, options: DatabaseOptions): Promise<void> {
  const app = createApp({ env: {}, parts: [database({ url: file, migrate: 'start', ...options })] })
  await app.startup()
  await app.shutdown()
}

function ledger(file: string): readonly unknown[] {
  const db = new DatabaseSync(file)
  try {
    return db
      .prepare('select name from trefoil_migrations order by position')
      .all()
      .map(({ name }) => name)
  } finally {
    db.close()
  }
}

test('steps are applied once, in order, and written down; the folder and the file are private', async () => {
  const file = join(folder(), 'data', 'app.db')
  await start(file, { migrations: [NOTES] })
  expect(ledger(file)).toEqual(['0001-notes'])
  await start(file, { migrations: [NOTES, MORE] })
  await start(file, { migrations: [NOTES, MORE] })
  expect(ledger(file)).toEqual(['0001-notes', '0002-more'])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)
})

test('one that fails leaves nothing of all that were to be applied', async () => {
  const file = join(folder(), 'app.db')
  const bad = { name: '0002-bad', sql: 'create table a (b) strict' }
  await expect(start(file, { migrations: [NOTES, bad] })).rejects.toThrow(
    "Migration '0002-bad' failed",
  )
  const fails = { name: '0002-run', run: () => Promise.reject(new Error('no rows')) }
  await expect(start(file, { migrations: [NOTES, fails] })).rejects.toThrow('no rows')
  const ends = { name: '0002-ends', sql: 'commit' }
  await expect(start(file, { migrations: [NOTES, ends] })).rejects.toThrow('0002-ends')
  expect(() => ledger(file)).toThrow('no such table')
})

test('a step cannot end the transaction of all, wherever it says so; a trigger may', async () => {
  const file = join(folder(), 'app.db')
  const step = (sql: string) => start(file, { migrations: [NOTES, { name: 'a', sql }] })
  for (const sql of ['create table a (b); commit; begin', '/* ; */;; END', '-- \n savepoint x']) {
    await expect(step(sql), sql).rejects.toThrow(/^.*'a' failed: '\w+' is not for a unit/)
    expect(() => ledger(file), sql).toThrow('no such table')
  }
  const trigger = `create trigger t after insert on notes begin
    update notes set text = case when text then 'commit; begin' else 2 end;
    delete from notes; -- rollback
  end;`
  await expect(step(`${trigger} end`)).rejects.toThrow("'end' is not for a unit")
  await step(`create table "; commit" (b); ${trigger} ${trigger.replace('trigger t', 'trigger u')}`)
  expect(ledger(file)).toEqual(['0001-notes', 'a'])
})

test('a table that is made anew takes nothing with it that refers to its rows', async () => {
  const file = join(folder(), 'app.db')
  const first = {
    name: '0001',
    sql: `create table parents (id integer primary key) strict;
      create table children (id integer references parents (id) on delete cascade) strict;
      insert into parents values (1), (2); insert into children values (1), (2)`,
  }
  const anew = {
    name: '0002',
    sql: `create table other (id integer primary key, name text) strict;
      insert into other select id, 'x' from parents; drop table parents; alter table other rename to parents`,
  }
  await start(file, { migrations: [first, anew] })
  const db = new DatabaseSync(file)
  expect(db.prepare('select count(*) as n from children').get()).toEqual({ n: 2 })
  const orphans = { name: '0003', sql: 'delete from parents where id = 2' }
  await expect(start(file, { migrations: [first, anew, orphans] })).rejects.toThrow(
    "1 row(s), the first of 'children', refer to rows of 'parents' that are not there",
  )
  expect(db.prepare('select count(*) as n from parents').get()).toEqual({ n: 2 })
  db.close()
  // Afterwards they are on again.
  const data = database({ url: file, migrate: 'start', migrations: [first, anew, MORE_PARENTS] })
  const app = createApp({ env: {}, parts: [data] })
  await app.startup()
  await expect(
    data.unit((unit) => unit.insertInto('children').values({ id: 9 }).execute()),
  ).rejects.toThrow('FOREIGN KEY')
  await app.shutdown()
})

test.each([
  [
    'a step that was changed',
    [{ ...NOTES, sql: `${NOTES.sql} -- changed` }],
    'has been changed since',
  ],
  [
    'a step in front of others',
    [MORE, NOTES],
    "is '0001-notes', and the app has '0002-more' there",
  ],
  ['an app that is older', [], 'the app has no such step'],
] as const)('%s is refused', async (_, migrations, message) => {
  const file = join(folder(), 'app.db')
  await start(file, { migrations: [NOTES] })
  await expect(start(file, { migrations })).rejects.toThrow(message)
})

test('line ends are not a change', async () => {
  const file = join(folder(), 'app.db')
  await start(file, { migrations: [{ ...NOTES, sql: 'create table notes (\n text text\n)' }] })
  await start(file, { migrations: [{ ...NOTES, sql: 'create table notes (\r\n text text\r\n)' }] })
})

test('what is not development does not migrate by itself: it refuses to start, and the command does it', async () => {
  const file = join(folder(), 'app.db')
  const part = () => database({ url: file, migrations: [NOTES, MORE], migrate: 'command' })
  const app = createApp({ env: {}, parts: [part()] })
  await expect(app.startup()).rejects.toThrow(
    "The database lacks 2 migration(s), from '0001-notes' on: run `trefoil migrate` first",
  )
  // Refusing makes none.
  expect(existsSync(file)).toBe(false)
  const [command] = part().commands ?? []
  const run = (check: boolean) =>
    command?.run({ options: { check }, app: null as never, signal: AbortSignal.timeout(9999) })
  expect(await run(true)).toMatchObject({ exit: 1, text: 'missing: 0001-notes, 0002-more' })
  expect(existsSync(file)).toBe(false)
  expect(await run(false)).toMatchObject({ text: 'applied: 0001-notes, 0002-more' })
  expect(await run(true)).toMatchObject({ exit: 0, text: 'up to date' })
  expect(await run(false)).toMatchObject({ text: 'up to date' })
  await createApp({ env: {}, parts: [part()] }).startup()
})

test('TREFOIL_ENV decides where nothing is said; TREFOIL_DATABASE_URL names the file', async () => {
  const file = join(folder(), 'app.db')
  process.env['TREFOIL_DATABASE_URL'] = file
  try {
    const start = () => createApp({ env: {}, parts: [database({ migrations: [NOTES] })] }).startup()
    await expect(start()).rejects.toThrow('run `trefoil migrate` first')
    process.env['TREFOIL_ENV'] = 'development'
    await start()
    expect(ledger(file)).toEqual(['0001-notes'])
  } finally {
    delete process.env['TREFOIL_DATABASE_URL']
    delete process.env['TREFOIL_ENV']
  }
})
