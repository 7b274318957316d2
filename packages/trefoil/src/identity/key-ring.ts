import { isRecord } from '../base/plain/is-record.ts'
import { valueKind } from '../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'

/** A secret: text (its UTF-8 bytes) or bytes. */
export type KeyMaterial = string | Uint8Array

/** The key that signs, and older ones that still verify during a rotation. */
export interface KeyRing {
  readonly current: Uint8Array
  readonly previous: readonly Uint8Array[]
}

/**
 * Makes a key ring.
 *
 * @param current signs and verifies
 * @param previous still verify; drop one when nothing signed with it can be alive
 * @throws ImproperlyConfigured for an empty key, and for anything but a list of previous ones
 */
export function keyRing(current: KeyMaterial, previous: readonly KeyMaterial[] = []): KeyRing {
  // Text would be read as a list of keys of one letter each.
  if (!Array.isArray(previous)) {
    throw new ImproperlyConfigured(
      `keyRing(): previous keys must be a list, got ${valueKind(previous)}`,
    )
  }
  return Object.freeze({
    current: readKey('keyRing(): the current key', current),
    previous: Object.freeze(
      previous.map((key, index) => readKey(`keyRing(): previous key ${index + 1}`, key)),
    ),
  })
}

/**
 * Keys of an option: a ring, or one that is alone in it.
 *
 * @throws ImproperlyConfigured naming the option; never what the key is (FND-38)
 */
export function readKeyRing(option: string, keys: unknown): KeyRing {
  if (isKeyRing(keys)) return keys
  return Object.freeze({ current: readKey(option, keys), previous: Object.freeze([]) })
}

export function isKeyRing(value: unknown): value is KeyRing {
  return (
    isRecord(value) && value['current'] instanceof Uint8Array && Array.isArray(value['previous'])
  )
}

/**
 * The keys of signed cookies (COOK-3).
 *
 * @throws ImproperlyConfigured for an empty one: with it anybody could sign
 */
export function cookieKeys(where: string, keys: KeyMaterial | KeyRing): KeyRing {
  const ring = isEmpty(keys) ? keys : readKeyRing(where, keys)
  if (!isKeyRing(ring) || [ring.current, ...ring.previous].some(isEmpty)) {
    throw new ImproperlyConfigured('Signed cookie secrets must not be empty')
  }
  return ring
}

function isEmpty(key: unknown): boolean {
  return (typeof key === 'string' || key instanceof Uint8Array) && key.length === 0
}

function readKey(where: string, key: unknown): Uint8Array {
  const bytes = typeof key === 'string' ? new TextEncoder().encode(key) : key
  if (bytes instanceof Uint8Array && bytes.length > 0) return bytes
  // Where it is undefined or empty, a variable was not set where the app runs.
  const isUnset = key === undefined || key === null || isEmpty(key)
  const hint = isUnset ? '; is the variable that it comes from set?' : ''
  const kind = key instanceof Uint8Array ? 'no bytes' : valueKind(key)
  throw new ImproperlyConfigured(`${where} must be non-empty text or bytes, got ${kind}${hint}`)
}
