import { equalSecrets } from '../base/constant-time.ts'
import { flag, list } from '../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../contract/options/option-rows.ts'
import { type Problem, refuse } from '../contract/problems/problem.ts'
import { SentCookies } from '../web/cookie-header.ts'
import { isOriginOf, originMistake } from '../web/origin.ts'
import { firstHeader, type RawHeaders } from '../web/raw-headers.ts'
import { type CallerRule, carriesAmbient, showsOwnCredential } from './caller-rule.ts'
import type { Cors } from './cors.ts'

/** Protection of calls that a browser authenticates by itself, as with cookies or a password it keeps. */
export interface CsrfOptions {
  /** Other origins whose pages may make such calls, such as `https://app.example.com`. Default none. */
  readonly trustedOrigins?: readonly string[]
  /**
   * For browsers too old to say where a request comes from: require the header `x-csrf-token` to
   * equal the cookie `csrf_token`. Default false: such a request passes.
   */
  readonly requireToken?: boolean
}

/** {@link CsrfOptions} after reading. */
export type CsrfValues = Values<CsrfOptions>

/** The rows of {@link CsrfOptions}. */
export const CSRF: OptionGroup<CsrfOptions, CsrfValues> = {
  name: 'browser.csrf',
  prefix: 'TREFOIL_BROWSER_CSRF',
  rows: {
    trustedOrigins: {
      read: list(originMistake),
      default: [],
      variable: true,
      doc: 'Other origins whose pages may make such calls, such as `https://app.example.com`.',
    },
    requireToken: {
      read: flag,
      default: false,
      variable: true,
      doc: 'For browsers too old to say where a request comes from: the header `x-csrf-token` has to equal the cookie `csrf_token`.',
    },
  },
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** What the decision needs to know about a request. */
export interface CsrfFacts {
  readonly method: string
  readonly raw: RawHeaders
  readonly scheme: 'http' | 'https'
  /** Host name and port as accepted by the edge. */
  readonly host: string
  readonly caller: CallerRule
  /** Whom the app lets read its answers; `null` for pages of its own origin alone. */
  readonly cors: Pick<Cors, 'grants'> | null
}

/**
 * Refuses a state-changing call that another site makes through a visitor's browser (HTTP-8,
 * FND-24). At risk is whatever such a call is authenticated by without the page knowing it:
 * cookies, a password that the browser keeps for this server (Basic, Digest, Negotiate), a client
 * certificate, an address, or merely standing in the right network. Only a header that no browser
 * adds by itself says that there is no such risk (SW-33).
 */
export function decideCsrf(facts: CsrfFacts, options: CsrfOptions): Problem | undefined {
  const { method, raw, caller } = facts
  if (SAFE.has(method)) return undefined
  const site = firstHeader(raw, 'sec-fetch-site')
  const origin = firstHeader(raw, 'origin')
  if (site === undefined && origin === undefined) {
    return options.requireToken === true ? decideToken(raw, caller) : undefined
  }
  if (site === 'same-origin' || site === 'none') return undefined
  if (showsOwnCredential(raw, caller)) return undefined
  const isAmbient = carriesAmbient(raw)
  if (!isAmbient && caller.unshown === 'nobody') return undefined
  if (origin !== undefined && isTrusted(origin, facts, options, isAmbient)) return undefined
  return refuse('csrf_refused')
}

function isTrusted(
  origin: string,
  { raw, scheme, host, caller, cors }: CsrfFacts,
  options: CsrfOptions,
  isAmbient: boolean,
): boolean {
  if (options.trustedOrigins?.includes(origin) === true) return true
  const granted = cors === null ? 'no' : cors.grants(origin)
  if (granted === 'exactly') return true
  // Everybody may call, but not as whoever sits in front of the browser.
  if (granted === 'everybody' && !isAmbient && caller.unshown !== 'somebody') return true
  // When Fetch-Metadata named another site, the Origin cannot be our own, whatever it says.
  const browserSaysOther = firstHeader(raw, 'sec-fetch-site') !== undefined
  return !browserSaysOther && isOriginOf(origin, scheme, host)
}

/** For browsers too old to say where a request comes from. */
function decideToken(raw: RawHeaders, caller: CallerRule): Problem | undefined {
  if (firstHeader(raw, 'cookie') === undefined || showsOwnCredential(raw, caller)) return undefined
  const cookie = new SentCookies(raw).last('csrf_token')
  const header = firstHeader(raw, 'x-csrf-token')
  if (cookie === undefined || cookie === '' || header === undefined) return refuse('csrf_refused')
  return equalSecrets(cookie, header) ? undefined : refuse('csrf_refused')
}
