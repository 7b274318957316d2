import type { Clock } from '../../base/clock.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { type ParsedCookie, parseSetCookie } from './set-cookie.ts'

/** Where a request goes, as far as cookies care. */
export interface CookieOrigin {
  /** Host name in lower case, without port. */
  readonly host: string
  /** Path without query. */
  readonly path: string
  /** True over TLS, and for hosts a browser trusts without it. */
  readonly secure: boolean
}

/** A cookie the jar holds. */
export interface StoredCookie extends Omit<ParsedCookie, 'path'> {
  readonly domain: string
  /** True when sub-domains are not sent it. */
  readonly hostOnly: boolean
  readonly path: string
}

/** What {@link CookieJar.set} may say about a cookie. */
export interface JarCookieOptions {
  /** Default: the client's host, sub-domains excluded. */
  readonly domain?: string
  /** Default `/`. */
  readonly path?: string
  /** Default false. */
  readonly secure?: boolean
}

const SET_OPTIONS: OptionNames<JarCookieOptions> = { domain: true, path: true, secure: true }

/**
 * The cookies of a test client, kept and sent by the rules of RFC 6265bis (TEST-4, W-48): host
 * and domain, path, expiry, `Secure`, name prefixes. Every request counts as same-site. There
 * is no public-suffix list; a domain of one label is refused in its place.
 */
export class CookieJar {
  readonly #clock: Clock
  readonly #host: string
  /** In order of creation. */
  #cookies: StoredCookie[] = []

  constructor(clock: Clock, host: string) {
    this.#clock = clock
    this.#host = host
  }

  /** Value of the first live cookie of this name; `null` for none. */
  get(name: string): string | null {
    return this.list().find((cookie) => cookie.name === name)?.value ?? null
  }

  /** Cookies that have not expired, oldest first. */
  list(): readonly StoredCookie[] {
    this.#dropExpired()
    return [...this.#cookies]
  }

  /** Puts a cookie in by hand, as if it had been received earlier. @throws ImproperlyConfigured for an unknown option */
  set(name: string, value: string, options: JarCookieOptions = {}): void {
    checkOptionNames('cookies.set()', options, SET_OPTIONS)
    const { domain, path = '/', secure = false } = options
    this.#store({
      name,
      value,
      domain: domain ?? this.#host,
      hostOnly: domain === undefined,
      path,
      secure,
      expiresAt: null,
      httpOnly: false,
      sameSite: null,
    })
  }

  /** Removes every cookie of this name. */
  delete(name: string): void {
    this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name)
  }

  clear(): void {
    this.#cookies = []
  }

  /** Takes a `Set-Cookie` line in, or drops it as a browser would. */
  receive(line: string, origin: CookieOrigin): void {
    const parsed = parseSetCookie(line, this.#clock.now())
    if (parsed === null || !isAcceptable(parsed, origin)) return
    const cookie: StoredCookie = {
      ...parsed,
      domain: parsed.domain === '' ? origin.host : parsed.domain,
      hostOnly: parsed.domain === '',
      path: parsed.path ?? defaultPath(origin.path),
    }
    // Who can answer in plain text must not replace what was set over TLS.
    if (!origin.secure && this.#cookies.some((held) => held.secure && overlays(cookie, held))) {
      return
    }
    this.#store(cookie)
    this.#dropExpired()
  }

  /** The cookies for a request: longer paths first, then older ones. */
  matching(origin: CookieOrigin): readonly StoredCookie[] {
    return this.list()
      .filter(
        (cookie) =>
          (cookie.hostOnly
            ? cookie.domain === origin.host
            : domainMatches(origin.host, cookie.domain)) &&
          pathMatches(origin.path, cookie.path) &&
          (!cookie.secure || origin.secure),
      )
      .sort((left, right) => right.path.length - left.path.length)
  }

  #store(cookie: StoredCookie): void {
    const index = this.#cookies.findIndex(
      (held) =>
        held.name === cookie.name &&
        held.domain === cookie.domain &&
        held.hostOnly === cookie.hostOnly &&
        held.path === cookie.path,
    )
    // A cookie that is set again keeps its age.
    if (index === -1) this.#cookies.push(cookie)
    else this.#cookies[index] = cookie
  }

  #dropExpired(): void {
    const now = this.#clock.now()
    this.#cookies = this.#cookies.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
  }
}

function isAcceptable(cookie: ParsedCookie, { host, secure }: CookieOrigin): boolean {
  const { domain } = cookie
  if (domain !== '' && !domainMatches(host, domain)) return false
  if (domain !== '' && domain !== host && !domain.includes('.')) return false
  if (cookie.secure && !secure) return false
  if (cookie.sameSite === 'none' && !cookie.secure) return false
  // Without a name the value stands in its place, so it must not claim a prefix either.
  const prefixed = (cookie.name === '' ? cookie.value : cookie.name).toLowerCase()
  const isSecure = prefixed.startsWith('__secure-')
  const isHost = prefixed.startsWith('__host-')
  if (!isSecure && !isHost) return true
  if (cookie.name === '' || !cookie.secure) return false
  return isSecure || (domain === '' && cookie.path === '/')
}

function overlays(cookie: StoredCookie, held: StoredCookie): boolean {
  return (
    cookie.name === held.name &&
    (domainMatches(cookie.domain, held.domain) || domainMatches(held.domain, cookie.domain)) &&
    pathMatches(cookie.path, held.path)
  )
}

function domainMatches(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && !isAddress(host))
}

function isAddress(host: string): boolean {
  return /^[0-9.]+$/.test(host) || host.includes(':')
}

function pathMatches(path: string, cookiePath: string): boolean {
  if (path === cookiePath) return true
  return path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`)
}

/** The folder of the path that set the cookie. */
function defaultPath(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash <= 0 ? '/' : path.slice(0, slash)
}
