import type { BigIntStats } from 'node:fs'
import { join, realpath, sep, stat } from '../node-modules.ts'

/** A file that was found, links resolved. */
export interface FoundFile {
  readonly path: string
  readonly stats: BigIntStats
}

// All of these are "not there" to a caller: the difference would map the disk for an attacker.
const ABSENT: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'EACCES',
  'EPERM',
  'EINVAL',
])

/** A regular file; `null` when there is none, or it cannot be looked at. */
export async function findFile(path: string): Promise<FoundFile | null> {
  const stats = await orNull(stat(path, { bigint: true }))
  // A pipe or a device would block a thread, or never end.
  return stats?.isFile() === true ? { path, stats } : null
}

/**
 * A regular file inside a folder.
 *
 * @param segments names that were checked already
 * @param index name served for a folder; `null` for none
 * @returns `null` also when a link leads out of the folder
 */
export async function findInside(
  root: string,
  segments: readonly string[],
  index: string | null,
): Promise<FoundFile | null> {
  const folder = await orNull(realpath(root))
  if (folder === null) return null
  const real = await orNull(realpath(join(folder, ...segments)))
  if (real === null || !isInside(folder, real)) return null
  const stats = await orNull(stat(real, { bigint: true }))
  if (stats === null) return null
  if (stats.isFile()) return { path: real, stats }
  return stats.isDirectory() && index !== null ? findInside(root, [...segments, index], null) : null
}

function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

async function orNull<Value>(value: Promise<Value>): Promise<Value | null> {
  try {
    return await value
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? '')) return null
    throw error
  }
}
