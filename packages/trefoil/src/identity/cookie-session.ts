import { type Clock, systemClock } from '../base/clock.ts'
import { canonicalJson } from '../base/json/canonical-json.ts'
import { deepFreeze } from '../base/plain/freeze.ts'
import { freezeClass } from '../base/plain/freeze-class.ts'
import { isPlain } from '../base/plain/is-plain.ts'
import type { CookieOptions } from '../contract/answer/cookie-options.ts'
import type { CallCookies } from '../contract/call/call-cookies.ts'
import { formatDeleteCookie, formatSetCookie } from '../web/cookie-header.ts'
import { CookieSigner } from './cookie-signer.ts'
import type { KeyRing } from './key-ring.ts'

/**
 * Values of one visitor, kept in a signed cookie: who holds the cookie can read them, but not
 * change them. Nothing is kept on the server, so an older cookie stays valid until it expires.
 */
export interface CookieSession<Data extends object = Record<string, unknown>> {
  /** The value, frozen; `undefined` when there is none. */
  get<Key extends keyof Data & string>(key: Key): Data[Key] | undefined
  /**
   * Keeps a value that has a JSON form.
   *
   * @throws TypeError when it has none, or the cookie would become larger than browsers keep
   */
  set<Key extends keyof Data & string>(key: Key, value: Data[Key]): void
  delete(key: keyof Data & string): void
  /** Forgets everything; the browser deletes the cookie. */
  clear(): void
  /** Sends the cookie again, so that its lifetime begins anew. Does nothing without values. */
  renew(): void
}

/** Everything about the cookie, after checking. */
export interface SessionCookie {
  readonly keys: KeyRing
  readonly name: string
  /** Seconds. */
  readonly maxAge: number
  readonly attributes: Pick<CookieOptions, 'path' | 'domain' | 'secure' | 'sameSite'>
  readonly clock?: Clock
}

type Values = ReadonlyMap<string, unknown>

/** Makes the function that opens the session of a call. */
export function sessionOpener(
  cookie: SessionCookie,
): (cookies: CallCookies) => CookieSession<Record<string, unknown>> {
  const codec = new SessionCodec(cookie)
  return (cookies) => new SignedSession(codec, cookies)
}

/** Values to cookie text and back. */
class SessionCodec {
  readonly name: string
  readonly #cookie: SessionCookie
  readonly #signer: CookieSigner
  /** A cookie signed for another path or domain is not one of this session. */
  readonly #scope: { readonly path?: string; readonly domain?: string }

  constructor(cookie: SessionCookie) {
    const { path = '/', domain } = cookie.attributes
    this.name = cookie.name
    this.#cookie = cookie
    this.#scope = domain === undefined ? { path } : { path, domain }
    // The name is part of the purpose, so that one session's cookie never opens as another's.
    this.#signer = new CookieSigner(cookie.keys, {
      salt: `trefoil.session.${cookie.name}`,
      clock: cookie.clock ?? systemClock,
    })
  }

  /** Values of a cookie; none when it is absent, forged, expired or malformed. */
  open(text: string | undefined): Values {
    const data = text === undefined ? undefined : this.#signer.open(text, this.#scope)?.['data']
    if (typeof data !== 'object' || data === null || Array.isArray(data)) return new Map()
    return new Map(Object.entries(deepFreeze(data)))
  }

  /** @throws TypeError for a cookie larger than browsers keep */
  write(values: Values): string {
    const { maxAge, attributes } = this.#cookie
    const data = Object.fromEntries(values)
    const sealed = this.#signer.seal({ data }, { ...this.#scope, expiresIn: `${maxAge}s` })
    return formatSetCookie(this.name, sealed, { ...attributes, maxAge })
  }

  writeDeletion(): string {
    return formatDeleteCookie(this.name, this.#cookie.attributes)
  }
}

class SignedSession implements CookieSession<Record<string, unknown>> {
  readonly #codec: SessionCodec
  readonly #cookies: CallCookies
  readonly #wasSent: boolean
  #values: Values

  constructor(codec: SessionCodec, cookies: CallCookies) {
    const text = cookies.read(codec.name)
    this.#codec = codec
    this.#cookies = cookies
    this.#wasSent = text !== undefined
    this.#values = codec.open(text)
    Object.freeze(this)
  }

  get(key: string): unknown {
    return this.#values.get(key)
  }

  set(key: string, value: unknown): void {
    const copy = plainCopy(key, value)
    if (this.#values.has(key) && canonicalJson(this.#values.get(key)) === canonicalJson(copy)) {
      return
    }
    this.#replace(new Map(this.#values).set(key, copy))
  }

  delete(key: string): void {
    if (!this.#values.has(key)) return
    this.#replace(new Map([...this.#values].filter(([kept]) => kept !== key)))
  }

  clear(): void {
    // A cookie that did not open is deleted too.
    if (this.#values.size > 0 || this.#wasSent) this.#replace(new Map())
  }

  renew(): void {
    if (this.#values.size > 0) this.#replace(this.#values)
  }

  /** Written first: a session that does not fit into its cookie keeps the values it had. */
  #replace(values: Values): void {
    const { name } = this.#codec
    if (values.size > 0) this.#cookies.write(name, this.#codec.write(values))
    else this.#cookies.write(name, this.#wasSent ? this.#codec.writeDeletion() : null)
    this.#values = values
  }
}

// Handlers and authenticators hold one: whoever could replace its `get` would log everybody in.
freezeClass(SignedSession)

/**
 * What the next request will read, so that this one reads the same.
 *
 * @throws TypeError for what JSON would change without a word
 */
function plainCopy(key: string, value: unknown): unknown {
  let text: string | undefined
  try {
    text = JSON.stringify(value, refuseLoss) as string | undefined
  } catch (error) {
    throw new TypeError(`The session value '${key}' has no JSON form`, { cause: error })
  }
  if (text === undefined) throw new TypeError(`The session value '${key}' has no JSON form`)
  const copy: unknown = JSON.parse(text)
  return deepFreeze(copy)
}

/** A map would come back empty, and NaN as null. What has a `toJSON` has spoken by now. */
function refuseLoss(_name: string, value: unknown): unknown {
  const type = typeof value
  if (type === 'function' || type === 'symbol' || (type === 'number' && !Number.isFinite(value))) {
    throw new TypeError(`A ${type} has no JSON form`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if (!isPlain(value)) throw new TypeError('An instance of a class has no JSON form')
  return value
}
