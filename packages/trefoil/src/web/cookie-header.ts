import type { QueryPairs } from './query.ts'
import { allHeaders, isToken, type RawHeaders } from './raw-headers.ts'

/** The language's own: a subclass's text could add attributes. */
const utcText: () => string = Date.prototype.toUTCString

/**
 * The cookies of one request. Taken apart when first asked for and once for all who ask: a client may
 * send as many as fit a head, and an action may have as many parameters that are cookies. Reading
 * never fails; malformed pairs are skipped, values are verbatim.
 */
export class SentCookies {
  readonly #raw: RawHeaders
  /** Names and values in turn. */
  #pairs: readonly string[] | null = null

  constructor(raw: RawHeaders) {
    this.#raw = raw
  }

  /** The value that counts where one may (BIND-10): the last one. */
  last(name: string): string | undefined {
    return this.all(name).at(-1)
  }

  /** Every value sent under a name, in order. */
  all(name: string): readonly string[] {
    const pairs = this.#read()
    const found: string[] = []
    for (let index = 0; index < pairs.length; index += 2) {
      if (pairs[index] === name) found.push(pairs[index + 1] as string)
    }
    return found
  }

  /** All of them, in order. */
  list(): QueryPairs {
    const pairs = this.#read()
    const list: [string, string][] = []
    for (let index = 0; index < pairs.length; index += 2) {
      list.push([pairs[index] as string, pairs[index + 1] as string])
    }
    return list
  }

  #read(): readonly string[] {
    this.#pairs ??= pairsOf(allHeaders(this.#raw, 'cookie').join('; '))
    return this.#pairs
  }
}

function pairsOf(header: string): readonly string[] {
  const pairs: string[] = []
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals !== -1) pairs.push(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim())
  }
  return pairs
}

/** Attributes for {@link formatSetCookie}; see the contract's CookieOptions for their meaning. */
export interface SetCookie {
  readonly maxAge?: number
  readonly expires?: Date
  readonly path?: string
  readonly domain?: string
  readonly secure?: boolean
  readonly httpOnly?: boolean
  readonly sameSite?: 'strict' | 'lax' | 'none'
  readonly partitioned?: boolean
}

const OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/
// A `;` would add attributes of the attacker's choice. Browsers put another path in the place of
// one without its slash, and drop a cookie whose domain is none: a login would not happen.
const PATH = /^\/[\x20-\x3a\x3c-\x7e]*$/
const DOMAIN = /^\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/i
/** Seconds; longer lives are cut by browsers (RFC 6265bis §5.5). */
const MAX_AGE_LIMIT = 400 * 24 * 60 * 60
/** Bytes of name and value together; browsers drop what is larger without a word. */
const MAX_PAIR = 4096
const MAX_ATTRIBUTE = 1024
const SAME_SITE = { strict: 'Strict', lax: 'Lax', none: 'None' } as const

/**
 * Writes a `Set-Cookie` value (RESP-5, RFC 6265bis): `Path=/; Secure; HttpOnly; SameSite=Lax`
 * unless said otherwise.
 *
 * @throws TypeError naming the part that is not valid, and the cookie; never what was given (FND-38)
 */
export function formatSetCookie(name: string, value: string, options: SetCookie = {}): string {
  const { path = '/', domain, maxAge, expires, secure = true, httpOnly = true } = options
  const { sameSite = 'lax' } = options
  if (!isToken(name)) throw new TypeError('A cookie name must be a token: letters, digits, - and _')
  if (typeof value !== 'string' || !OCTETS.test(value)) {
    throw new TypeError(
      `The value of cookie '${name}' must be text without spaces, quotes, commas and semicolons`,
    )
  }
  if (name.length + value.length > MAX_PAIR) {
    throw new TypeError(`Cookie '${name}' is larger than ${MAX_PAIR} bytes`)
  }
  if (typeof path !== 'string' || !PATH.test(path) || path.length > MAX_ATTRIBUTE) {
    throw new TypeError(`The path of cookie '${name}' must be text that begins with '/'`)
  }
  if (domain !== undefined && !isDomain(domain)) {
    throw new TypeError(`The domain of cookie '${name}' must be a host name`)
  }
  if (maxAge !== undefined && !Number.isInteger(maxAge)) {
    throw new TypeError(`maxAge of cookie '${name}' must be a whole number of seconds`)
  }
  if (expires !== undefined && !(expires instanceof Date && Number.isFinite(expires.getTime()))) {
    throw new TypeError(`expires of cookie '${name}' must be a valid date`)
  }
  if (!Object.hasOwn(SAME_SITE, sameSite)) {
    throw new TypeError(`sameSite of cookie '${name}' must be lax, strict or none`)
  }
  if (sameSite === 'none' && !secure) {
    throw new TypeError(`SameSite=None of cookie '${name}' requires the Secure attribute`)
  }
  if (options.partitioned === true && !secure) {
    throw new TypeError(`Partitioned of cookie '${name}' requires the Secure attribute`)
  }
  checkPrefix(name, { path, domain, secure, httpOnly })
  return [
    `${name}=${value}`,
    maxAge === undefined ? '' : `Max-Age=${Math.min(maxAge, MAX_AGE_LIMIT)}`,
    expires === undefined ? '' : `Expires=${utcText.call(expires)}`,
    `Path=${path}`,
    domain === undefined ? '' : `Domain=${domain}`,
    secure ? 'Secure' : '',
    httpOnly ? 'HttpOnly' : '',
    `SameSite=${SAME_SITE[sameSite]}`,
    options.partitioned === true ? 'Partitioned' : '',
  ]
    .filter((part) => part !== '')
    .join('; ')
}

function isDomain(text: unknown): boolean {
  return typeof text === 'string' && DOMAIN.test(text) && text.length <= MAX_ATTRIBUTE
}

/**
 * Browsers drop a cookie whose name promises more than its attributes keep, so a login would
 * silently not happen. They compare the prefix without regard to case, and so does this.
 */
function checkPrefix(
  name: string,
  attributes: { path: string; domain: string | undefined; secure: boolean; httpOnly: boolean },
): void {
  const { path, domain, secure, httpOnly } = attributes
  const prefix = /^__(?:host-http|host|secure|http)-/.exec(name.toLowerCase())?.[0]
  if (prefix === undefined) return
  if (!secure) throw new TypeError(`Cookie '${name}' requires the Secure attribute`)
  if (prefix.includes('http') && !httpOnly) {
    throw new TypeError(`Cookie '${name}' requires the HttpOnly attribute`)
  }
  if (prefix.startsWith('__host-') && (path !== '/' || domain !== undefined)) {
    throw new TypeError(`Cookie '${name}' requires Path=/ and no Domain`)
  }
}

/** Writes a `Set-Cookie` value that removes a cookie (RESP-7). */
export function formatDeleteCookie(name: string, options: SetCookie = {}): string {
  return formatSetCookie(name, '', { ...options, maxAge: 0, expires: new Date(0) })
}

/** @returns why browsers would refuse a cookie of that name and these attributes; `null` where they take it */
export function whyNoCookie(name: string, attributes: SetCookie): string | null {
  try {
    formatSetCookie(name, '', attributes)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : 'browsers refuse it'
  }
}
