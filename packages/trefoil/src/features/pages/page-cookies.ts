import { randomBytes } from 'node:crypto'
import { type Call, type Dependency, dependency, type ReplyOptions } from '../../index.ts'
import { cookiesOf } from '../../inner.ts'
import type { FormTokens } from './forms/form-token.ts'

/** How a page says what has happened before the redirect that led to it. */
export type PageNoticeKind = 'good' | 'bad' | 'plain'

/** Something said once. */
export interface Flash {
  readonly kind: PageNoticeKind
  /** Key of its text: what a person typed is in no cookie. */
  readonly text: string
}

export type Cookies = NonNullable<ReplyOptions['cookies']>

/** What a browser brought beside its login. */
export interface SentPageCookies {
  /** Ties forms to browsers that have no login session; `null` for none. */
  readonly visitor: string | null
  readonly flash: Flash | null
  /** True where there is something to clear. */
  readonly hasFlash: boolean
}

const VISITOR = /^[A-Za-z0-9_-]{22}$/
const FLASH = /^(good|bad|plain):([0-9a-z]{1,12}):([a-z0-9_.]{1,80})$/
/** Seconds: longer than any redirect takes. */
const FLASH_LIFETIME = 60

/** The cookies of pages, and who they are for. */
export class PageCookies {
  /** Told by every page and form: it reads what browsers send by themselves. */
  readonly sent: Dependency<SentPageCookies>
  readonly #names: { readonly visitor: string; readonly flash: string }
  readonly #attributes: {
    readonly path: '/'
    readonly httpOnly: true
    readonly secure: boolean
    readonly sameSite: 'lax'
  }
  readonly #tokens: FormTokens
  readonly #now: () => number

  /** @param now milliseconds since the Unix epoch */
  constructor(secure: boolean, tokens: FormTokens, now: () => number) {
    // The prefix keeps sub-domains and plain http from planting one whose tokens they know.
    const prefix = secure ? '__Host-' : ''
    this.#names = { visitor: `${prefix}trefoil_visitor`, flash: `${prefix}trefoil_flash` }
    // Lax: whoever follows a link of a mail to a form is a visitor already.
    this.#attributes = { path: '/', httpOnly: true, secure, sameSite: 'lax' }
    this.#tokens = tokens
    this.#now = now
    this.sent = dependency(
      (_, call) => {
        const cookies = cookiesOf(call)
        const visitor = cookies?.read(this.#names.visitor) ?? ''
        const flash = cookies?.read(this.#names.flash)
        return {
          visitor: VISITOR.test(visitor) ? visitor : null,
          flash: flash === undefined ? null : this.#readFlash(flash),
          hasFlash: flash !== undefined,
        }
      },
      { name: 'pageCookies', ambient: true },
    )
  }

  newVisitor(): string {
    return randomBytes(16).toString('base64url')
  }

  setVisitor(visitor: string): Cookies {
    return { [this.#names.visitor]: { ...this.#attributes, value: visitor } }
  }

  setFlash({ kind, text }: Flash): Cookies {
    const until = Math.floor(this.#now() / 1000 + FLASH_LIFETIME).toString(36)
    const value = this.#tokens.sign('flash', `${kind}:${until}:${text}`)
    return { [this.#names.flash]: { ...this.#attributes, value, maxAge: `${FLASH_LIFETIME}s` } }
  }

  clearFlash(): Cookies {
    return {
      [this.#names.flash]: { ...this.#attributes, value: '', maxAge: '0s', expires: new Date(0) },
    }
  }

  #readFlash(sent: string): Flash | null {
    const [, kind, until = '', text] = FLASH.exec(this.#tokens.verify('flash', sent) ?? '') ?? []
    if (kind === undefined || text === undefined) return null
    return Number.parseInt(until, 36) * 1000 > this.#now()
      ? { kind: kind as PageNoticeKind, text }
      : null
  }
}

/** Whose forms they are: of a login session where there is one, else of a browser and of whoever it acts for. */
export function bindingOf({ auth }: Pick<Call, 'auth'>, visitor: string): string {
  if (auth?.session !== undefined) return `session ${auth.session.id}`
  return `visitor ${visitor} ${auth?.subject ?? ''}`
}
