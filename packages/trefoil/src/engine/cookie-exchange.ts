import type { CallCookies } from '../contract/call/call-cookies.ts'
import type { SentCookies } from '../web/cookie-header.ts'

/** Cookies that came with a call, and those that leave with its answer. */
export class CookieExchange implements CallCookies {
  readonly #sent: SentCookies
  readonly #isInRun: () => boolean
  #written: Map<string, string> = new Map()
  /** Those that were there before the developer's code began; `null` while it has changed none. */
  #before: Map<string, string> | null = null
  #isSent = false

  /** @param isInRun true once the developer's code has begun, which may be taken back */
  constructor(sent: SentCookies, isInRun: () => boolean = () => false) {
    this.#sent = sent
    this.#isInRun = isInRun
  }

  /**
   * Sent twice, a cookie is nobody's: one of the two may have been planted by a neighbouring host,
   * and whichever counted, an attacker could arrange for it to be theirs (COOK-5). What is left is
   * that something was sent, so that it can be deleted.
   */
  read(name: string): string | undefined {
    const values = this.#sent.all(name)
    return values.length > 1 ? '' : values[0]
  }

  names(): readonly string[] {
    return [...new Set(this.#sent.list().map(([name]) => name))]
  }

  write(name: string, header: string | null): void {
    if (this.#isSent) {
      throw new Error(`Cookie '${name}' was changed after the head of the answer had been sent`)
    }
    if (this.#before === null && this.#isInRun()) this.#before = new Map(this.#written)
    if (header === null) this.#written.delete(name)
    else this.#written.set(name, header)
  }

  /** Forgets what a run has written that was taken back: it may be the login of somebody who was not kept. */
  takeBack(): void {
    this.#written = this.#before ?? this.#written
    this.#before = null
  }

  /** The `Set-Cookie` values, for the head of the answer; nothing can be written after it. */
  take(): readonly string[] {
    this.#isSent = true
    return [...this.#written.values()]
  }
}
