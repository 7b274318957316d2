import { constants, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type {
  AuditOpening,
  AuditStore,
  BrokenEntry,
  StoredEntry,
} from '../../contract/ports/audit-store.ts'
import { entryLine, readEntryLine } from './entry-line.ts'
import { offsetBehind, seqOf } from './seek-entry.ts'
import { codeOf, lockForWriting } from './writer-lock.ts'

/** Settings of an {@link AuditFile}, read. */
export interface AuditFileSettings {
  readonly path: string
  /** Bytes from which on another file is begun. */
  readonly rotate: number
  /** Wait until the disk has what was written. */
  readonly fsync: boolean
}

const CHUNK = 65_536
const LINE_FEED = 10
const LONGEST = 16_777_216

/**
 * An audit log as JSON lines. The file that is written has the name that was given; full ones have the time
 * at which they were put aside in theirs, so that their order is that of their names.
 */
export class AuditFile implements AuditStore {
  readonly #path: string
  readonly #settings: AuditFileSettings
  #file: FileHandle | null = null
  #unlock: (() => void) | null = null
  #size = 0
  #lastHash: string | null = null
  /** True after a failure: what is in the file is not known any more. */
  #isDoubtful = true

  constructor(settings: AuditFileSettings) {
    this.#path = resolve(settings.path)
    this.#settings = settings
  }

  async open(): Promise<AuditOpening> {
    if (this.#unlock === null) {
      refuseOther(this.#path)
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      this.#unlock = lockForWriting(this.#path)
    }
    try {
      return await this.#look()
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async append(entries: readonly StoredEntry[]): Promise<void> {
    const file = this.#file
    if (file === null || this.#isDoubtful) throw new Error(`${this.#path} is not open`)
    if (this.#lastHash !== null && entries[0]?.prev !== this.#lastHash) {
      throw new Error(`${this.#path}: the first entry does not follow the last`)
    }
    const bytes = Buffer.from(entries.map(entryLine).join(''))
    this.#isDoubtful = true
    try {
      await writeAll(file, bytes)
      if (this.#settings.fsync) await file.datasync()
    } catch (error) {
      // A full disk takes half a line: none of it may stay.
      await file.truncate(this.#size)
      throw error
    }
    this.#isDoubtful = false
    this.#size += bytes.length
    this.#lastHash = entries.at(-1)?.hash ?? this.#lastHash
    if (this.#size >= this.#settings.rotate) await this.#rotate()
  }

  /** The newest file is opened first: put aside meanwhile, it is among the older ones, and is read once. */
  async *read(_stream?: string, after = -1): AsyncIterable<StoredEntry | BrokenEntry> {
    const newest = await openToRead(this.#path)
    try {
      const own = newest === null ? null : (await newest.stat()).ino
      for (const path of this.#older()) {
        const file = await open(path, constants.O_RDONLY | NO_LINK)
        try {
          if ((await file.stat()).ino !== own && !(await endsBefore(file, after))) {
            yield* readLines(file, false)
          }
        } finally {
          await file.close()
        }
      }
      if (newest === null) return
      // What is signed on the ground of it must not be lost with the power: no further than the disk has it.
      const end = this.#settings.fsync ? await safeSize(newest) : Number.POSITIVE_INFINITY
      yield* readLines(newest, true, await offsetBehind(newest, after), end)
    } finally {
      await newest?.close()
    }
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = null
    this.#isDoubtful = true
    try {
      await file?.close()
    } finally {
      this.#unlock?.()
      this.#unlock = null
    }
  }

  async #look(): Promise<AuditOpening> {
    await this.#file?.close()
    this.#file = null
    const file = await openOwn(this.#path)
    this.#file = file
    const { size } = await file.stat()
    const end = await lastLine(file, size)
    const torn = size - end.size
    if (torn > 0) {
      await file.truncate(end.size)
      await file.datasync()
    }
    const last = end.line === null ? await this.#lastOfOlder() : readEntryLine(end.line)
    if (last !== null && 'broken' in last) {
      throw new Error(`The last line of ${this.#path} is no entry; nothing is written behind it`)
    }
    this.#size = end.size
    this.#lastHash = last?.hash ?? null
    this.#isDoubtful = false
    return { last, torn }
  }

  async #lastOfOlder(): Promise<StoredEntry | BrokenEntry | null> {
    const newest = this.#older().at(-1)
    if (newest === undefined) return null
    const file = await open(newest, constants.O_RDONLY | NO_LINK)
    try {
      const { line } = await lastLine(file, (await file.stat()).size)
      return line === null ? { broken: 'malformed' } : readEntryLine(line)
    } finally {
      await file.close()
    }
  }

  /** What has been written stays written, whether this succeeds or not. */
  async #rotate(): Promise<void> {
    try {
      const count = String(this.#older().length + 1).padStart(8, '0')
      await rename(this.#path, `${this.#path}.${count}`)
      await this.#file?.close()
      this.#file = null
      this.#file = await openOwn(this.#path)
      this.#size = 0
    } catch {
      // Opened again before the next entry; the one that is written stands in one of the two.
      this.#isDoubtful = true
    }
  }

  #older(): readonly string[] {
    const start = `${basename(this.#path)}.`
    try {
      return readdirSync(dirname(this.#path))
        .filter((name) => name.startsWith(start) && /^[0-9]{8}$/.test(name.slice(start.length)))
        .sort()
        .map((name) => join(dirname(this.#path), name))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
  }
}

/** Through a link entries would end up where somebody else wants them. Not there on Windows. */
const NO_LINK: number = constants.O_NOFOLLOW ?? 0

/** A device or a pipe: opening it would do something already, and its folder is none for a lock. */
function refuseOther(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat !== undefined && !stat.isFile()) throw new Error(`${path} is there, and is no file`)
}

async function openOwn(path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | NO_LINK
  const file = await open(path, flags, 0o600)
  try {
    if (!(await file.stat()).isFile()) throw new Error(`${path} is no file`)
    // One that was there before may be open to others.
    await file.chmod(0o600)
  } catch (error) {
    await file.close()
    throw error
  }
  return file
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done)
    done += bytesWritten
  }
}

/** The last whole line, read from the end, and where it ends. */
async function lastLine(
  file: FileHandle,
  size: number,
): Promise<{ readonly line: string | null; readonly size: number }> {
  let tail = Buffer.alloc(0)
  for (let start = size; start > 0; ) {
    const length = Math.min(CHUNK, start)
    start -= length
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start)
    if (bytesRead !== length) throw new Error('the audit log was changed while it was read')
    tail = Buffer.concat([buffer, tail])
    const end = tail.lastIndexOf(LINE_FEED)
    if (end === -1) continue
    const before = end === 0 ? -1 : tail.lastIndexOf(LINE_FEED, end - 1)
    if (before === -1 && start > 0) continue
    return { line: tail.toString('utf8', before + 1, end), size: start + end + 1 }
  }
  return { line: null, size: 0 }
}

/** How long a file is, once the disk has it. */
async function safeSize(file: FileHandle): Promise<number> {
  const { size } = await file.stat()
  await file.datasync()
  return size
}

/** True for a file whose last entry is not needed: then none of it is. */
async function endsBefore(file: FileHandle, after: number): Promise<boolean> {
  if (after < 0) return false
  const { line } = await lastLine(file, (await file.stat()).size)
  const seq = line === null ? null : seqOf(line)
  return seq !== null && seq <= after
}

async function openToRead(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, constants.O_RDONLY | NO_LINK)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

async function* readLines(
  file: FileHandle,
  isNewest: boolean,
  from = 0,
  size = Number.POSITIVE_INFINITY,
): AsyncIterable<StoredEntry | BrokenEntry> {
  let rest = Buffer.alloc(0)
  for (let at = from; ; ) {
    const length = Math.min(CHUNK * 4, size - at)
    if (length <= 0) break
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
    if (bytesRead === 0) break
    at += bytesRead
    const chunk = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      yield readEntryLine(chunk.toString('utf8', start, end))
      start = end + 1
    }
    rest = chunk.subarray(start)
    // An entry has a bound; a file that is none of ours may have lines without end.
    if (rest.length > LONGEST) {
      yield { broken: 'malformed' }
      return
    }
  }
  if (rest.length > 0) yield { broken: isNewest ? 'torn' : 'malformed' }
}
