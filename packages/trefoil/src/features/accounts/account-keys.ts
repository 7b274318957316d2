import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { KeyRing } from '../../auth.ts'

/** What a key is for: each purpose has keys of its own, so that nothing made for one opens another (SW-37). */
export type KeyPurpose =
  | 'identifier'
  | 'registration'
  | 'address'
  | 'device'
  | 'link'
  | 'code'
  | 'refresh'
  | 'cookie'
  | 'provider'
  /** Seals secrets of second factors. */
  | 'factor'
  /** Devices that are not asked for a second factor. */
  | 'trusted'

interface DerivedKey {
  /** Tells the keys of a ring apart, and nothing about them. */
  readonly id: string
  /** An object: of bytes Node finds out by an error thrown and caught that they are none, which is most of a MAC. */
  readonly key: KeyObject
}

const LENGTH = 32

/** Keys of the room, derived from one ring that may change while the app runs. */
export class AccountKeys {
  readonly #ring: KeyRing
  readonly #derived = new Map<KeyPurpose, readonly DerivedKey[]>()
  #version = 0

  constructor(ring: KeyRing) {
    this.#ring = ring
  }

  /** The one that makes. */
  current(purpose: KeyPurpose): DerivedKey {
    // A ring has one key at least.
    return this.all(purpose)[0] as DerivedKey
  }

  /** The current one first, then those that still verify. */
  all(purpose: KeyPurpose): readonly DerivedKey[] {
    if (this.#version !== this.#ring.version) {
      this.#derived.clear()
      this.#version = this.#ring.version
    }
    let keys = this.#derived.get(purpose)
    if (keys === undefined) {
      keys = [this.#ring.current, ...this.#ring.previous].map((key) => derive(key, purpose))
      this.#derived.set(purpose, keys)
    }
    return keys
  }

  /** `null` once the ring has it no more: nothing made with it is good any longer. */
  find(purpose: KeyPurpose, id: string): DerivedKey | null {
    return this.all(purpose).find((key) => key.id === id) ?? null
  }

  /** HMAC-SHA256 with the current key, base64url (43 characters). */
  mac(purpose: KeyPurpose, text: string): string {
    return macOf(this.current(purpose), text)
  }

  /** Under every key of the ring, the current one first: what was kept before a rotation is still found. */
  macs(purpose: KeyPurpose, text: string): readonly string[] {
    return this.all(purpose).map((key) => macOf(key, text))
  }
}

export function macOf({ key }: DerivedKey, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('base64url')
}

function derive(bytes: Uint8Array, purpose: KeyPurpose): DerivedKey {
  const info = (what: string) => `trefoil accounts v1 ${what} ${purpose}`
  const whole = createSecretKey(bytes)
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', whole, '', info('key'), LENGTH)))
  const id = Buffer.from(hkdfSync('sha256', whole, '', info('id'), 6)).toString('base64url')
  return { id, key }
}
