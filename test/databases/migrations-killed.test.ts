import { spawn } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

/** Migrates; dies between two steps, before the commit, or once it is told that it is done. */
const PROGRAM = `import { database } from 'trefoil/database'
const [, url, dieAt] = process.argv
const dies = (at) => async () => { if (at === dieAt) { process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}) } }
const data = database({
  url,
  migrate: 'start',
  migrations: [
    { name: '0001', sql: 'create table one (id integer primary key)' },
    { name: '0002', run: dies('between') },
    { name: '0003', sql: 'create table two (id integer primary key); insert into one values (1)' },
    { name: '0004', run: dies('last') },
  ],
})
await data.start({ log: { warn() {} } })
await dies('done')()
await data.stop(null)`

async function migrated(url: string, dieAt: string): Promise<readonly unknown[]> {
  const args = ['--input-type=module', '-e', PROGRAM, url, dieAt]
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return once(child, 'close')
}

test.skipIf(!hasPostgres).each([
  ['between', 0],
  ['last', 0],
  ['done', 3],
])(
  'STO-1: a migration that is killed (-9) at %s is there as a whole or not at all, on PostgreSQL',
  {
    timeout: 60_000,
  },
  async (dieAt, kept) => {
    const url = await createDatabase()
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    onTestFinished(() => client.end())
    const rows = async (sql: string) => (await client.query(sql)).rows
    expect(await migrated(url, dieAt)).toEqual([null, 'SIGKILL'])
    const made = `select 1 from pg_tables where tablename in ('one', 'two', 'trefoil_migrations')`
    expect(await rows(made)).toHaveLength(kept)
    // The next one waits for the lock of one that has died no longer than the server needs to see that.
    expect(await migrated(url, 'never')).toEqual([0, null])
    expect(await rows('select name from trefoil_migrations')).toHaveLength(4)
    expect(await rows('select id from one')).toEqual([{ id: 1 }])
  },
)
