import type { CallCookies } from '../contract/call-cookies.ts'
import { readCookie } from '../web/cookie-header.ts'
import { allHeaders, type RawHeaders } from '../web/raw-headers.ts'

/** Cookies that came with a call, and those that leave with its answer. */
export class CookieExchange implements CallCookies {
  readonly #raw: RawHeaders
  readonly #written: Map<string, string> = new Map()
  #isSent = false

  constructor(raw: RawHeaders) {
    this.#raw = raw
  }

  read(name: string): string | undefined {
    return readCookie(allHeaders(this.#raw, 'cookie').join('; '), name)
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
