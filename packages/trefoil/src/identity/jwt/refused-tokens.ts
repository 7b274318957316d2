import type { CredentialRefusal } from '../../contract/auth/refusal.ts'

interface Remembered {
  readonly refusal: CredentialRefusal
  /** Seconds since the Unix epoch before which the refusal did not hold; `null`: as long as the keys are the same. */
  readonly since: number | null
}

/** Longer texts are not kept: the places are for tokens that honest clients send again and again. */
const MAX_LENGTH = 2048

/**
 * Tokens refused for what they are, by their exact text: a client that has not noticed that its
 * token is old sends it with every call, and each of them would cost a hash and a parse. Only
 * refusals that cannot become wrong are kept, so a hit says what a verification would.
 */
export class RefusedTokens {
  readonly #refusals = new Map<string, Remembered>()
  readonly #size: number

  /** @param size entries; 0 keeps nothing */
  constructor(size: number) {
    this.#size = size
  }

  /**
   * @param now seconds since the Unix epoch, less the tolerance
   * @returns what to answer, or `null`
   */
  get(token: string, now: number): CredentialRefusal | null {
    const known = this.#refusals.get(token)
    if (known === undefined) return null
    // A clock that was set back must not refuse what has become valid again.
    return known.since === null || known.since <= now ? known.refusal : null
  }

  /** @param since when an expired token expired; `null` for a signature that is not ours */
  add(token: string, refusal: CredentialRefusal, since: number | null): void {
    if (this.#size === 0 || token.length > MAX_LENGTH) return
    if (this.#refusals.size >= this.#size && !this.#refusals.has(token)) {
      const oldest = this.#refusals.keys().next()
      if (!oldest.done) this.#refusals.delete(oldest.value)
    }
    this.#refusals.set(token, { refusal, since })
  }

  /** Other keys count now: what none of the old ones signed, one of the new ones may have. */
  clear(): void {
    this.#refusals.clear()
  }
}
