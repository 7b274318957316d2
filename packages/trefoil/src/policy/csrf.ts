import { equalSecrets } from '../base/constant-time.ts'
import { checkOptionNames, type OptionNames } from '../contract/option-names.ts'
import { checkFlag, checkRecord } from '../contract/option-values.ts'
import { ImproperlyConfigured, type Problem, refuse } from '../contract/problem.ts'
import { SentCookies } from '../web/cookie-header.ts'
import { sameHost } from '../web/host.ts'
import { originMistake } from '../web/origin.ts'
import { firstHeader, type RawHeaders } from '../web/raw-headers.ts'

/** Protection of calls that a browser authenticates by itself, with cookies. */
export interface CsrfOptions {
  /** Other origins whose pages may make such calls, such as `https://app.example.com`. */
  readonly trustedOrigins?: readonly string[]
  /**
   * For browsers too old to say where a request comes from: require the header `x-csrf-token` to
   * equal the cookie `csrf_token`. Default false: such a request passes.
   */
  readonly requireToken?: boolean
}

const CSRF_OPTIONS: OptionNames<CsrfOptions> = { trustedOrigins: true, requireToken: true }

/**
 * Checks the option `csrf`; `null` when it is off.
 *
 * @throws ImproperlyConfigured naming the option (APP-7, APP-12)
 */
export function readCsrf(given: unknown): CsrfOptions | null {
  if (given === false) return null
  if (given === undefined) return {}
  checkRecord('csrf', given, 'an object of options, or false for no protection')
  const options = given as CsrfOptions
  checkOptionNames('csrf', options, CSRF_OPTIONS)
  checkFlag('csrf.requireToken', options.requireToken)
  const { trustedOrigins = [] } = options
  // Text instead of the list would let in every origin that is a part of it.
  if (!Array.isArray(trustedOrigins) || trustedOrigins.some((item) => typeof item !== 'string')) {
    throw new ImproperlyConfigured('csrf.trustedOrigins must be a list of strings')
  }
  for (const origin of trustedOrigins) {
    const mistake = originMistake(origin)
    if (mistake !== null) throw new ImproperlyConfigured(`csrf.trustedOrigins: ${mistake}`)
  }
  return options
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** What the decision needs to know about a request. */
export interface CsrfFacts {
  readonly method: string
  readonly raw: RawHeaders
  readonly scheme: 'http' | 'https'
  /** Host name and port as accepted by the edge. */
  readonly host: string
  /**
   * True when the surface authenticates nobody: then being able to reach the server is the
   * credential, and every visitor's browser has it.
   */
  readonly isOpen: boolean
  /** True when CORS lets pages of this origin in: exactly, or like everybody. */
  readonly corsAllows: (origin: string) => 'exactly' | 'everybody' | 'no'
}

/**
 * Refuses a state-changing call that another site makes through a visitor's browser (HTTP-8).
 * Only ambient credentials are at risk: cookies, or merely standing in the right network. With a
 * bearer token, which no other site can add, the call passes; a password that the browser keeps
 * for this server (Basic, Digest, Negotiate) it adds by itself, as it does cookies (SW-33).
 */
export function decideCsrf(facts: CsrfFacts, options: CsrfOptions): Problem | undefined {
  const { method, raw, isOpen } = facts
  if (SAFE.has(method)) return undefined
  const hasCookie = firstHeader(raw, 'cookie') !== undefined
  if (!hasCookie && !isOpen) return undefined
  if (BEARER.test(firstHeader(raw, 'authorization') ?? '')) return undefined
  const site = firstHeader(raw, 'sec-fetch-site')
  const origin = firstHeader(raw, 'origin')
  if (site === 'same-origin' || site === 'none') return undefined
  if (origin !== undefined && isTrusted(origin, facts, options, hasCookie)) return undefined
  if (site === undefined && origin === undefined) {
    return hasCookie ? decideToken(raw, options) : undefined
  }
  return refuse('csrf_refused')
}

const BEARER = /^bearer +[^\s]/i

function isTrusted(
  origin: string,
  { raw, scheme, host, corsAllows }: CsrfFacts,
  options: CsrfOptions,
  hasCookie: boolean,
): boolean {
  if (options.trustedOrigins?.includes(origin) === true) return true
  const granted = corsAllows(origin)
  if (granted === 'exactly' || (granted === 'everybody' && !hasCookie)) return true
  // When Fetch-Metadata named another site, the Origin cannot be our own, whatever it says.
  const browserSaysOther = firstHeader(raw, 'sec-fetch-site') !== undefined
  return !browserSaysOther && isOwnOrigin(origin, scheme, host)
}

/** `Host: Shop.example.:443` and `Origin: https://shop.example` are one place. */
function isOwnOrigin(origin: string, scheme: 'http' | 'https', host: string): boolean {
  const start = `${scheme}://`
  return origin.startsWith(start) && sameHost(origin.slice(start.length), host, scheme)
}

function decideToken(raw: RawHeaders, { requireToken = false }: CsrfOptions): Problem | undefined {
  if (!requireToken) return undefined
  const cookie = new SentCookies(raw).last('csrf_token')
  const header = firstHeader(raw, 'x-csrf-token')
  if (cookie === undefined || cookie === '' || header === undefined) return refuse('csrf_refused')
  return equalSecrets(cookie, header) ? undefined : refuse('csrf_refused')
}
