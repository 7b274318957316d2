import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where the store keeps its database and its secret: `.data/` in the store's own folder. */
export const DATA_DIRECTORY: string = join(import.meta.dirname, '..', '.data')

/**
 * Makes a folder that only its owner can enter; leaves an existing one as it is.
 *
 * @throws Error when the folder around it does not exist: rather than a misspelt path
 * starting an empty shop somewhere else
 */
export function makePrivateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}
