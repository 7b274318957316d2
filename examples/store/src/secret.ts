import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATA_DIRECTORY, makePrivateDirectory } from './data-directory.ts'
import { readSettings } from './settings.ts'

const SECRET_BYTES = 32
const MIN_BYTES = 32
const OTHERS = 0o077

/**
 * The one secret of the store: `STORE_SECRET`, else `.data/secret`, made on first use.
 *
 * @returns at least 32 bytes of text, the same for every process of this store
 * @throws Error when the secret is too short, or when others may read its file
 */
export function loadSecret(
  given: string | undefined = readSettings().secret?.reveal(),
  directory: string = DATA_DIRECTORY,
): string {
  return load(given, 'STORE_SECRET', directory, 'secret')
}

/**
 * The API key of the store: `STORE_API_KEY`, else `.data/api-key`, made on first use.
 *
 * @returns at least 32 bytes of text, the same for every process of this store
 * @throws Error as {@link loadSecret}
 */
export function loadApiKey(
  given: string | undefined = readSettings().apiKey?.reveal(),
  directory: string = DATA_DIRECTORY,
): string {
  return load(given, 'STORE_API_KEY', directory, 'api-key')
}

/**
 * The key that signs the audit log: `STORE_AUDIT_KEY`, else `.data/audit-key`, made on first use.
 *
 * @returns at least 32 bytes of text, the same for every process of this store
 * @throws Error as {@link loadSecret}
 */
export function loadAuditKey(
  given: string | undefined = readSettings().auditKey?.reveal(),
  directory: string = DATA_DIRECTORY,
): string {
  return load(given, 'STORE_AUDIT_KEY', directory, 'audit-key')
}

function load(
  given: string | undefined,
  variable: string,
  directory: string,
  name: string,
): string {
  if (given !== undefined && given !== '') return checked(given, variable)
  const file = join(directory, name)
  return checked(readSecret(file) ?? createSecret(directory, file), file)
}

function readSecret(file: string): string | null {
  try {
    const { mode } = statSync(file)
    // Whoever can read the secret can make an admin's token, whoever reads the key has its rights, and whoever
    // reads that of the log can sign another one. Windows has no such mode bits.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new Error(`${file} can be read by other users; run: chmod 600 '${file}'`)
    }
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/**
 * Writes a whole file first and gives it its name second: `link` fails when the name is taken,
 * so of two processes that start at once one loses and reads the winner's secret, and nobody
 * ever reads half of one.
 */
function createSecret(directory: string, file: string): string {
  makePrivateDirectory(directory)
  const draft = `${file}.${randomBytes(8).toString('hex')}`
  writeFileSync(draft, randomBytes(SECRET_BYTES).toString('base64url'), { flag: 'wx', mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
  return readFileSync(file, 'utf8').trim()
}

function checked(secret: string, source: string): string {
  // RFC 7518 §3.2: a shorter secret can be guessed offline from one token.
  if (Buffer.byteLength(secret) < MIN_BYTES) {
    throw new Error(`${source} must be at least ${MIN_BYTES} bytes long`)
  }
  return secret
}
