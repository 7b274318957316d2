import { rmSync } from 'node:fs'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { systemRandom } from '../../../../base/clock.ts'
import { createIdSource } from '../../../../base/ids.ts'

/** A file of the spool folder. */
export interface SpoolFile {
  append(chunks: readonly Uint8Array[]): Promise<void>
  /** The content in pieces of at most 64 KiB. */
  read(): AsyncIterable<Uint8Array>
  bytes(): Promise<Uint8Array>
  /** Does nothing when it is gone already. */
  remove(): Promise<void>
}

const PIECE = 65_536
const nextName = createIdSource(systemRandom)

/** One per process, made when the first upload needs it. */
let folder: Promise<string> | null = null

/** Makes an empty file that only this user can read. */
export async function createSpoolFile(): Promise<SpoolFile> {
  try {
    return await createIn(await spoolFolder())
  } catch (error) {
    if (!isMissing(error)) throw error
    // Something tidied the temporary folder up. The old name is not trusted again: whoever
    // could remove it could also put a link in its place.
    folder = null
    return createIn(await spoolFolder())
  }
}

/** Removes everything that is left. Uploads of calls that still run are gone then. */
export async function sweepSpool(): Promise<void> {
  const making = folder
  folder = null
  if (making !== null) await rm(await making, { recursive: true, force: true })
}

function spoolFolder(): Promise<string> {
  folder ??= makeFolder()
  return folder
}

/** `mkdtemp` picks a name nobody else has and sets mode 0700. */
async function makeFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'trefoil-uploads-'))
  process.once('exit', () => rmSync(path, { recursive: true, force: true }))
  return path
}

async function createIn(path: string): Promise<SpoolFile> {
  const name = join(path, nextName())
  // `wx`: never through a link, never onto a file that is there.
  await (await open(name, 'wx', 0o600)).close()
  return {
    append: (chunks) => append(name, chunks),
    read: () => read(name),
    bytes: () => readFile(name),
    remove: () => rm(name, { force: true }),
  }
}

async function append(name: string, chunks: readonly Uint8Array[]): Promise<void> {
  // Not `a`: that would make the file again after it was removed.
  const handle = await open(name, 'r+')
  try {
    let position = (await handle.stat()).size
    for (const chunk of chunks) {
      for (let done = 0; done < chunk.byteLength; ) {
        const { bytesWritten } = await handle.write(chunk, done, chunk.byteLength - done, position)
        done += bytesWritten
        position += bytesWritten
      }
    }
  } finally {
    await handle.close()
  }
}

async function* read(name: string): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await open(name, 'r')
  try {
    for (;;) {
      const piece = new Uint8Array(PIECE)
      const { bytesRead } = await handle.read(piece, 0, PIECE)
      if (bytesRead === 0) return
      yield piece.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
