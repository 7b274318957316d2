import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { decodeBase64url, encodeBase64url } from '../base/base64url.ts'
import type { RandomSource } from '../base/clock.ts'
import { type KeyRing, keyRing, ringKeys } from './key-ring.ts'

/** Sets it apart from all else that is made with a key. */
const PURPOSE = 'trefoil request state 1'
const ALGORITHM = 'aes-256-gcm'
const SEED = 16
const NONCE = 12
const TAG = 16
/** Bytes. */
const OWN_KEY = 32

/**
 * What a client keeps for us between two requests, sealed: it can neither read nor change it, nor use it for another
 * purpose. Nothing is kept here, so every process with the keys reads it.
 */
export class RequestStates {
  #ring: KeyRing | null
  readonly #random: RandomSource

  /** @param ring `null` for a key of this process, made when it is first needed */
  constructor(ring: KeyRing | null, random: RandomSource) {
    this.#ring = ring
    this.#random = random
  }

  /**
   * @param value a JSON text
   * @param binding what it is for: with another it does not open
   */
  seal(value: string, binding: string): string {
    const seed = new Uint8Array(SEED)
    this.#random(seed)
    const [current] = ringKeys(this.#keys())
    const { key, nonce } = derived((current as { bytes: Uint8Array }).bytes, seed)
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG })
    cipher.setAAD(Buffer.from(binding))
    const sealed = [seed, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]
    return encodeBase64url(Buffer.concat(sealed))
  }

  /** The text; `null` for whatever was not sealed with one of the keys for this binding. Never throws. */
  open(text: string, binding: string): string | null {
    const bytes = decodeBase64url(text)
    if (bytes === null || bytes.length < SEED + TAG) return null
    for (const { bytes: secret } of ringKeys(this.#keys())) {
      const value = opened(secret, bytes, binding)
      if (value !== null) return value
    }
    return null
  }

  #keys(): KeyRing {
    if (this.#ring === null) {
      const own = new Uint8Array(OWN_KEY)
      this.#random(own)
      this.#ring = keyRing(own)
    }
    return this.#ring
  }
}

function opened(secret: Uint8Array, bytes: Uint8Array, binding: string): string | null {
  const { key, nonce } = derived(secret, bytes.subarray(0, SEED))
  try {
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG })
    decipher.setAAD(Buffer.from(binding))
    decipher.setAuthTag(bytes.subarray(-TAG))
    const text = Buffer.concat([decipher.update(bytes.subarray(SEED, -TAG)), decipher.final()])
    return text.toString('utf8')
  } catch {
    return null
  }
}

/** A key for each state: one key for all of them would bound how many there may be. */
function derived(secret: Uint8Array, seed: Uint8Array): { key: KeyObject; nonce: Uint8Array } {
  const made = new Uint8Array(
    hkdfSync('sha256', createSecretKey(secret), seed, PURPOSE, 32 + NONCE),
  )
  return { key: createSecretKey(made.subarray(0, 32)), nonce: made.subarray(32) }
}
