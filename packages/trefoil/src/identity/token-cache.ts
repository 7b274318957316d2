import type { AuthContext } from '../contract/auth-context.ts'

/**
 * Verified tokens, by their exact text (P-JWT-8): a hit skips the cryptography. Contexts are
 * deeply frozen, so sharing one between calls gives nothing away (PW-17). Only successes are
 * kept; the oldest leaves when the cache is full.
 */
export class TokenCache {
  readonly #contexts = new Map<string, AuthContext>()
  readonly #size: number

  /** @param size entries; 0 keeps nothing */
  constructor(size: number) {
    this.#size = size
  }

  /** @param now seconds since the Unix epoch */
  get(token: string, now: number): AuthContext | null {
    const context = this.#contexts.get(token)
    if (context === undefined) return null
    this.#contexts.delete(token)
    if ((context.expiresAt ?? 0) <= now) return null
    this.#contexts.set(token, context)
    return context
  }

  set(token: string, context: AuthContext): void {
    if (this.#size === 0) return
    this.#contexts.delete(token)
    if (this.#contexts.size >= this.#size) {
      const oldest = this.#contexts.keys().next()
      if (!oldest.done) this.#contexts.delete(oldest.value)
    }
    this.#contexts.set(token, context)
  }
}
