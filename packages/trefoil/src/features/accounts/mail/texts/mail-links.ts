import { ImproperlyConfigured } from '../../../../index.ts'
import { isLoopback } from '../../../../inner.ts'
import type { ProvingPurpose } from '../../challenge.ts'

/** Of mails that have a link, and no code. */
export type LinkPurpose = Exclude<ProvingPurpose, 'email_code' | 'factor_code'>

/** Pages that links lead to, below `appUrl`. */
const PAGES: Readonly<Record<LinkPurpose, string>> = {
  verify_email: 'verify-email',
  change_email: 'change-email',
  reset_password: 'reset-password',
  magic_link: 'magic-link',
}

/**
 * Links in mails. Where they lead is in the configuration and nowhere else: an origin that is learned from a request
 * is whatever its sender wrote into `Host` (HTTP-3, CVE-2025-71401).
 */
export class MailLinks {
  readonly #base: string
  readonly #mark: '#' | '?'

  /**
   * @param option where it was written
   * @param pages path of the pages of accounts; `null` where the app has pages of its own
   * @throws ImproperlyConfigured for what is no URL that a link can begin with
   */
  constructor(appUrl: string, option = 'appUrl', pages: string | null = null) {
    const url = URL.parse(appUrl)
    const isPlain = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url))
    const hasMore =
      url !== null && [url.username, url.password, url.search, url.hash].join('') !== ''
    if (url === null || !isPlain || hasMore) {
      throw new ImproperlyConfigured(
        `accounts(): ${option} must be an https origin, with a path if need be, such as https://app.example.com (http only for localhost)`,
      )
    }
    this.#base = url.href.replace(/\/$/, '') + (pages ?? '')
    this.#mark = pages === null ? '#' : '?'
  }

  /** Without a slash behind it. */
  get base(): string {
    return this.#base
  }

  /**
   * The token is behind `#`: it is in no log of a server, in no `Referer`, and whatever opens links in mails to look at
   * them does not use it up. Pages of accounts get it behind `?`, because they work without a script: to open one does
   * nothing, and it sends no `Referer` to others.
   */
  linkTo(purpose: LinkPurpose, token: string): string {
    return `${this.#base}/${PAGES[purpose]}${this.#mark}token=${encodeURIComponent(token)}`
  }
}
