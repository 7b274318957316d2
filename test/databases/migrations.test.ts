import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { database, type Migration } from 'trefoil/database'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

const NOTES: Migration = { name: '0001', sql: 'create table notes (id text primary key)' }

async function started(url: string, migrations: readonly Migration[], migrate?: 'start') {
  const data = database({ url, migrations, ...(migrate === undefined ? {} : { migrate }) })
  onTestFinished(async () => data.stop?.(null as never))
  await data.start?.({ log: { warn() {} } } as never)
  return data
}

async function tables(data: Awaited<ReturnType<typeof started>>): Promise<readonly unknown[]> {
  const { rows } = await sql<{ name: string }>`select tablename as name from pg_tables
    where schemaname = 'public' order by 1`.execute(data.queries())
  return rows.map(({ name }) => name)
}

describe.skipIf(!hasPostgres)('migrations on PostgreSQL', () => {
  test('are not made by a serving process that nobody told to; behind, it does not start', async () => {
    const url = await createDatabase()
    await expect(started(url, [NOTES])).rejects.toThrow("from '0001' on: run `trefoil migrate`")
    await started(url, [NOTES], 'start')
    const data = await started(url, [NOTES])
    expect(await tables(data)).toEqual(['notes', 'trefoil_migrations'])
  })

  test('all of it or nothing, and a step stays as it was', async () => {
    const url = await createDatabase()
    const bad = { name: '0002', sql: 'create table more (id int); select nothing' }
    await expect(started(url, [NOTES, bad], 'start')).rejects.toThrow("Migration '0002' failed")
    expect(await tables(await started(url, []))).toEqual([])
    await started(url, [NOTES], 'start')
    const other = { name: '0001', sql: 'create table others (id text primary key)' }
    await expect(started(url, [other], 'start')).rejects.toThrow('has been changed')
  })

  test.each([
    'create index concurrently i on notes (id)',
    'create table x (id int); CREATE UNIQUE INDEX /* */ CONCURRENTLY i on notes (id)',
    'drop index concurrently i',
    'commit',
    'create table x (id int); rollback',
  ])('%s is refused with a sentence', async (text) => {
    const url = await createDatabase()
    const step = { name: '0002', sql: text }
    await expect(started(url, [NOTES, step], 'start')).rejects.toThrow(/is not for a unit/)
  })

  test('what is in a text or a body of a function is no such word', async () => {
    const url = await createDatabase()
    const step = {
      name: '0002',
      sql: "create function f() returns int language plpgsql as $$ begin return 1; end; $$; insert into notes values ('x; commit; concurrently')",
    }
    const data = await started(url, [NOTES, step], 'start')
    expect((await sql`select f()`.execute(data.queries())).rows).toEqual([{ f: 1 }])
  })

  test('STO-2: of those that start at once, in several processes, one applies them', async () => {
    const url = await createDatabase()
    const steps = [
      NOTES,
      { name: '0002', sql: "insert into notes values ('once'); select pg_sleep(0.2)" },
    ]
    const own = Array.from({ length: 4 }, () => started(url, steps, 'start'))
    await Promise.all([...own, processStarted(url, steps), processStarted(url, steps)])
    const data = await started(url, steps)
    expect((await sql`select id from notes`.execute(data.queries())).rows).toEqual([{ id: 'once' }])
    expect(
      (await sql`select name from trefoil_migrations order by position`.execute(data.queries()))
        .rows,
    ).toHaveLength(2)
  })
})

const PROGRAM = `import { database } from 'trefoil/database'
const [, url, migrations] = process.argv
const data = database({ url, migrate: 'start', migrations: JSON.parse(migrations) })
await data.start({ log: { warn() {} } })
await data.stop(null)`

async function processStarted(url: string, migrations: readonly Migration[]): Promise<null> {
  const args = ['--input-type=module', '-e', PROGRAM, url, JSON.stringify(migrations)]
  await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname })
  return null
}
