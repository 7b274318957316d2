import { isRecord } from '../base/plain/is-record.ts'
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
  if (!Array.isArray(previous)) throw new ImproperlyConfigured('previous keys must be a list')
  return Object.freeze({
    current: toBytes(current),
    previous: Object.freeze(previous.map(toBytes)),
  })
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
export function cookieKeys(keys: KeyMaterial | KeyRing): KeyRing {
  const ring = isKeyRing(keys) || isEmpty(keys) ? keys : keyRing(keys)
  if (!isKeyRing(ring) || [ring.current, ...ring.previous].some(isEmpty)) {
    throw new ImproperlyConfigured('Signed cookie secrets must not be empty')
  }
  return ring
}

function isEmpty(key: KeyMaterial): boolean {
  return (typeof key === 'string' || key instanceof Uint8Array) && key.length === 0
}

function toBytes(key: KeyMaterial): Uint8Array {
  const bytes = typeof key === 'string' ? new TextEncoder().encode(key) : key
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) {
    throw new ImproperlyConfigured('A key must be non-empty text or bytes')
  }
  return bytes
}
