import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { equalBytes } from '../../../base/constant-time.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { holdRingTo, type KeyRing, type RingKey, ringKeys } from '../../key-ring.ts'
import { HMAC, type HmacAlgorithm, type HmacRow } from '../algorithms.ts'
import type { CompactToken } from '../compact-token.ts'
import type { JwtHeader } from '../header-check.ts'
import type { KeyRefusal, KeySource, TrustedKey } from './key-source.ts'

interface Prepared {
  readonly key: RingKey
  readonly mac: KeyObject
}

/**
 * HMAC under any of the secrets of a ring (RFC 7518 §3.2), without waiting. Spellings are compared, not
 * bytes, so a signature has exactly one; and in constant time, so that a forger does not learn how
 * much of it is right. A `kid` is not looked at: there are few secrets, and trying them is cheap.
 */
export class SharedSecrets implements KeySource {
  readonly #ring: KeyRing
  readonly #algorithm: HmacAlgorithm
  readonly #row: HmacRow
  #prepared: readonly Prepared[] = []
  #preparedFor = 0

  /** @throws ImproperlyConfigured for a secret that is too short, now or when the ring is given one */
  constructor(ring: KeyRing, algorithm: HmacAlgorithm) {
    this.#ring = ring
    this.#algorithm = algorithm
    this.#row = HMAC[algorithm]
    const { leastBytes } = this.#row
    holdRingTo(ring, ({ length }) => {
      if (length >= leastBytes) return
      throw new ImproperlyConfigured(
        `jwtAuth(): keys must be at least ${leastBytes} bytes for ${algorithm}, got ${length}; ` +
          `make one with: openssl rand -base64 ${leastBytes * 1.5}`,
      )
    })
  }

  get version(): number {
    return this.#ring.version
  }

  isCurrent(): boolean {
    return true
  }

  verify({ signed, signature }: CompactToken, { alg }: JwtHeader): TrustedKey | KeyRefusal {
    if (alg !== this.#algorithm) return 'wrong_algorithm'
    const sent = Buffer.from(signature, 'utf8')
    // Foreign characters take more than one byte.
    if (sent.length !== this.#row.signatureLength) return 'bad_signature'
    if (this.#preparedFor !== this.#ring.version) this.#prepare()
    for (const { key, mac } of this.#prepared) {
      const expected = createHmac(this.#row.hash, mac).update(signed).digest('base64url')
      if (equalBytes(Buffer.from(expected, 'utf8'), sent)) return key
    }
    return 'bad_signature'
  }

  async start(): Promise<void> {}

  /** Making a key ready costs more than one hash. */
  #prepare(): void {
    this.#prepared = ringKeys(this.#ring).map((key) => ({ key, mac: createSecretKey(key.bytes) }))
    this.#preparedFor = this.#ring.version
  }
}
