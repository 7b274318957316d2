import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { CredentialRefusal } from '../../contract/auth/refusal.ts'
import type { KeyBinding } from '../jwt/key-binding.ts'

/** What came of an active token. */
export interface ActiveToken {
  readonly context: AuthContext<undefined>
  /** What the caller has to hold beside the token; `null`: nothing. */
  readonly binding: KeyBinding | null
  /** Seconds since the Unix epoch from which it holds; a clock may be set back. */
  readonly from: number
  /** Seconds since the Unix epoch from which it does not. */
  readonly until: number
}

/** What became of asking about a token. */
export type TokenAnswer = ActiveToken | CredentialRefusal

interface Remembered<Answer> {
  readonly answer: Answer
  /** By the clock that never steps back. */
  readonly until: number
}

/**
 * Answers by the digest of their token: whoever reads the memory of the process finds no tokens here.
 * The one not used for longest leaves when it is full.
 */
export class RememberedAnswers<Answer> {
  readonly #answers = new Map<string, Remembered<Answer>>()
  readonly #size: number

  /** @param size entries; 0 keeps nothing */
  constructor(size: number) {
    this.#size = size
  }

  get size(): number {
    return this.#answers.size
  }

  /** @param now milliseconds by the clock that never steps back */
  get(digest: string, now: number): Answer | null {
    const known = this.#answers.get(digest)
    if (known === undefined) return null
    this.#answers.delete(digest)
    if (known.until <= now) return null
    this.#answers.set(digest, known)
    return known.answer
  }

  /** @param until milliseconds by the clock that never steps back */
  set(digest: string, answer: Answer, until: number): void {
    if (this.#size === 0) return
    this.#answers.delete(digest)
    if (this.#answers.size >= this.#size) {
      const oldest = this.#answers.keys().next()
      if (!oldest.done) this.#answers.delete(oldest.value)
    }
    this.#answers.set(digest, { answer, until })
  }

  delete(digest: string): void {
    this.#answers.delete(digest)
  }

  clear(): void {
    this.#answers.clear()
  }
}
