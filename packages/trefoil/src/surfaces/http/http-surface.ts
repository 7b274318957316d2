import type { Clock } from '../../base/clock.ts'
import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { AccessLog } from '../../contract/access-event.ts'
import type { Action } from '../../contract/action.ts'
import type { Exchange, HttpReply } from '../../contract/exchange.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { Problem, refuse } from '../../contract/problem.ts'
import type { Endpoint } from '../../contract/surface.ts'
import type { PerSurface, SurfaceName } from '../../contract/surface-name.ts'
import type { Plan } from '../../engine/plan.ts'
import { run } from '../../engine/run.ts'
import { RunningCall } from '../../engine/running-call.ts'
import { toProblem } from '../../engine/settle.ts'
import { failStream } from '../../engine/stream.ts'
import { type CsrfOptions, decideCsrf } from '../../policy/csrf.ts'
import type { Edge } from '../../policy/edge.ts'
import { type Origin, type ProxyPolicy, resolveOrigin } from '../../policy/proxies.ts'
import { acceptRequestId } from '../../record/request-id.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import { parseTarget, type Target } from '../../web/target.ts'
import { AccessRecord } from './access-record.ts'
import type { BodyLimits } from './body-limits.ts'
import { type BrowserPolicy, joinCors, withCors } from './browser-policy.ts'
import type { Compression } from './compression-options.ts'
import { encodeProblem, encodeValue } from './encode.ts'
import { endpointAnswer, endpointRefusal } from './endpoint-answer.ts'
import { headerOf, setHeader, withoutHeaders } from './header-list.ts'
import { HttpInbound } from './http-inbound.ts'
import { LoadGate } from './load-gate.ts'
import { createMatcher, type Mount } from './match.ts'
import {
  compileRouteHeaders,
  headersOfEveryAnswer,
  overrideHeaders,
  type RouteHeaders,
  replaceIn,
  wantsNonce,
  withNonce,
} from './response-headers.ts'
import { shapeReply } from './shape-reply.ts'
import type { Visit } from './visit.ts'
import { withCookies } from './with-cookies.ts'

/** What a path leads to: an action, or an endpoint of another surface. */
export type HttpTarget =
  | { readonly kind: 'action'; readonly plan: Plan }
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }

export interface HttpSurfaceOptions {
  readonly mounts: readonly Mount<HttpTarget>[]
  readonly edge: Edge
  /** `null`: no peer may speak for another. */
  readonly proxies: ProxyPolicy | null
  /** Header names and values in turn, by the scheme of the request. */
  readonly headers: Readonly<Record<'http' | 'https', readonly string[]>>
  readonly browser: BrowserPolicy | null
  /** `null`: cookies authenticate nobody. */
  readonly csrf: CsrfOptions | null
  /** Surfaces that authenticate nobody. */
  readonly isOpen: PerSurface
  readonly requestIdHeader: string | null
  readonly bodyLimits: BodyLimits
  /** `null`: answers are sent as they are. */
  readonly compression: Compression | null
  /** Requests in flight; `null` for any number. */
  readonly maxInFlight: number | null
  readonly accessLog: AccessLog | null
  readonly nextId: () => string
  readonly clock: Clock
}

/**
 * Answers one request; never rejects.
 *
 * @param refusal for a request that the transport has to refuse: it gets the headers, the id and
 * the record of every other
 */
export type HttpHandler = (exchange: Exchange, refusal?: Problem) => Awaitable<HttpReply>

/** Makes the one code path behind `serve` and `app.fetch`. */
export function createHttpSurface(options: HttpSurfaceOptions): HttpHandler {
  const { edge, proxies, browser, csrf, requestIdHeader, bodyLimits } = options
  const { accessLog, nextId, clock, compression, isOpen } = options
  const find = createMatcher(options.mounts)
  const gate = options.maxInFlight === null ? null : new LoadGate(options.maxInFlight)
  const headers = {
    http: headersOfEveryAnswer(options.headers.http, requestIdHeader),
    https: headersOfEveryAnswer(options.headers.https, requestIdHeader),
  }
  const appType = headerOf(options.headers.http, 'content-type')
  const setsCaching = headerOf(options.headers.http, 'cache-control') !== undefined
  const routeHeaders = headersOfRoutes(options)
  const hasNonce = wantsNonce(headers.http) || wantsNonce(headers.https)

  return (exchange, refusal) => {
    const visit = receive(exchange)
    const reply = refusal === undefined ? answer(visit) : refusedEarly(visit, refusal)
    if (visit.record === null && browser === null) return reply
    const complete = (late: HttpReply) => finish(visit, late)
    return isPromiseLike(reply) ? reply.then(complete) : complete(reply)
  }

  function receive(exchange: Exchange): Visit {
    const raw = exchange.rawHeaders
    const { encrypted } = exchange
    const origin =
      proxies === null
        ? new DirectOrigin(exchange, encrypted)
        : resolveOrigin(exchange.peerAddress, encrypted, raw, proxies)
    const sent = requestIdHeader === null ? undefined : firstHeader(raw, requestIdHeader)
    const requestId = acceptRequestId(sent) ?? nextId()
    const nonce = hasNonce ? nextId() : ''
    return {
      exchange,
      origin,
      requestId,
      base: baseHeaders(headers[origin.scheme], requestId, nonce),
      nonce,
      record: accessLog === null ? null : new AccessRecord(exchange, origin, requestId, clock),
      preflightAnswered: false,
    }
  }

  function baseHeaders(set: readonly string[], requestId: string, nonce: string): string[] {
    const base = hasNonce ? withNonce(set, nonce) : set.slice()
    if (requestIdHeader !== null) base.push(requestIdHeader, requestId)
    return base
  }

  function finish(visit: Visit, reply: HttpReply): HttpReply {
    const { exchange, record } = visit
    const cors = browser?.corsFor(parseTarget(exchange.target)?.path ?? '') ?? null
    const complete =
      cors === null || visit.preflightAnswered ? reply : withCors(reply, cors, exchange.rawHeaders)
    return record === null || accessLog === null ? complete : record.send(complete, accessLog)
  }

  function refused({ exchange, requestId, base }: Visit, problem: Problem): HttpReply {
    return encodeProblem(problem, requestId, exchange.rawHeaders, base, requestIdHeader)
  }

  /** A refusal that came before anybody looked where the request was going. */
  function refusedEarly(visit: Visit, problem: Problem): HttpReply {
    // What asks for another host, or for a place outside the app, asks for no path of ours.
    if (problem.code === 'INVALID_HOST' || problem.code === 'not_found') {
      return refused(visit, problem)
    }
    const { method, target } = visit.exchange
    const path = parseTarget(target)?.path
    const match = path === undefined ? null : find(method, path)
    return match?.kind === 'found'
      ? refusedAt(visit, match.target, problem)
      : refused(visit, problem)
  }

  function refusedAt(visit: Visit, target: HttpTarget, problem: Problem): HttpReply {
    return target.kind === 'endpoint'
      ? endpointRefusal(visit, target.endpoint, problem)
      : refused(visit, problem)
  }

  function answer(visit: Visit): Awaitable<HttpReply> {
    const { exchange, origin, base } = visit
    const { method, rawHeaders } = exchange
    const head = edge(rawHeaders, exchange.inProcess, origin.host)
    if (head instanceof Problem) return refusedEarly(visit, head)
    const overload = gate?.admit(exchange)
    if (overload !== undefined) return refusedEarly(visit, overload)
    if (exchange.target === '*' && method === 'OPTIONS') {
      return { status: 204, headers: base.slice(), body: null }
    }
    const target = parseTarget(exchange.target)
    if (target === null) return refused(visit, refuse('invalid_path'))
    const cors = browser?.corsFor(target.path)
    if (cors?.isPreflight(method, rawHeaders) === true) {
      visit.preflightAnswered = true
      const granted = joinCors(base, cors.preflightHeaders(rawHeaders))
      return { status: 204, headers: granted, body: null }
    }
    const match = find(method, target.path)
    if (match.kind === 'missing') {
      return refused(visit, refuse('not_found', { detail: `Not found: ${target.path}` }))
    }
    if (match.kind === 'method') return methodAnswer(visit, match.allow)
    if (csrf !== null && method !== 'GET') {
      const facts = {
        method,
        raw: rawHeaders,
        scheme: origin.scheme,
        host: head.host,
        isOpen: isOpen[surfaceOf(match.target)],
        corsAllows: (page: string) => cors?.grants(page) ?? 'no',
      }
      const forged = decideCsrf(facts, csrf)
      if (forged !== undefined) return refusedAt(visit, match.target, forged)
    }
    return match.target.kind === 'endpoint'
      ? endpointAnswer(visit, match.target.endpoint, target, head.host, compression)
      : actionAnswer(visit, match.target.plan, target, match.params, head.host)
  }

  /** HEAD and OPTIONS need no code of their own in an app (W-28). */
  function methodAnswer(visit: Visit, allow: readonly string[]): HttpReply {
    const header = allow.join(', ')
    if (visit.exchange.method === 'OPTIONS') {
      return { status: 204, headers: setHeader(visit.base, 'allow', header), body: null }
    }
    return refused(visit, refuse('method_not_allowed', { headers: { allow: header } }))
  }

  function actionAnswer(
    visit: Visit,
    plan: Plan,
    target: Target,
    params: Readonly<Record<string, string>>,
    host: string,
  ): Awaitable<HttpReply> {
    const { exchange, origin, requestId, record } = visit
    if (record !== null) record.action = plan.action.name
    const inbound = new HttpInbound(exchange, target, params, host, origin, bodyLimits, visit.nonce)
    const call = new RunningCall(plan, inbound, 'server', requestId)
    const outcome = run(call)
    return isPromiseLike(outcome)
      ? outcome.then((late) => encode(visit, call, late))
      : encode(visit, call, outcome)
  }

  function encode(visit: Visit, call: RunningCall, outcome: Outcome): Awaitable<HttpReply> {
    const { action } = call['~plan']
    const cookies = call['~cookieExchange']
    // What an authenticated caller is answered is nobody else's: no cache may keep it (HTTP-5).
    // What was made out of somebody's cookies is that somebody's too.
    const personal = call.auth !== null || cookies !== null
    if (personal) {
      if (setsCaching) replaceIn(visit.base, 'cache-control', 'no-store')
      else visit.base.push('cache-control', 'no-store')
    }
    const own = action.headers === null ? undefined : routeHeaders.get(action)
    const base = own === undefined ? visit.base : overrideHeaders(visit.base, own)
    const type = own?.contentType === undefined ? appType : own.contentType
    const raw = visit.exchange.rawHeaders
    if (!outcome.ok) {
      const refusal = encodeProblem(outcome.problem, visit.requestId, raw, base, requestIdHeader)
      return withCookies(refusal, cookies)
    }
    try {
      const { reply } = outcome
      const { value } = outcome
      const { status, answers } = action
      const bare = encodeValue(value, reply, status, base, type, requestIdHeader, answers)
      const encoded = withCookies(bare, cookies)
      if (reply === null && compression === null) return encoded
      const { method } = visit.exchange
      return shapeReply(encoded, reply, { method, raw, authenticated: personal, compression })
    } catch (error) {
      // Nobody is going to read it, and it may hold dependencies open.
      void failStream(outcome.value, error)
      // The answer that did not come about has taken the list over, and its type is not this one's.
      const clean = withoutHeaders(base, (name) => name === 'content-type')
      return encodeProblem(toProblem(call, error), visit.requestId, raw, clean, requestIdHeader)
    }
  }
}

function headersOfRoutes({
  mounts,
  requestIdHeader,
}: HttpSurfaceOptions): ReadonlyMap<Action, RouteHeaders> {
  const compiled = new Map<Action, RouteHeaders>()
  for (const { target } of mounts) {
    if (target.kind === 'endpoint' || target.plan.action.headers === null) continue
    const { action } = target.plan
    compiled.set(action, compileRouteHeaders(action.headers ?? {}, requestIdHeader))
  }
  return compiled
}

function surfaceOf(target: HttpTarget): SurfaceName {
  return target.kind === 'endpoint' ? target.endpoint.surface : target.plan.surface
}

/** The peer speaks for itself. Its address is asked of the socket only when somebody wants it. */
class DirectOrigin implements Origin {
  readonly scheme: 'http' | 'https'
  readonly host = null
  readonly #exchange: Exchange

  constructor(exchange: Exchange, encrypted: boolean) {
    this.#exchange = exchange
    this.scheme = encrypted ? 'https' : 'http'
  }

  get clientAddress(): string | null {
    return this.#exchange.peerAddress
  }
}
