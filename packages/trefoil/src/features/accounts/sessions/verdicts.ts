import type { AuthContext } from '../../../auth.ts'
import type { Clock } from '../../../index.ts'

/** Who a token is of, and as whom its holder is let in. */
export interface Verdict {
  readonly context: AuthContext
  readonly session: string
  readonly subject: string
  /** Milliseconds since the Unix epoch: the token is not taken from then on, whatever is kept here. */
  readonly until: number
}

interface Entry {
  readonly verdict: Verdict
  /** `clock.elapsed()` from which it is too old. */
  readonly old: number
}

/** A revocation is seen by every process before it is over (SES-8). */
const LIFETIME = 1000
/** More are read anew; a thousand are about a megabyte. */
const MOST = 10_000

/**
 * Who was let in a moment ago, by the digest of the token: it holds nothing that anybody could send. Those
 * who were not let in are not kept: made-up tokens would push out those that are used.
 */
export class Verdicts {
  readonly #entries = new Map<string, Entry>()
  /** Digests by subject, so that what ends is forgotten at once. */
  readonly #bySubject = new Map<string, Set<string>>()
  readonly #clock: Clock
  #forgotten = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** To be asked before reading, and given to {@link Verdicts.keep} afterwards. */
  get mark(): { readonly since: number; readonly forgotten: number } {
    return { since: this.#clock.elapsed(), forgotten: this.#forgotten }
  }

  get(digest: string): Verdict | null {
    const entry = this.#entries.get(digest)
    if (entry === undefined) return null
    const { verdict, old } = entry
    if (old > this.#clock.elapsed() && verdict.until > this.#clock.now()) return verdict
    this.#drop(digest, verdict.subject)
    return null
  }

  /** @param mark of when the reading began: what was read before something ended is not kept */
  keep(digest: string, verdict: Verdict, mark: Verdicts['mark']): void {
    if (mark.forgotten !== this.#forgotten) return
    this.#drop(digest, verdict.subject)
    if (this.#entries.size >= MOST) {
      const [oldest] = this.#entries
      if (oldest !== undefined) this.#drop(oldest[0], oldest[1].verdict.subject)
    }
    this.#entries.set(digest, { verdict, old: mark.since + LIFETIME })
    const digests = this.#bySubject.get(verdict.subject)
    if (digests === undefined) this.#bySubject.set(verdict.subject, new Set([digest]))
    else digests.add(digest)
  }

  /** @param session id of the one that ended; `null` for all of the subject but `except` */
  forget(subject: string, session: string | null, except: string | null = null): void {
    this.#forgotten++
    for (const digest of [...(this.#bySubject.get(subject) ?? [])]) {
      const of = this.#entries.get(digest)?.verdict.session
      if (session === null ? of !== except : of === session) this.#drop(digest, subject)
    }
  }

  #drop(digest: string, subject: string): void {
    this.#entries.delete(digest)
    const digests = this.#bySubject.get(subject)
    digests?.delete(digest)
    if (digests?.size === 0) this.#bySubject.delete(subject)
  }
}
