import { createHmac, createSecretKey } from 'node:crypto'
import { equalBytes } from '../../base/constant-time.ts'
import type { StoredSecret } from '../../contract/ports/api-keys.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { holdRingTo, type KeyRing, readKeyRing, ringKeys } from '../key-ring.ts'
import type { KeyText } from './key-text.ts'

const LEAST_BYTES = 32

/**
 * What is stored instead of secrets: their HMAC-SHA-256, with the id of the key in it, so that rows
 * cannot be swapped. Whoever reads the database alone can neither use it nor try guesses.
 */
export class KeyDigests {
  readonly #ring: KeyRing

  /** @throws ImproperlyConfigured for a weak pepper, now or when the ring is given one */
  constructor(pepper: unknown) {
    this.#ring = readKeyRing('apiKeyAuth(): pepper', pepper)
    holdRingTo(this.#ring, ({ length }) => {
      if (length >= LEAST_BYTES) return
      throw new ImproperlyConfigured(
        `apiKeyAuth(): pepper must be at least ${LEAST_BYTES} bytes, got ${length}; make one with: openssl rand -base64 48`,
      )
    })
  }

  get secrets(): readonly Uint8Array[] {
    return ringKeys(this.#ring).map(({ bytes }) => bytes)
  }

  make(key: KeyText): string {
    const [current] = this.secrets
    return digest(current as Uint8Array, key).toString('base64url')
  }

  /**
   * Which stored secret it is. All are looked at, whichever fits. Works as hard where there are none:
   * the time does not tell which ids there are.
   *
   * @returns the place in the list; -1 for none
   */
  find(key: KeyText, stored: readonly StoredSecret[]): number {
    let found = -1
    const expected = stored.map((secret) => Buffer.from(secret.digest, 'base64url'))
    for (const pepper of this.secrets) {
      const given = digest(pepper, key)
      for (const [index, one] of expected.entries()) if (equalBytes(one, given)) found = index
    }
    return found
  }
}

function digest(pepper: Uint8Array, { id, secret }: KeyText): Buffer {
  return createHmac('sha256', createSecretKey(pepper))
    .update(`trefoil-api-key\n${id}\n${secret}`)
    .digest()
}
