import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { canonicalJson } from '../../base/json/canonical-json.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import type { AuditEvent } from './entry.ts'

/** A key of one person; without it, nobody reads what was sealed with it. */
export interface PersonKey {
  /** What entries call the person: chosen at random, and tied to nobody once the key is gone. */
  readonly person: string
  /** 32 bytes. */
  readonly secret: Uint8Array
}

const ALGORITHM = 'aes-256-gcm'
const NONCE = 12
const TAG = 16

/** Members that say who it was, or what they sent. */
const PERSONAL: ReadonlySet<string> = new Set([
  'actor',
  'address',
  'arguments',
  'arguments_hash',
  'data',
  'digests',
  'meta',
  'request',
  'session',
  'subject',
])

/** A key for somebody who has none yet, by chance. */
export function newPersonKey(): PersonKey {
  return { person: randomBytes(16).toString('hex'), secret: randomBytes(32) }
}

/**
 * An event whose personal members can be read with the key of its person alone. The rest stays readable, and
 * the hash of the entry is over the sealed text: throwing the key away changes nothing that is verified.
 *
 * @throws NotCanonical for a value that has no JSON form
 */
export function sealEvent(event: AuditEvent, { person, secret }: PersonKey): AuditEvent {
  const members = Object.entries(event)
  const personal = Object.fromEntries(members.filter(([name]) => PERSONAL.has(name)))
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv(ALGORITHM, createSecretKey(secret), nonce, { authTagLength: TAG })
  // Moved to an entry of somebody else it opens nothing.
  cipher.setAAD(Buffer.from(person))
  const sealed = Buffer.concat([
    nonce,
    cipher.update(canonicalJson(personal), 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  return {
    ...Object.fromEntries(members.filter(([name]) => !PERSONAL.has(name))),
    person,
    sealed: sealed.toString('base64'),
    // The type is kept, and no member is needed that is not.
  } as unknown as AuditEvent
}

/** The event as it was; itself where nothing is sealed; `null` where this key does not open it. */
export function openEvent(event: AuditEvent, { person, secret }: PersonKey): AuditEvent | null {
  const { sealed, person: whose, ...rest }: Record<string, unknown> = { ...event }
  if (typeof sealed !== 'string') return event
  if (whose !== person) return null
  try {
    const bytes = Buffer.from(sealed, 'base64')
    const decipher = createDecipheriv(
      ALGORITHM,
      createSecretKey(secret),
      bytes.subarray(0, NONCE),
      {
        authTagLength: TAG,
      },
    )
    decipher.setAAD(Buffer.from(person))
    decipher.setAuthTag(bytes.subarray(-TAG))
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()])
    const personal: unknown = JSON.parse(text.toString('utf8'))
    // Sealed by whoever signed the entry, from an event.
    return isRecord(personal) ? ({ ...rest, ...personal } as unknown as AuditEvent) : null
  } catch {
    return null
  }
}
