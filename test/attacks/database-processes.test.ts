import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { testClient } from 'trefoil/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { insert, notesApp } from '../database/notes-app.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

const SCRIPT = join(import.meta.dirname, 'database.process.ts')

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-database-attack-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
}

/** Runs the script; killed once it has said so many lines. @returns what it said */
async function run(file: string, what: string, count: number, killAfter = Infinity) {
  const child = spawn(process.execPath, [SCRIPT, file, what, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    if (text.split('\n').length > killAfter) child.kill('SIGKILL')
  })
  await once(child, 'close')
  // A line that was cut was not said.
  return text.split('\n').slice(0, -1)
}

function ask(file: string, sql: string): readonly Record<string, unknown>[] {
  const db = new DatabaseSync(file)
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

test('STO-2: two processes that read, wait and write lose nothing, and none is told of a lock', async () => {
  const file = newFile()
  const counted = await Promise.all([run(file, 'count', 150), run(file, 'count', 150)])
  expect(counted).toEqual([['150'], ['150']])
  expect(ask(file, 'select n from counter')).toEqual([{ n: 300 }])
})

test('STO-1: whatever was answered is there after kill -9, and the file is sound', async () => {
  const file = newFile()
  const said: string[] = []
  for (let round = 0; round < 3; round++) {
    said.push(...(await run(file, 'write', round * 100_000, 40 + round * 60)))
  }
  const kept = new Set(ask(file, 'select id from notes').map(({ id }) => String(id)))
  expect(said.length).toBeGreaterThan(250)
  expect(said.filter((id) => !kept.has(id))).toEqual([])
  // Beyond what was answered at most what was under way: eight at a time.
  expect(kept.size - said.length).toBeLessThanOrEqual(3 * 8)
  expect(ask(file, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
})

test.each(['begin', 'beforeCommit'])('STO-1: killed at %s, nothing is kept', async (what) => {
  const file = newFile()
  expect(await run(file, what, 1)).toEqual([])
  expect(ask(file, 'select id from notes')).toEqual([])
})

test('STO-1: killed right after the answer, it is kept', async () => {
  const file = newFile()
  await run(file, 'answered', 1)
  expect(ask(file, 'select min(id) as first from notes')).toEqual([{ first: 1 }])
})

test('STO-2: a thousand calls that read and then write lose nothing', async () => {
  const notes = notesApp({ synchronous: 'NORMAL' })
  notes.app.post('/count', { params: { db: notes.data.db } }, async ({ db }) => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from notes`.execute(db)
    await Promise.resolve()
    await insert(db, String(rows[0]?.n))
    return 1
  })
  await using client = testClient(notes.app)
  const calls = Array.from({ length: 1000 }, () => client.http.post('/count'))
  for (const { status } of await Promise.all(calls)) expect(status).toBe(200)
  expect(await notes.texts()).toEqual(Array.from({ length: 1000 }, (_, at) => String(at)))
})
