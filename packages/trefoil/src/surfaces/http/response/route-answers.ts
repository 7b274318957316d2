import type { HttpReply } from '../../../contract/answer/exchange.ts'
import type { Action } from '../../../contract/call/action.ts'
import type { ProblemPage } from '../../../contract/problems/problem-page.ts'
import type { CookieExchange } from '../../../engine/cookie-exchange.ts'
import { type HeaderChange, varyOn } from './header-list.ts'
import { compileRateHeaders, type RateHeaders, type ShowRates } from './rate-headers.ts'

/** What a route sets for its answers, worked out once. */
export interface RouteHeaders extends HeaderChange {
  /** Type of values instead of their own; `null`: none; `undefined`: as it is. */
  readonly contentType: string | null | undefined
}

/**
 * The type is kept apart: it is of the values that handlers return, and no problem document is
 * `text/html` because its route is. The id of a request is the framework's (OBS-1).
 */
function compileRouteHeaders(
  headers: Readonly<Record<string, string | null>>,
  requestIdHeader: string | null,
): RouteHeaders {
  const names = new Set<string>()
  const pairs: string[] = []
  let contentType: string | null | undefined
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'content-type') contentType = value
    if (name === 'content-type' || name === requestIdHeader) continue
    // Each `Set-Cookie` is a cookie of its own (SW-17).
    if (name !== 'set-cookie' || value === null) names.add(name)
    if (value !== null) pairs.push(name, value)
  }
  return { names, pairs, contentType }
}

/** What is known about the answers of a route before there is one. */
export interface RouteAnswers {
  /** `null` for a route that sets no header. */
  readonly sets: RouteHeaders | null
  /** True when they are made from what only its caller holds: a cookie, a key (HTTP-5, FND-26). */
  readonly isPersonal: boolean
  /** Request headers that they are made from, lower-case; none for what no cache keeps anyway. */
  readonly varies: readonly string[]
  /** `null` for a route without rates, or whose rates are told to nobody. */
  readonly showRates: ShowRates | null
  /** Shows refusals to people; `null`: as problem documents. */
  readonly problemPage: ProblemPage | null
}

export interface RouteAnswersOptions {
  readonly requestIdHeader: string | null
  /** Headers that carry credentials, lower-case. */
  readonly credentialHeaders: ReadonlySet<string>
  /** `Vary` of every answer of the app; `undefined` for none. */
  readonly vary: string | undefined
  readonly rateHeaders: RateHeaders
}

/** Methods whose answers caches keep without being told to (RFC 9111 §3). */
const KEPT: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** Works out what a route's answers have in common: from its parameters and from its headers. */
export function compileRouteAnswers(
  { method, params, headers, rates, problemPage }: Action,
  { requestIdHeader, credentialHeaders, vary, rateHeaders }: RouteAnswersOptions,
): RouteAnswers {
  const read = new Set<string>()
  for (const { source, wire } of params) {
    if (source === 'cookie') read.add('cookie')
    if (source === 'header') read.add(wire.toLowerCase())
  }
  const named = headers?.['vary'] === undefined ? vary : headers['vary']
  const isPersonal =
    [...read].some((name) => credentialHeaders.has(name)) || variesBy(named, credentialHeaders)
  return Object.freeze({
    sets: headers === null ? null : compileRouteHeaders(headers, requestIdHeader),
    isPersonal,
    varies: Object.freeze(method !== null && KEPT.has(method) ? [...read] : []),
    showRates: compileRateHeaders(rates, rateHeaders),
    problemPage,
  })
}

/** True when a `Vary` names one of these headers. */
export function variesBy(vary: string | null | undefined, headers: ReadonlySet<string>): boolean {
  if (vary === null || vary === undefined) return false
  return vary.split(',').some((name) => headers.has(name.trim().toLowerCase()))
}

/** An answer that says what it was made from, whatever `Vary` its maker chose. */
export function withVary(reply: HttpReply, varies: readonly string[]): HttpReply {
  if (varies.length === 0) return reply
  return { ...reply, headers: varies.reduce<readonly string[]>(varyOn, reply.headers) }
}

/**
 * The answer with the cookies that its call wrote. Like everything else a failed call did, they
 * are taken back with a 5xx.
 */
export function withCookies(reply: HttpReply, cookies: CookieExchange | null): HttpReply {
  if (cookies === null) return reply
  const written = cookies.take()
  if (written.length === 0 || reply.status >= 500) return reply
  const lines = written.flatMap((header) => ['set-cookie', header])
  return { ...reply, headers: [...reply.headers, ...lines] }
}
