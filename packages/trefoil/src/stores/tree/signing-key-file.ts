import { generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/**
 * The Ed25519 private key in a file, which is made where there is none.
 *
 * @returns PEM
 * @throws Error for a file that others can read, and for none that can be read
 */
export function signingKeyFile(path: string): string {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) make(path)
    else if (!stat.isFile()) throw new Error('it is no file')
    else if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
      throw new Error('others can read it; chmod it to 600')
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it cannot be read'
    throw new Error(`'${path}': ${why}`, { cause: error })
  }
}

/** Written whole before it has the name: two processes that begin at once have one key. */
function make(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const own = `${path}.${randomBytes(8).toString('hex')}`
  const { privateKey } = generateKeyPairSync('ed25519')
  const file = openSync(own, 'wx', 0o600)
  try {
    writeSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(own, path)
  } catch (error) {
    // Another process was first, and its key is the one.
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) throw error
  } finally {
    rmSync(own, { force: true })
  }
}
