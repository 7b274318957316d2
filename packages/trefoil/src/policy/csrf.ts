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
 * Only ambient credentials are at risk: cookies, or merely standing in the right network. With an
 * `Authorization` header, which no other site can set, the call passes.
 */
export function decideCsrf(facts: CsrfFacts, options: CsrfOptions): Problem | undefined {
  const { method, raw, isOpen } = facts
  if (SAFE.has(method)) return undefined
  const hasCookie = firstHeader(raw, 'cookie') !== undefined
  if (!hasCookie && !isOpen) return undefined
  if (firstHeader(raw, 'authorization') !== undefined) return undefined
  const site = firstHeader(raw, 'sec-fetch-site')
  const origin = firstHeader(raw, 'origin')
  if (site === 'same-origin' || site === 'none') return undefined
  if (origin !== undefined && isTrusted(origin, facts, options, hasCookie)) return undefined
  if (site === undefined && origin === undefined) {
    return hasCookie ? decideToken(raw, options) : undefined
  }
  return refuse('csrf_refused')
}

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
  return !browserSaysOther && origin === `${scheme}://${host}`
}

function decideToken(raw: RawHeaders, { requireToken = false }: CsrfOptions): Problem | undefined {
  if (!requireToken) return undefined
  const cookie = readCookie(allHeaders(raw, 'cookie').join('; '), 'csrf_token')
  const header = firstHeader(raw, 'x-csrf-token')
  if (cookie === undefined || cookie === '' || header === undefined) return refuse('csrf_refused')
  return equalSecrets(cookie, header) ? undefined : refuse('csrf_refused')
}
