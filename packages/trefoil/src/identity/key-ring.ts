import { ImproperlyConfigured } from '../contract/problem.ts'

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
 * @throws ImproperlyConfigured for an empty key
 */
export function keyRing(current: KeyMaterial, previous: readonly KeyMaterial[] = []): KeyRing {
  return Object.freeze({
    current: toBytes(current),
    previous: Object.freeze(previous.map(toBytes)),
  })
}

export function isKeyRing(value: unknown): value is KeyRing {
  return typeof value === 'object' && value !== null && 'current' in value && 'previous' in value
}

function toBytes(key: KeyMaterial): Uint8Array {
  const bytes = typeof key === 'string' ? new TextEncoder().encode(key) : key
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) {
    throw new ImproperlyConfigured('A key must be non-empty text or bytes')
  }
  return bytes
}
