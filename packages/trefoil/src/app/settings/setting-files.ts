import type { Environment } from '../../contract/options/environment.ts'
import type { Reading } from '../../contract/options/option-kind.ts'

/** More is no list of variables, and no secret. */
const MOST_VARIABLES = 1024 * 1024
const MOST_SECRET = 64 * 1024
/** Who may write it may put in another secret. */
const WRITABLE_BY_ALL = 0o002

/**
 * The variables of a file, as Node reads `.env`. `null` where there is no such file.
 *
 * @param file where it is, from the working directory
 */
export function readEnvFile(file: string | URL): Reading<Environment | null> {
  const read = readFile(file, MOST_VARIABLES)
  if (read === null) return { value: null }
  if ('mistake' in read) return read
  const { parseEnv } = globalThis.process.getBuiltinModule('node:util')
  return { value: { ...parseEnv(read.value) } }
}

/** The text of a secret that is kept in a file, as containers and systemd hand it over. */
export function readSecretFile(file: string): Reading<string> {
  const read = readFile(file, MOST_SECRET, WRITABLE_BY_ALL)
  if (read === null) return { mistake: 'names a file that does not exist' }
  return 'mistake' in read ? { mistake: `names a file that ${read.mistake}` } : read
}

/** `null` where there is no such file. Messages never say what is in it: it may be another than was meant. */
function readFile(file: string | URL, most: number, refusedMode = 0): Reading<string> | null {
  const fs = fileSystem()
  if (fs === null) return { mistake: 'cannot be read: there is no file system here' }
  let handle: number
  try {
    // Opened before it is looked at, so that it is the same file; a pipe nobody writes to is not waited for.
    handle = fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    return { mistake: `cannot be read (${code ?? 'no such path'})` }
  }
  try {
    const { size, mode } = fs.fstatSync(handle)
    if ((mode & fs.constants.S_IFMT) !== fs.constants.S_IFREG) return { mistake: 'is no file' }
    if (size > most) return { mistake: `is larger than ${most / 1024}kb` }
    if ((mode & refusedMode) !== 0 && globalThis.process.platform !== 'win32') {
      return { mistake: 'can be written by every user of this machine; write: chmod o-w' }
    }
    // Files of the kernel say that they are empty: what is read is counted, whatever was said.
    const bytes = new Uint8Array(most + 1)
    let length = 0
    while (length < bytes.length) {
      const read = fs.readSync(handle, bytes, length, bytes.length - length, null)
      if (read === 0) break
      length += read
    }
    if (length > most) return { mistake: `is larger than ${most / 1024}kb` }
    const text = textOf(bytes.subarray(0, length))
    return text === null ? { mistake: 'is no text in UTF-8' } : { value: text }
  } catch (error) {
    return { mistake: `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'failed'})` }
  } finally {
    fs.closeSync(handle)
  }
}

/**
 * `null` for bytes that are no text. Read all the same, every byte of a random key would be one and the same
 * character, and a file in UTF-16 has no variable in it that anybody finds.
 */
function textOf(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? null : text
  } catch {
    return null
  }
}

/** Not imported: this room is loaded where there are no files too. */
function fileSystem() {
  try {
    return globalThis.process.getBuiltinModule('node:fs')
  } catch {
    return null
  }
}
