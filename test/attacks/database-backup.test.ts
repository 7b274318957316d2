import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { backupSqlite, restoreSqlite } from 'trefoil/sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

const { signal } = new AbortController()
const SCRIPT = join(import.meta.dirname, 'backup.process.ts')
const PROGRAM = join(import.meta.dirname, '../../packages/trefoil/bin/trefoil.js')

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-backup-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
}

const environment = (file: string, mode = 'development') => ({
  PATH: process.env['PATH'],
  TREFOIL_DATABASE_URL: file,
  TREFOIL_ENV: mode,
})

function start(file: string, words: readonly string[], mode?: string): ChildProcess {
  return spawn(process.execPath, [...words], {
    env: environment(file, mode),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function trefoil(file: string, ...words: readonly string[]) {
  const child = start(file, [PROGRAM, ...words, '--app', SCRIPT, '--json'])
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  const [code] = await once(child, 'close')
  return { code, out, err, json: /^\{/.test(out) ? JSON.parse(out) : null }
}

/** Writes until it is stopped. */
function writer(file: string) {
  const child = start(file, [SCRIPT])
  let last = 0
  child.stdout?.on('data', (chunk: Buffer) => {
    last = Number(chunk.toString().trim().split('\n').at(-1)) || last
  })
  const stop = async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  onTestFinished(stop)
  return {
    stop,
    last: () => last,
    wrote: (count: number) => vi.waitFor(() => expect(last).toBeGreaterThan(count), 60_000),
  }
}

/** Looks whether the promise of its rows is kept. @returns the last entry */
function verified(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    expect(db.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
    expect(db.prepare('select sum(balance) as sum from accounts').get()).toEqual({ sum: 2000 })
    let hash = 'genesis'
    let last = 0
    for (const row of db
      .prepare('select id, hash from entries where id > 0 order by id')
      .iterate()) {
      last++
      hash = createHash('sha256').update(`${hash} ${last}`).digest('hex')
      expect(row).toEqual({ id: last, hash })
    }
    return last
  } finally {
    db.close()
  }
}

const leftovers = (file: string) =>
  readdirSync(dirname(file)).filter((name) => name.includes('.part'))

test('STO-1: a backup under write load is consistent, for this user alone, and what was answered before it is in it', async () => {
  const file = newFile()
  const to = join(dirname(file), 'backup.db')
  const load = writer(file)
  await load.wrote(200)
  const before = load.last()
  const made = await trefoil(file, 'database', 'backup', '--to', to)
  expect(made, made.err).toMatchObject({ code: 0, json: { ok: true } })
  const during = load.last()
  expect(during).toBeGreaterThan(before)
  expect(statSync(to).mode & 0o777).toBe(0o600)
  expect(existsSync(`${to}-wal`)).toBe(false)
  const last = verified(to)
  expect(last).toBeGreaterThanOrEqual(before)
  expect(last).toBeLessThanOrEqual(during)
  // Never over a file that is there, unless somebody says so.
  const bytes = readFileSync(to)
  const again = await trefoil(file, 'database', 'backup', '--to', to)
  expect(again).toMatchObject({ code: 1, json: { error: expect.stringContaining('--overwrite') } })
  expect(readFileSync(to).equals(bytes)).toBe(true)
  const over = await trefoil(file, 'database', 'backup', '--to', to, '--overwrite')
  expect(over.code).toBe(0)
  expect(verified(to)).toBeGreaterThan(last)
  expect(leftovers(file)).toEqual([])
})

test('restore refuses while a process has the database open, and works once it has not', async () => {
  const file = newFile()
  const to = join(dirname(file), 'backup.db')
  const load = writer(file)
  await load.wrote(50)
  await backupSqlite(file, to, { overwrite: false, signal })
  const saved = verified(to)
  await load.wrote(saved + 50)
  const refused = await trefoil(file, 'database', 'restore', '--from', to)
  expect(refused).toMatchObject({
    code: 1,
    json: { error: expect.stringContaining('a process has the database open') },
  })
  await load.wrote(load.last() + 20)
  // Killed, so that what it wrote last is in the log beside the file.
  await load.stop()
  const answered = load.last()
  const restored = await trefoil(file, 'database', 'restore', '--from', to)
  expect(restored, restored.out + restored.err).toMatchObject({
    code: 0,
    json: { ok: true, missing: [] },
  })
  expect(verified(file)).toBe(saved)
  // What was there is whole, and has all that was answered.
  expect(verified(restored.json.kept)).toBeGreaterThanOrEqual(answered)
  expect(leftovers(file)).toEqual([])
  const next = writer(file)
  await next.wrote(saved + 20)
  await next.stop()
  expect(verified(file)).toBeGreaterThan(saved)
})

test('an idle process counts as one that has it open', async () => {
  const file = newFile()
  const to = join(dirname(file), 'backup.db')
  const load = writer(file)
  await load.wrote(20)
  await load.stop()
  await backupSqlite(file, to, { overwrite: false, signal })
  const idle = new DatabaseSync(file)
  idle.exec('pragma journal_mode = wal')
  idle.prepare('select 1 from accounts').get()
  const refused = await trefoil(file, 'database', 'restore', '--from', to)
  expect(refused.json).toMatchObject({ ok: false, error: expect.stringContaining('open') })
  expect(idle.prepare('select count(*) as n from accounts').get()).toEqual({ n: 2 })
  idle.close()
  expect((await trefoil(file, 'database', 'restore', '--from', to)).code).toBe(0)
})

test('killed at any moment, a backup or a restore leaves what was there', async () => {
  const file = newFile()
  const to = join(dirname(file), 'backup.db')
  const load = writer(file)
  await load.wrote(600)
  await load.stop()
  const whole = verified(file)
  /** Killed so long after it has begun to copy. */
  const killed = async (words: readonly string[], ms: number) => {
    for (const name of leftovers(file)) rmSync(join(dirname(file), name))
    const child = start(file, [PROGRAM, 'database', ...words, '--app', SCRIPT])
    const over = once(child, 'close')
    while (child.exitCode === null && leftovers(file).length === 0) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
    child.kill('SIGKILL')
    await over
  }
  for (const ms of [0, 20]) {
    await killed(['backup', '--to', to, '--overwrite'], ms)
    // Whole, or not there.
    if (existsSync(to)) expect(verified(to)).toBe(whole)
  }
  await backupSqlite(file, to, { overwrite: true, signal })
  for (const ms of [0, 15, 30, 45]) {
    await killed(['restore', '--from', to], ms)
    expect(verified(file)).toBe(whole)
  }
})

test('what is no backup is refused, and nothing has happened', async () => {
  const file = newFile()
  const folder = dirname(file)
  const load = writer(file)
  await load.wrote(100)
  await load.stop()
  const to = join(folder, 'backup.db')
  await backupSqlite(file, to, { overwrite: false, signal })
  const whole = verified(file)
  const text = join(folder, 'text.db')
  writeFileSync(text, 'not a database at all'.repeat(1000))
  const cut = join(folder, 'cut.db')
  writeFileSync(cut, readFileSync(to))
  truncateSync(cut, statSync(cut).size - 8192)
  const flipped = join(folder, 'flipped.db')
  const bytes = readFileSync(to)
  bytes.fill(0xff, 40_960, 45_056)
  writeFileSync(flipped, bytes)
  const options = { overwrite: true, signal }
  for (const from of [text, cut, flipped, join(folder, 'none.db'), file]) {
    await expect(restoreSqlite(file, from, { now: new Date(), signal }), from).rejects.toThrow()
    expect(verified(file)).toBe(whole)
  }
  // A link that leads elsewhere, the database itself, a folder that is not there.
  const link = join(folder, 'link.db')
  symlinkSync(join(folder, 'elsewhere'), link)
  for (const odd of [link, file, join(folder, 'none', 'x.db')]) {
    await expect(backupSqlite(file, odd, options), odd).rejects.toThrow()
  }
  const gone = AbortSignal.abort(new Error('called off'))
  const late = join(folder, 'late.db')
  await expect(backupSqlite(file, late, { ...options, signal: gone })).rejects.toThrow('called off')
  expect(existsSync(late)).toBe(false)
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false)
  expect(verified(file)).toBe(whole)
  expect(leftovers(file)).toEqual([])
  const other = newFile()
  await expect(backupSqlite(other, `${other}.bak`, options)).rejects.toThrow('there is no database')
  expect(existsSync(other)).toBe(false)
  // Onto a machine that has no database: nothing to keep.
  const first = await trefoil(other, 'database', 'restore', '--from', to)
  expect(first.json).toMatchObject({ ok: true, kept: null })
  expect(verified(other)).toBe(whole)
})

test('what a killed process left beside a database that was deleted is never played into the backup', async () => {
  const file = newFile()
  const load = writer(file)
  await load.wrote(100)
  const to = join(dirname(file), 'backup.db')
  await backupSqlite(file, to, { overwrite: false, signal })
  const whole = verified(to)
  await load.wrote(200)
  await load.stop()
  expect(existsSync(`${file}-wal`)).toBe(true)
  rmSync(file)
  const restored = restoreSqlite(file, to, { now: new Date(), signal })
  await expect(restored).rejects.toThrow(/app\.db-wal/)
  expect(existsSync(file)).toBe(false)
  rmSync(`${file}-wal`)
  rmSync(`${file}-shm`, { force: true })
  await restoreSqlite(file, to, { now: new Date(), signal })
  expect(verified(file)).toBe(whole)
})
