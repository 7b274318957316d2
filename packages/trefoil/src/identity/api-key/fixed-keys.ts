import { createHash } from 'node:crypto'
import { equalBytes } from '../../base/constant-time.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { isKeyLength } from './key-text.ts'

/** Who calls with a key that stands in the code or a variable. */
export interface ApiKeyEntry {
  /** Subject of calls with it; not empty. */
  readonly clientId: string
  /** Default none. */
  readonly roles?: readonly string[]
  /** Default none. */
  readonly scopes?: readonly string[]
  /** Default `service`. */
  readonly kind?: 'service' | 'agent'
  /** Default `null`. */
  readonly tenant?: string | null
  /** From when on it is refused. Default never. */
  readonly expiresAt?: Date
}

const ENTRY: OptionNames<ApiKeyEntry> = {
  clientId: true,
  roles: true,
  scopes: true,
  kind: true,
  tenant: true,
  expiresAt: true,
}

/** Of one key: who calls with it. */
export interface FixedKey {
  readonly digest: Uint8Array
  readonly context: AuthContext<undefined>
  /** Milliseconds since the Unix epoch; infinite for never. */
  readonly expiresAt: number
}

/** Keys that stand in the code or a variable: of each a digest, and the context of all its calls. */
export class FixedKeys {
  readonly #keys: readonly FixedKey[]
  readonly #lengths: ReadonlySet<number>

  /** @throws ImproperlyConfigured saying which entry is wrong, never with a key in it */
  constructor(entries: readonly (readonly [key: string, entry: unknown])[]) {
    const keys: FixedKey[] = []
    for (const [index, [key, entry]] of entries.entries()) {
      const where = `apiKeyAuth(): key ${index + 1} of ${entries.length}`
      checkKey(where, key)
      const digest = sha256(key)
      if (keys.some((other) => equalBytes(other.digest, digest))) {
        throw new ImproperlyConfigured(`${where} stands there twice`)
      }
      keys.push({ digest, ...readEntry(where, entry) })
    }
    this.#keys = keys
    this.#lengths = new Set(entries.map(([key]) => key.length))
    Object.freeze(this)
  }

  /** Whose key it is. Every key is looked at, whichever fits: the time tells nothing (P-KEY-3, PW-25). */
  find(text: string): FixedKey | null {
    if (!isKeyLength(text)) return null
    const digest = sha256(text)
    let found: FixedKey | null = null
    for (const key of this.#keys) if (equalBytes(key.digest, digest)) found = key
    return found
  }

  /** As {@link find}, for text that is most often none. */
  has(text: string): boolean {
    return this.#lengths.has(text.length) && this.find(text) !== null
  }
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

/** A header can carry nothing else, and white space around it is not sent. */
function checkKey(where: string, key: string): void {
  if (key !== '' && isKeyLength(key) && /^[\x21-\x7e]+$/.test(key)) return
  const hint = key === '' ? '; is the variable that it comes from set?' : ''
  throw new ImproperlyConfigured(`${where} must be 1 to 512 ASCII characters without spaces${hint}`)
}

function readEntry(where: string, entry: unknown): Omit<FixedKey, 'digest'> {
  const given: unknown = typeof entry === 'string' ? { clientId: entry } : entry
  if (!isRecord(given)) {
    throw new ImproperlyConfigured(
      `${where} must have a client id, or an object such as { clientId: 'admin-agent', roles: ['admin'] }, got ${valueKind(entry)}`,
    )
  }
  checkOptionNames(where, given, ENTRY)
  const { clientId, roles, scopes, kind = 'service', tenant = null, expiresAt: end } = given
  if (typeof clientId !== 'string' || clientId.trim() === '') {
    throw new ImproperlyConfigured(`${where}: clientId must be non-empty text`)
  }
  if (kind !== 'service' && kind !== 'agent') {
    throw new ImproperlyConfigured(`${where} (${clientId}): kind must be 'service' or 'agent'`)
  }
  if (tenant !== null && (typeof tenant !== 'string' || tenant.trim() === '')) {
    throw new ImproperlyConfigured(`${where} (${clientId}): tenant must be non-empty text`)
  }
  const expiresAt = readEnd(`${where} (${clientId})`, end)
  const context = new AuthContext<undefined>({
    subject: clientId,
    kind,
    tenant,
    roles: readNames(`${where} (${clientId}): roles`, roles),
    scopes: readNames(`${where} (${clientId}): scopes`, scopes),
    expiresAt: Number.isFinite(expiresAt) ? Math.floor(expiresAt / 1000) : undefined,
    payload: undefined,
  })
  return { context, expiresAt }
}

function readEnd(where: string, given: unknown): number {
  if (given === undefined) return Number.POSITIVE_INFINITY
  const time = given instanceof Date ? given.getTime() : Number.NaN
  if (Number.isNaN(time)) throw new ImproperlyConfigured(`${where}: expiresAt must be a valid Date`)
  return time
}

/** Text alone is iterable: `roles: 'admin'` would be five roles of one letter each (PW-13). */
export function readNames(where: string, names: unknown): readonly string[] {
  if (names === undefined) return []
  const isList =
    Array.isArray(names) && names.every((name) => typeof name === 'string' && name.trim() !== '')
  if (isList) return [...names]
  throw new ImproperlyConfigured(`${where} must be a list of non-empty text`)
}
