import { equalSecrets } from '../base/constant-time.ts'
import { type Problem, refuse } from '../contract/problem.ts'
import { readCookie } from '../web/cookie-header.ts'
import { allHeaders, firstHeader, type RawHeaders } from '../web/raw-headers.ts'

/** Protection of calls that a browser authenticates by itself, with cookies. */
export interface CsrfOptions {
  /** Other origins whose pages may make such calls. */
  readonly trustedOrigins?: readonly string[]
  /**
   * For browsers too old to say where a request comes from: require the header `x-csrf-token` to
   * equal the cookie `csrf_token`. Default false: such a request passes.
   */
  readonly requireToken?: boolean
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** What the decision needs to know about a request. */
export interface CsrfFacts {
  readonly method: string
  readonly raw: RawHeaders
  readonly scheme: 'http' | 'https'
  /** Host name and port as accepted by the edge. */
  readonly host: string
}

/**
 * Refuses a state-changing call that another site makes through a visitor's browser (HTTP-8).
 * Only ambient credentials are at risk: without cookies, or with an `Authorization` header that
 * no other site can set, the call passes.
 */
export function decideCsrf(facts: CsrfFacts, options: CsrfOptions): Problem | undefined {
  const { method, raw } = facts
  if (SAFE.has(method) || firstHeader(raw, 'cookie') === undefined) return undefined
  if (firstHeader(raw, 'authorization') !== undefined) return undefined
  const site = firstHeader(raw, 'sec-fetch-site')
  const origin = firstHeader(raw, 'origin')
  if (site === 'same-origin' || site === 'none') return undefined
  if (origin !== undefined && isTrusted(origin, facts, options, site !== undefined))
    return undefined
  if (site === undefined && origin === undefined) return decideToken(raw, options)
  return refuse('csrf_refused')
}

/**
 * @param browserSaysOther true when Fetch-Metadata named another site: the Origin then cannot be
 * our own, whatever it says
 */
function isTrusted(
  origin: string,
  { scheme, host }: CsrfFacts,
  options: CsrfOptions,
  browserSaysOther: boolean,
): boolean {
  if (options.trustedOrigins?.includes(origin) === true) return true
  return !browserSaysOther && origin === `${scheme}://${host}`
}

function decideToken(raw: RawHeaders, { requireToken = false }: CsrfOptions): Problem | undefined {
  if (!requireToken) return undefined
  const cookie = readCookie(allHeaders(raw, 'cookie').join('; '), 'csrf_token')
  const header = firstHeader(raw, 'x-csrf-token')
  if (cookie === undefined || cookie === '' || header === undefined) return refuse('csrf_refused')
  return equalSecrets(cookie, header) ? undefined : refuse('csrf_refused')
}
