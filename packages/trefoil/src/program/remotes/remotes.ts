import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { encodeBase64url } from '../../base/base64url.ts'
import { systemRandom } from '../../base/clock.ts'
import { compareCodePoints } from '../../base/json/canonical-json.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { shellQuote } from '../../base/shell-quote.ts'
import { parseRemoteUrl } from '../../client/remote-url.ts'
import { Problem } from '../../contract/problems/problem.ts'
import type { ProgramIo } from '../terminal/io.ts'
import { usageError } from '../terminal/usage-error.ts'
import { ownTarget, readOwnFile } from './own-file.ts'

/** A remote as stored (CLI-15). */
export interface StoredRemote {
  readonly url: string
  /** Secret. Goes to the origin of `url` and nowhere else. */
  readonly token: string | null
  /** Sent with every request; may hold secrets as well. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Remotes {
  readonly byName: ReadonlyMap<string, StoredRemote>
  /** Entries that could not be read, kept as they are so that saving does not lose them. */
  readonly unread: ReadonlyMap<string, unknown>
  /** One line per such entry. */
  readonly warnings: readonly string[]
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/
const NO_REMOTES: Remotes = { byName: new Map(), unread: new Map(), warnings: [] }

/** @throws Problem `cli_usage` when the name has other characters (CLI-16) */
export function checkRemoteName(name: string): string {
  if (NAME.test(name)) return name
  throw usageError("Remote names may contain only letters, numbers, '-' and '_'")
}

/** Path of the file, in `$TREFOIL_HOME` or `~/.trefoil`. */
export function remotesPath({ env, home }: Pick<ProgramIo, 'env' | 'home'>): string {
  return join(env['TREFOIL_HOME'] || join(home, '.trefoil'), 'remotes.json')
}

/**
 * Reads the file; a missing one is empty. One bad entry does not disable the others (W-25).
 *
 * @throws Problem `cli_usage` when the file as a whole cannot be read, or others can write it
 */
export async function loadRemotes(path: string): Promise<Remotes> {
  const stored = await readOwnFile(path)
  if (stored === null) return NO_REMOTES
  const entries = entriesOf(stored.text)
  if (entries === null) {
    throw usageError(
      `${path} is not a file of remotes`,
      'Correct it, or delete it and connect again.',
    )
  }
  const byName = new Map<string, StoredRemote>()
  const unread = new Map<string, unknown>()
  const warnings = stored.isShown
    ? [`${path} holds tokens and can be read by others; run \`chmod 600 ${shellQuote(path)}\``]
    : []
  for (const [name, value] of entries) {
    const remote = NAME.test(name) ? readRemote(value) : 'its name is not a remote name'
    if (typeof remote !== 'string') byName.set(name, remote)
    else {
      unread.set(name, value)
      warnings.push(`skipped remote ${JSON.stringify(name)} in ${path}: ${remote}`)
    }
  }
  return { byName, unread, warnings }
}

/**
 * Replaces the file in one step, so that a crash leaves the old or the new one, and nobody but
 * the user can read it at any moment. Where the file is a link, what it leads to is replaced.
 *
 * @throws Problem `cli_usage` when it cannot be written, or others can write to the folder
 */
export async function saveRemotes(path: string, remotes: Remotes): Promise<void> {
  try {
    await replace(path, remotes)
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : null
    if (Problem.is(error) || typeof code !== 'string') throw error
    throw usageError(
      `Could not write ${path} (${code})`,
      'Check the rights of its folder, or set TREFOIL_HOME to another.',
    )
  }
}

async function replace(path: string, remotes: Remotes): Promise<void> {
  // The rights of a folder that was there before are its owner's business.
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const target = await ownTarget(path)
  const temporary = `${target}.${encodeBase64url(randomBytes())}.tmp`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(documentOf(remotes))
    await file.sync()
    await file.close()
    await rename(temporary, target)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(temporary, { force: true })
    throw error
  }
}

function randomBytes(): Uint8Array {
  const bytes = new Uint8Array(12)
  systemRandom(bytes)
  return bytes
}

function documentOf({ byName, unread }: Remotes): string {
  const entries = [
    ...unread,
    ...[...byName].map(([name, remote]) => [name, sorted(remote)] as const),
  ]
  entries.sort(([left], [right]) => compareCodePoints(left, right))
  return `${JSON.stringify({ remotes: Object.fromEntries(entries) }, null, 2)}\n`
}

function sorted({ url, token, headers }: StoredRemote): unknown {
  const lines = Object.entries(headers).sort(([left], [right]) => compareCodePoints(left, right))
  return { ...(lines.length > 0 ? { headers: Object.fromEntries(lines) } : {}), token, url }
}

function entriesOf(text: string): readonly [string, unknown][] | null {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(document)) return null
  const { remotes } = document
  return isRecord(remotes) ? Object.entries(remotes) : null
}

/** The entry, or in words what is wrong with it; its values stay out of the words. */
function readRemote(value: unknown): StoredRemote | string {
  if (!isRecord(value)) return 'it is not an object'
  const { url: text, token = null, headers = {} } = value
  if (typeof text !== 'string') return 'its url is not text'
  const url = parseRemoteUrl(text)
  if (!url.ok) return url.error
  if (token !== null && (typeof token !== 'string' || token === '')) return 'its token is not text'
  if (!isTextByName(headers)) return 'its headers are not texts by name'
  return { url: url.value, token, headers }
}

function isTextByName(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every((member) => typeof member === 'string')
}
