import type { AuthContext } from '../../contract/auth/auth-context.ts'

/**
 * Verified tokens, by their exact text (P-JWT-8): a hit skips the cryptography. Contexts are
 * deeply frozen, so sharing one between calls gives nothing away (PW-17). Only successes are
 * kept; the one not used for longest leaves when the cache is full.
 *
 * The newest entry is looked at first: a client that calls again and again pays for one comparison.
 * It stands last in the order of leaving already, so a hit need not move it. The comparison ends at
 * the first difference, but goes by words of eight characters: whoever timed it would have to guess
 * 48 bits of a signature at once.
 */
export class TokenCache<Payload = unknown> {
  readonly #contexts = new Map<string, AuthContext<Payload>>()
  readonly #size: number
  #newest: string | null = null
  #newestContext: AuthContext<Payload> | undefined

  /** @param size entries; 0 keeps nothing */
  constructor(size: number) {
    this.#size = size
  }

  /** @param now seconds since the Unix epoch */
  get(token: string, now: number): AuthContext<Payload> | null {
    const isNewest = token === this.#newest
    const context = isNewest ? this.#newestContext : this.#contexts.get(token)
    if (context === undefined) return null
    if ((context.expiresAt ?? 0) <= now) {
      this.#contexts.delete(token)
      if (isNewest) this.#remember(null, undefined)
      return null
    }
    if (!isNewest) this.#renew(token, context)
    return context
  }

  set(token: string, context: AuthContext<Payload>): void {
    if (this.#size === 0) return
    if (this.#contexts.size >= this.#size && !this.#contexts.has(token)) {
      const oldest = this.#contexts.keys().next()
      if (!oldest.done) this.#contexts.delete(oldest.value)
    }
    this.#renew(token, context)
  }

  /** Puts it last in the order of leaving. */
  #renew(token: string, context: AuthContext<Payload>): void {
    this.#contexts.delete(token)
    this.#contexts.set(token, context)
    this.#remember(token, context)
  }

  #remember(token: string | null, context: AuthContext<Payload> | undefined): void {
    this.#newest = token
    this.#newestContext = context
  }
}
