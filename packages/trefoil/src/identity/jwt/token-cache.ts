import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { KeyBinding } from './key-binding.ts'
import type { TrustedKey } from './keys/key-source.ts'

/** What became of a genuine token: it holds for that token until it is over. */
export interface Verdict {
  readonly context: AuthContext<undefined>
  /** The key that signed it. */
  readonly key: TrustedKey
  /** Seconds since the Unix epoch from which it holds; a clock may be set back. */
  readonly from: number
  /** Seconds since the Unix epoch from which it does not. */
  readonly until: number
  /** What the caller has to hold beside the token; `null`: nothing. */
  readonly binding: KeyBinding | null
}

/**
 * Verified tokens, by their exact text (P-JWT-8): a hit skips the cryptography. Contexts are
 * deeply frozen, so sharing one between calls gives nothing away (PW-17). Only successes are
 * kept; the one not used for longest leaves when the cache is full. Nothing leads to the tokens from
 * outside: no property, and nothing that prints.
 *
 * The newest entry is looked at first: a client that calls again and again pays for one comparison.
 * It stands last in the order of leaving already, so a hit need not move it. The comparison ends at
 * the first difference, but goes by words of eight characters: whoever timed it would have to guess
 * 48 bits of a signature at once.
 */
export class TokenCache {
  readonly #verdicts = new Map<string, Verdict>()
  readonly #size: number
  #newest: string | null = null
  #newestVerdict: Verdict | undefined

  /** @param size entries; 0 keeps nothing */
  constructor(size: number) {
    this.#size = size
  }

  /** @param now seconds since the Unix epoch */
  get(token: string, now: number): Verdict | null {
    const isNewest = token === this.#newest
    const verdict = isNewest ? this.#newestVerdict : this.#verdicts.get(token)
    if (verdict === undefined) return null
    // A key that was taken out takes what it signed with it.
    if (verdict.until <= now || verdict.from > now || verdict.key.retired) {
      this.#verdicts.delete(token)
      if (isNewest) this.#remember(null, undefined)
      return null
    }
    if (!isNewest) this.#renew(token, verdict)
    return verdict
  }

  set(token: string, verdict: Verdict): void {
    if (this.#size === 0) return
    if (this.#verdicts.size >= this.#size && !this.#verdicts.has(token)) {
      const oldest = this.#verdicts.keys().next()
      if (!oldest.done) this.#verdicts.delete(oldest.value)
    }
    this.#renew(token, verdict)
  }

  /** Puts it last in the order of leaving. */
  #renew(token: string, verdict: Verdict): void {
    this.#verdicts.delete(token)
    this.#verdicts.set(token, verdict)
    this.#remember(token, verdict)
  }

  #remember(token: string | null, verdict: Verdict | undefined): void {
    this.#newest = token
    this.#newestVerdict = verdict
  }
}
