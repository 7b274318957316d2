import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { systemRandom } from '../../base/clock.ts'
import { createIdSource } from '../../base/ids.ts'
import { nodeSqlite } from './node-sqlite.ts'

/** Pages between two looks at whether somebody still wants it. */
const PAGES = 1000
/** Milliseconds for which the source may be locked by somebody who opens or closes it. */
const WAIT = 5000

/** How a backup is made. */
export interface BackupOptions {
  /** Write over a file that is there. */
  readonly overwrite: boolean
  /** Gives up, and leaves nothing behind. */
  readonly signal: AbortSignal
}

/**
 * Copies a database while others write it: what had been committed when it began, and nothing later. The
 * copy is one file for this user alone, looked through before it gets its name.
 *
 * @returns bytes of the copy
 * @throws Error saying what is in the way; then nothing is there that was not there before
 */
export async function backupSqlite(
  file: string,
  to: string,
  { overwrite, signal }: BackupOptions,
): Promise<number> {
  if (!existsSync(file)) throw new Error('there is no database yet')
  refuseTaken(to, overwrite)
  if (isSame(file, to)) throw new Error('the backup would be the database itself')
  const part = partOf(to)
  try {
    await copyTo(file, part, signal)
    const { size } = statSync(part)
    place(part, to, overwrite)
    return size
  } finally {
    removeAll(part)
  }
}

/**
 * Puts a backup in the place of a database that nobody has open. What was there is kept beside it.
 *
 * @returns path of what was there; `null` for nothing
 * @throws Error saying what is in the way; then everything is as it was
 */
export async function restoreSqlite(
  file: string,
  from: string,
  { now, signal }: { readonly now: Date; readonly signal: AbortSignal },
): Promise<string | null> {
  if (!existsSync(from)) throw new Error('there is no such backup')
  if (isSame(file, from)) throw new Error('the backup is the database itself')
  // Beside it, so that it takes its place in one step.
  const part = partOf(file)
  try {
    await copyTo(from, part, signal)
    if (!existsSync(file)) {
      refuseRemains(file)
      place(part, file, false)
      return null
    }
    const kept = `${file}.before-${now.toISOString().replaceAll(':', '-')}`
    const lock = lockAlone(file)
    try {
      // Two names for a moment: with no name in between, an app that starts just then would make an empty one.
      linkSync(file, kept)
      place(part, file, true)
    } finally {
      lock.close()
    }
    return kept
  } finally {
    removeAll(part)
  }
}

/** A copy of a database under a name that nobody has yet, whole and safe on the disk. */
async function copyTo(file: string, part: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  // Never through a link that somebody has laid there.
  closeSync(openSync(part, 'wx', 0o600))
  const { backup, DatabaseSync } = nodeSqlite()
  const source = new DatabaseSync(file, { readOnly: true, timeout: WAIT })
  try {
    // Held for as long as it takes. Without it each commit of somebody else begins the copy anew, and under
    // load it never ends.
    source.exec('begin')
    source.prepare('select count(*) from sqlite_schema').get()
    await backup(source, part, { rate: PAGES, progress: () => signal.throwIfAborted() })
  } catch (error) {
    throw notADatabase(error) ? new Error('it is no SQLite database, or a damaged one') : error
  } finally {
    source.close()
  }
  check(part)
  sync(part)
}

/** Looks through all of it. @throws Error for one that is not whole */
function check(part: string): void {
  const { DatabaseSync } = nodeSqlite()
  const copy = new DatabaseSync(part, { timeout: WAIT })
  try {
    // One file, and none beside it that could be left behind.
    copy.exec('pragma journal_mode = delete')
    const [first] = copy.prepare('pragma integrity_check(1)').all()
    if (first?.['integrity_check'] === 'ok') return
    throw new Error('it is damaged: integrity_check found a fault')
  } catch (error) {
    throw notADatabase(error) ? new Error('it is no SQLite database, or a damaged one') : error
  } finally {
    copy.close()
  }
}

/**
 * Takes the file from everybody. Whoever has it open in WAL mode holds a lock that this cannot be had
 * beside, however idle it is.
 *
 * @throws Error when somebody has it open
 */
function lockAlone(file: string): DatabaseSync {
  const { DatabaseSync } = nodeSqlite()
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    // What is still in the log goes into the file: the log must not be there for the next one.
    const row = database.prepare('pragma journal_mode = delete').get()
    database.exec('begin exclusive')
    if (row?.['journal_mode'] !== 'delete' || existsSync(`${file}-wal`)) {
      throw new Error('a process has the database open; stop it first')
    }
    return database
  } catch (error) {
    database.close()
    const { errcode }: { errcode?: unknown } = Object(error)
    if (typeof errcode !== 'number' || (errcode & 255) !== 5) {
      // One that is damaged cannot be locked, and is what backups are for.
      if (!notADatabase(error)) throw error
      throw new Error(
        'what is there is damaged, so nobody can tell whether a process has it open; move it and the files beside it (-wal, -shm) away first',
      )
    }
    throw new Error('a process has the database open; stop it first')
  }
}

/** Gives it its name, in one step and for good. */
function place(part: string, to: string, overwrite: boolean): void {
  if (overwrite) renameSync(part, to)
  else link(part, to)
  sync(dirname(to))
}

/** Unlike a rename it fails where something has come meanwhile. */
function link(part: string, to: string): void {
  try {
    linkSync(part, to)
  } catch (error) {
    const { code }: { code?: unknown } = Object(error)
    if (code === 'EEXIST') throw taken()
    throw error
  }
}

function refuseTaken(to: string, overwrite: boolean): void {
  const there = lstatSync(to, { throwIfNoEntry: false })
  if (there === undefined) return
  if (!there.isFile()) throw new Error('what is there is no file')
  if (!overwrite) throw taken()
}

/**
 * The log of a database that somebody has deleted alone: SQLite would play it into the backup, or somebody
 * still writes it.
 */
function refuseRemains(file: string): void {
  for (const end of ['-wal', '-journal']) {
    const beside = `${file}${end}`
    if (lstatSync(beside, { throwIfNoEntry: false }) === undefined) continue
    throw new Error(
      `${basename(beside)} of another database is still there and would be read into the backup; move it and what else is beside it (-shm) away first`,
    )
  }
}

function taken(): Error {
  return new Error('there is a file already; --overwrite writes over it')
}

function isSame(one: string, other: string): boolean {
  return existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other)
}

const nextId = createIdSource(systemRandom)

function partOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.${nextId().slice(0, 12)}.part`)
}

function removeAll(part: string): void {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${part}${end}`, { force: true })
}

function sync(path: string): void {
  if (statSync(path).isFile()) chmodSync(path, 0o600)
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
function notADatabase(error: unknown): boolean {
  const { errcode }: { errcode?: unknown } = Object(error)
  return typeof errcode === 'number' && [11, 26].includes(errcode & 255)
}
