import { readFile } from 'node:fs/promises'

/** The text of a file: of a checkpoint, or of rows, that were kept elsewhere. @throws Error naming the file */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new Error(`${path} cannot be read`, { cause })
  }
}
