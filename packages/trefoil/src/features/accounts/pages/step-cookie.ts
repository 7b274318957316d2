import { type Dependency, dependency, type ReplyOptions } from '../../../index.ts'
import { cookiesOf } from '../../../inner.ts'
import type { LoginCookieValues } from '../sessions/cookie-options.ts'

/** Of which way it is: what was given for one opens nothing on the other. */
export type TravelKind =
  /** The challenge of a code that was sent by mail. */
  | 'code'
  /** The pre-token of a login that wants a second factor. */
  | 'mfa'

/** What is taken from one page to the next. */
export interface Travel {
  readonly kind: TravelKind
  readonly value: string
}

const NAME = 'trefoil_way'
const TEXT = /^(code|mfa)~([A-Za-z0-9._~-]{1,1024})$/
/** As long as the longest of them is good. */
const LIFETIME = '10m'

type Cookies = NonNullable<ReplyOptions['cookies']>

/**
 * What is half of a login travels from page to page in a cookie of its own: no address has it, so that no log, no
 * `Referer` and nobody who is sent the address does (SW-23). What it is worth is looked at by the step that it is for.
 */
export class StepCookie {
  readonly #name: string
  readonly #secure: boolean
  /** What the browser sent; `null` for nothing, and for two of them (COOK-5). */
  readonly sent: Dependency<Travel | null>

  constructor({ secure }: LoginCookieValues) {
    // The prefix keeps sub-domains and plain http from planting one.
    const name = secure ? `__Host-${NAME}` : NAME
    this.#name = name
    this.#secure = secure
    this.sent = dependency(
      (_: unknown, call: Parameters<typeof cookiesOf>[0]) => {
        const [, kind, value] = TEXT.exec(cookiesOf(call)?.read(name) ?? '') ?? []
        return kind === undefined || value === undefined
          ? null
          : { kind: kind as TravelKind, value }
      },
      { name: 'sentWay', ambient: true },
    )
  }

  set({ kind, value }: Travel): Cookies {
    return this.#with(`${kind}~${value}`, LIFETIME)
  }

  clear(): Cookies {
    return this.#with('', '0s')
  }

  #with(value: string, maxAge: '0s' | typeof LIFETIME): Cookies {
    // Strict: no page of another site leads into the middle of a login.
    const attributes = {
      path: '/',
      httpOnly: true,
      secure: this.#secure,
      sameSite: 'strict',
    } as const
    return { [this.#name]: { ...attributes, value, maxAge } }
  }
}
