import type { Stats } from 'node:fs'
import { lstat, open, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import process from 'node:process'
import { shellQuote } from '../../base/shell-quote.ts'
import { Problem } from '../../contract/problems/problem.ts'
import { usageError } from '../terminal/usage-error.ts'

/** A file that nobody else can have written. */
export interface OwnFile {
  readonly text: string
  /** True when others can read it. */
  readonly isShown: boolean
}

const WRITABLE_BY_OTHERS = 0o022
const READABLE_BY_OTHERS = 0o044
const OPEN_TO_OTHERS = 0o011

/**
 * Reads a file, as ssh reads its own (StrictModes): only when neither it nor a folder it can be
 * replaced in is writable by others. Who can write there can name another address for a remote, and
 * is sent the token that the user types next.
 *
 * @returns `null` when there is none
 * @throws Problem `cli_usage` when it cannot be read or is not the user's alone
 */
export async function readOwnFile(path: string): Promise<OwnFile | null> {
  const target = await resolveLink(path)
  if (target === null) return null
  const folder = await checkFolders(path, target)
  try {
    // A pipe put in its place would be waited for without end.
    if (!(await stat(target)).isFile()) throw new TypeError('not a file')
    const file = await open(target)
    try {
      // Of the file that is read, not of one that has its name by now.
      const facts = await file.stat()
      checkOwn(target, facts)
      const isOpen = (folder.mode & OPEN_TO_OTHERS) !== 0 && process.platform !== 'win32'
      const isShown = isOpen && (facts.mode & READABLE_BY_OTHERS) !== 0
      return { text: await file.readFile('utf8'), isShown }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}

/**
 * The file that a path leads to, links followed, whether or not it is there; its folder must be.
 *
 * @throws Problem `cli_usage` when others can write to a folder on the way
 */
export async function ownTarget(path: string): Promise<string> {
  const target = (await resolveLink(path)) ?? path
  await checkFolders(path, target)
  return target
}

/** @returns the folder the file itself is in */
async function checkFolders(path: string, target: string): Promise<Stats> {
  const folders = new Set([dirname(path), dirname(target)])
  let last: Stats | null = null
  for (const folder of folders) {
    last = await stat(folder)
    checkOwn(folder, last)
  }
  return last ?? stat(dirname(target))
}

/** @returns the path with all links followed; `null` when there is nothing */
async function resolveLink(path: string): Promise<string | null> {
  try {
    return await realpath(path)
  } catch (error) {
    if (!isMissing(error)) throw unreadable(path, error)
  }
  const link = await lstat(path).catch(() => null)
  if (link === null) return null
  throw usageError(`${path} is a link to a file that does not exist`, 'Correct or remove the link.')
}

function checkOwn(path: string, { uid, mode }: Stats): void {
  // Windows has neither; there the folder of the user is closed to others from the start.
  const self = process.getuid?.()
  if (self === undefined) return
  if (uid !== self && uid !== 0) {
    throw usageError(
      `${path} belongs to another user`,
      'Set TREFOIL_HOME to a folder of your own, or take this one over with `chown`.',
    )
  }
  if ((mode & WRITABLE_BY_OTHERS) !== 0) {
    throw usageError(
      `${path} can be written by others, who could send your tokens elsewhere`,
      `Check what is in it, then run \`chmod go-w ${shellQuote(path)}\`.`,
    )
  }
}

function unreadable(path: string, error: unknown): Problem {
  if (Problem.is(error)) return error
  return usageError(`Could not read ${path}`, 'Check the rights of the file and its directory.')
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
