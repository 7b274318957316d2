import type { CallCookies } from '../contract/call/call-cookies.ts'
import type { SentCookies } from '../web/cookie-header.ts'

/** Cookies that came with a call, and those that leave with its answer. */
export class CookieExchange implements CallCookies {
  readonly #sent: SentCookies
  readonly #written: Map<string, string> = new Map()
  #isSent = false

  constructor(sent: SentCookies) {
    this.#sent = sent
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

  write(name: string, header: string | null): void {
    if (this.#isSent) {
      throw new Error(`Cookie '${name}' was changed after the head of the answer had been sent`)
    }
    if (header === null) this.#written.delete(name)
    else this.#written.set(name, header)
  }

  /** The `Set-Cookie` values, for the head of the answer; nothing can be written after it. */
  take(): readonly string[] {
    this.#isSent = true
    return [...this.#written.values()]
  }
}
