import { constants, existsSync, lstatSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { TreeFile, TreeStore } from '../../contract/ports/tree-store.ts'
import { codeOf, lockForWriting, WriterLocked } from '../jsonl/writer-lock.ts'

/** Settings of {@link TreeFiles}, read. */
export interface TreeFilesSettings {
  readonly dir: string
  /** Wait until the disk has what was written. */
  readonly fsync: boolean
}

const PATH = /^[a-z0-9]+(?:[./-][a-z0-9]+)*$/
/** Files that are written at the same time. */
const AT_ONCE = 16
/** Through a link they would end up where somebody else wants them. Not there on Windows. */
const NO_LINK: number = constants.O_NOFOLLOW ?? 0

/** The tree of checkpoints as files of this machine, as a web server could serve them (C2SP tlog-tiles). */
export class TreeFiles implements TreeStore {
  readonly #dir: string
  readonly #fsync: boolean
  readonly #folders = new Set<string>()
  #unlock: (() => void) | null = null

  constructor({ dir, fsync }: TreeFilesSettings) {
    this.#dir = resolve(dir)
    this.#fsync = fsync
  }

  async open(): Promise<boolean> {
    if (this.#unlock !== null) return true
    await this.#makeFolder(this.#dir)
    if (!lstatSync(this.#dir).isDirectory()) throw new Error(`${this.#dir} is no folder`)
    try {
      this.#unlock = lockForWriting(join(this.#dir, 'tree'))
    } catch (error) {
      if (error instanceof WriterLocked) return false
      throw error
    }
    return true
  }

  async read(path: string): Promise<Uint8Array | null> {
    try {
      return await readFile(this.#at(path))
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
      throw error
    }
  }

  async write(files: readonly TreeFile[]): Promise<void> {
    if (this.#unlock === null) throw new Error(`${this.#dir} is not open`)
    const folders = new Set<string>()
    for (let from = 0; from < files.length; from += AT_ONCE) {
      await Promise.all(
        files.slice(from, from + AT_ONCE).map(async ({ path, bytes }) => {
          const place = this.#at(path)
          await this.#makeFolder(dirname(place))
          folders.add(dirname(place))
          await this.#writeWhole(place, bytes)
        }),
      )
    }
    // The name of a file is in its folder, which has to reach the disk too.
    if (this.#fsync) for (const folder of folders) await syncFolder(folder)
  }

  async removeBelow(path: string): Promise<void> {
    const place = this.#at(path)
    this.#folders.delete(place)
    await rm(place, { recursive: true, force: true })
  }

  close(): void {
    this.#unlock?.()
    this.#unlock = null
  }

  #at(path: string): string {
    if (!PATH.test(path)) throw new TypeError(`'${path}' is no path in a tree of checkpoints`)
    return join(this.#dir, path)
  }

  async #makeFolder(folder: string): Promise<void> {
    if (this.#folders.has(folder) && existsSync(folder)) return
    const first = await mkdir(folder, { recursive: true, mode: 0o700 })
    if (this.#fsync && first !== undefined) {
      for (let at = folder; at.length >= first.length; at = dirname(at))
        await syncFolder(dirname(at))
    }
    this.#folders.add(folder)
  }

  async #writeWhole(place: string, bytes: Uint8Array): Promise<void> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_LINK
    const file = await open(`${place}.new`, flags, 0o600)
    try {
      await file.writeFile(bytes)
      if (this.#fsync) await file.datasync()
    } finally {
      await file.close()
    }
    await rename(`${place}.new`, place)
  }
}

async function syncFolder(folder: string): Promise<void> {
  const file = await open(folder, constants.O_RDONLY)
  try {
    await file.sync()
  } catch (error) {
    // Some systems have no such thing for folders.
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'EPERM') throw error
  } finally {
    await file.close()
  }
}
