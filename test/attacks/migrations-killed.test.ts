// `kill -9` at the edges of a migration: what is there afterwards is all of it or nothing, and the next one goes on.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

/** Migrates; dies before the first step, between two of them, before the commit, or once it is told that it is done. */
const PROGRAM = `import { sql } from 'kysely'
import { database } from 'trefoil/database'
const [, file, dieAt] = process.argv
const dies = (at) => async () => { if (at === dieAt) { process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}) } }
const data = database({
  url: file,
  migrate: 'start',
  migrations: [
    { name: '0001', run: dies('first') },
    { name: '0002', sql: 'create table one (id integer primary key) strict' },
    { name: '0003', run: dies('between') },
    { name: '0004', sql: 'create table two (id integer primary key) strict; insert into one values (1)' },
    { name: '0005', run: dies('last') },
  ],
})
await data.start({ log: { warn() {} } })
await dies('done')()
await data.stop(null)`

async function migrated(file: string, dieAt: string): Promise<readonly unknown[]> {
  const args = ['--input-type=module', '-e', PROGRAM, file, dieAt]
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return once(child, 'close')
}

function ask(file: string, sql: string): readonly unknown[] {
  const db = new DatabaseSync(file)
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

const TABLES = `select name from sqlite_schema where type = 'table' and name in ('one', 'two', 'trefoil_migrations')`

test.each([
  ['first', 0],
  ['between', 0],
  ['last', 0],
  ['done', 3],
])(
  'STO-1: a migration that is killed (-9) at %s is there as a whole or not at all',
  async (dieAt, kept) => {
    const folder = mkdtempSync(join(tmpdir(), 'trefoil-migration-killed-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const file = join(folder, 'app.db')
    expect(await migrated(file, dieAt)).toEqual([null, 'SIGKILL'])
    expect(ask(file, TABLES)).toHaveLength(kept)
    expect(ask(file, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
    // The next one finds its work undone, or done, and never half of it.
    expect(await migrated(file, 'never')).toEqual([0, null])
    expect(ask(file, 'select name from trefoil_migrations order by position')).toHaveLength(5)
    expect(ask(file, 'select id from one')).toEqual([{ id: 1 }])
  },
)
