// What is said of how SQLite keeps things, asked of SQLite.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type DatabaseOptions, database } from 'trefoil/database'
import { expect, onTestFinished, test } from 'vitest'
import { NO_APP } from '../support/no-app.ts'

const NORMAL = 1
const FULL = 2

async function settingsOf(options: DatabaseOptions): Promise<readonly unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-durability-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const data = database<never>({ url: join(folder, 'app.db'), migrate: 'start', ...options })
  const step = { name: '0001', sql: 'create table trefoil_x (id text primary key)' }
  data.tables('x', [step], 'state')
  await data.start?.(NO_APP)
  const unit = await data.unit(async (db) => {
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db)
    const synchronous = await sql<{ synchronous: number }>`pragma synchronous`.execute(db)
    const timeout = await sql<{ timeout: number }>`pragma busy_timeout`.execute(db)
    return [mode.rows[0]?.journal_mode, synchronous.rows[0]?.synchronous, timeout.rows[0]?.timeout]
  })
  const [state] = await data.state.run('pragma synchronous')
  await data.stop?.(NO_APP)
  return [...unit, state?.['synchronous']]
}

test('STO-1: WAL, FULL for units, NORMAL for counters; nobody waits for a lock with the thread', async () => {
  expect(await settingsOf({})).toEqual(['wal', FULL, 0, NORMAL])
  expect(await settingsOf({ synchronous: 'NORMAL' })).toEqual(['wal', NORMAL, 0, NORMAL])
})
