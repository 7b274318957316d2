import type { Awaitable } from '../../../base/promise.ts'
import type { CompactToken } from '../compact-token.ts'
import type { JwtHeader } from '../header-check.ts'
import type { KeyRefusal, KeySource, TrustedKey } from './key-source.ts'
import type { PublicKey } from './public-key.ts'
import { loadVerifier, signerOf } from './verify-signature.ts'

/** Public keys that were handed over when the app started. */
export class PublicKeys implements KeySource {
  readonly version = 1
  readonly #keys: readonly PublicKey[]

  constructor(keys: readonly PublicKey[]) {
    this.#keys = keys
  }

  isCurrent(): boolean {
    return true
  }

  verify(token: CompactToken, header: JwtHeader): Awaitable<TrustedKey | KeyRefusal> {
    return signerOf(token, header, this.#keys)
  }

  async start(): Promise<void> {
    await loadVerifier()
  }
}
