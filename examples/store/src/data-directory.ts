import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where the store keeps its database and its secret: `.data/` in the store's own folder. */
export const DATA_DIRECTORY: string = join(import.meta.dirname, '..', '.data')

/** Makes a folder that only its owner can enter; leaves an existing one as it is. */
export function makePrivateDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
}
