import { isPromiseLike } from '../../base/promise.ts'
import type { Answer } from '../../contract/answer/answer.ts'
import type { Exchange, HttpHandler, HttpReply } from '../../contract/answer/exchange.ts'
import type { Logger } from '../../contract/call/logger.ts'
import { isStream } from '../../engine/answer/stream.ts'
import type { CallState } from '../../engine/call-state.ts'
import {
  type OnDisbelief,
  type Provenance,
  type ProxyPolicy,
  resolveProvenance,
} from '../../policy/proxies.ts'
import { acceptRequestId } from '../../record/request-id.ts'
import { TraceSource, type Tracing } from '../../record/trace-source.ts'
import { writeSafely } from '../../record/write-safely.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import { Arrival } from '../arrival.ts'
import { Ready, refuseVisit, type Surface, walk } from '../walk.ts'
import { HttpRecordSite } from './http-record-site.ts'
import type { BodyLimits } from './request/body-limits.ts'
import { HttpInbound } from './request/http-inbound.ts'
import { HttpVisit } from './request/visit.ts'
import type { Compression } from './response/compression-options.ts'
import { encodeAnswer, encodeProblem } from './response/encode.ts'
import { endpointRefusal, type FurtherVisits } from './response/endpoint-answer.ts'
import {
  headerOf,
  headersOfEveryAnswer,
  overrideHeaders,
  setInPlace,
  wantsNonce,
  withNonce,
  withoutHeaders,
} from './response/header-list.ts'
import { problemPageOf } from './response/problem-page.ts'
import { type RouteAnswers, variesBy, withCookies, withVary } from './response/route-answers.ts'
import { shapeReply } from './response/shape-reply.ts'
import { withCors } from './route/browser-policy.ts'
import { createFinder, createPathShower, type FinderOptions, type HttpFound } from './route/find.ts'
import { underMount } from './route/under-mount.ts'

export interface HttpSurfaceOptions extends FinderOptions {
  /** `null`: no peer may speak for another. */
  readonly proxies: ProxyPolicy | null
  readonly logger: Logger
  /** Header names and values in turn, by the scheme of the request. */
  readonly headers: Readonly<Record<'http' | 'https', readonly string[]>>
  readonly requestIdHeader: string | null
  readonly bodyLimits: BodyLimits
  /** Headers that carry credentials, lower-case. */
  readonly credentialHeaders: ReadonlySet<string>
  /** `null`: answers are sent as they are. */
  readonly compression: Compression | null
  readonly nextId: () => string
  /** `null`: calls have no trace. */
  readonly tracing: Tracing | null
}

/** Makes the one code path behind `serve` and `app.fetch`. */
export function createHttpSurface(options: HttpSurfaceOptions): HttpHandler {
  const {
    proxies,
    browser,
    requestIdHeader,
    recorder,
    compression,
    nextId,
    credentialHeaders,
    logger,
    tracing,
  } = options
  const { clock } = recorder
  const shown = createPathShower(options.mounts)
  const further: FurtherVisits = {
    begin: ({ exchange, provenance, arrival }) => {
      const trace = tracing === null ? null : new TraceSource(tracing, exchange.rawHeaders)
      const { requestId, surface, receivedAt } = arrival
      const next = new Arrival(requestId, nextId, 'server', surface, receivedAt, trace)
      return new HttpVisit(exchange, provenance, next, [], '')
    },
    end: watch,
  }
  const finder = createFinder(options, (visit, reply) => new Ready(finish(visit, reply)), further)
  const headers = {
    http: headersOfEveryAnswer(options.headers.http, requestIdHeader),
    https: headersOfEveryAnswer(options.headers.https, requestIdHeader),
  }
  const appType = headerOf(options.headers.http, 'content-type')
  const setsCaching = headerOf(options.headers.http, 'cache-control') !== undefined
  const hasNonce = wantsNonce(headers.http) || wantsNonce(headers.https)

  // Once: it is a mistake of the set-up, and every request of that proxy would say it again.
  let isTold = false
  const onDisbelief: OnDisbelief = (message) => {
    if (isTold) return
    isTold = true
    writeSafely(logger, 'warn', {}, message)
  }

  const surface: Surface<HttpVisit, HttpFound, HttpReply> = {
    find: finder.find,
    decode: (visit, { plan, target, params, host }) =>
      new HttpInbound(visit, plan.action, target, params, host, options.bodyLimits),
    encode: (visit, { answers }, state, answer) => {
      if (answer === null) throw new TypeError('There are no dry runs over HTTP')
      if (isPersonal(answers, state, answer)) personalise(visit)
      answers.showRates?.(visit.base, state)
      const own = answers.sets
      if (own !== null) visit.base = overrideHeaders(visit.base, own)
      const type = own?.contentType === undefined ? appType : own.contentType
      const bare = encodeAnswer(answer, visit.base, type, requestIdHeader)
      const encoded = withCookies(withVary(bare, answers.varies), state.cookies)
      if (answer.head === null && answer.content === null && compression === null) {
        return finish(visit, encoded)
      }
      const { method, rawHeaders: raw } = visit.exchange
      const authenticated = state.auth !== null || state.cookies !== null
      const caller = { authenticated, isPersonal: visit.isPersonal }
      const facts = { method, raw, ...caller, compression, clock }
      const wishes = {
        etag: answer.head?.etag ?? null,
        compress: answer.head?.compress ?? null,
        setsCaching: answer.head?.names.has('cache-control') ?? false,
        content: answer.content,
      }
      const shaped = shapeReply(encoded, wishes, facts)
      return isPromiseLike(shaped)
        ? shaped.then((late) => finish(visit, late))
        : finish(visit, shaped)
    },
    encodeProblem: (visit, problem, found) => {
      if (visit.endpoint !== null) return finish(visit, endpointRefusal(visit, problem))
      const { arrival, exchange } = visit
      found?.answers.showRates?.(visit.base, arrival.state)
      const page = problemPageOf(visit, problem, credentialHeaders, logger)
      const own = (page === null ? found?.answers : visit.answers)?.sets ?? null
      if (own !== null) visit.base = overrideHeaders(visit.base, own)
      // An answer that did not come about may have left its type there.
      const isClean = headerOf(visit.base, 'content-type') === undefined
      const base = isClean
        ? visit.base
        : withoutHeaders(visit.base, (name) => name === 'content-type')
      const raw = exchange.rawHeaders
      const refusal = encodeProblem(problem, arrival, raw, base, requestIdHeader, page)
      const varied = found === null ? refusal : withVary(refusal, found.answers.varies)
      return finish(visit, withCookies(varied, arrival.state?.cookies ?? null))
    },
  }

  return (exchange, refusal) => {
    const visit = receive(exchange)
    if (refusal === undefined) return walk(surface, visit)
    finder.placeRefusal(visit, refusal)
    return refuseVisit(surface, visit, refusal)
  }

  function receive(exchange: Exchange): HttpVisit {
    const raw = exchange.rawHeaders
    const { encrypted } = exchange
    const provenance =
      proxies === null
        ? new DirectProvenance(exchange, encrypted)
        : resolveProvenance(exchange.peerAddress, encrypted, raw, proxies, onDisbelief)
    const sent =
      requestIdHeader === null ? null : acceptRequestId(firstHeader(raw, requestIdHeader))
    const requestId = sent ?? nextId()
    const nonce = hasNonce ? nextId() : ''
    const receivedAt = recorder.readsAll ? recorder.now() : null
    const makeCallId = sent === null ? null : nextId
    const trace = tracing === null ? null : new TraceSource(tracing, raw)
    const arrival = new Arrival(requestId, makeCallId, 'server', 'api', receivedAt, trace)
    const base = baseHeaders(headers[provenance.scheme], requestId, nonce)
    return new HttpVisit(exchange, provenance, arrival, base, nonce)
  }

  function baseHeaders(set: readonly string[], requestId: string, nonce: string): string[] {
    const base = hasNonce ? withNonce(set, nonce) : set.slice()
    if (requestIdHeader !== null) base.push(requestIdHeader, requestId)
    return base
  }

  /**
   * What was made out of something that only its caller holds is that caller's alone, however it
   * was read: by the authenticator, a cookie session, a parameter (HTTP-5, FND-26). Handlers cannot
   * read a credential in any other way, and who says `Vary: Cookie` says that it was read.
   */
  function isPersonal(answers: RouteAnswers, state: CallState, { head }: Answer): boolean {
    if (state.auth !== null || state.cookies !== null || answers.isPersonal) return true
    return (
      head?.names.has('vary') === true && variesBy(headerOf(head.pairs, 'vary'), credentialHeaders)
    )
  }

  /** No cache may keep it. */
  function personalise(visit: HttpVisit): void {
    if (visit.isPersonal) return
    visit.isPersonal = true
    if (setsCaching) setInPlace(visit.base, 'cache-control', 'no-store')
    else visit.base.push('cache-control', 'no-store')
  }

  function finish(visit: HttpVisit, reply: HttpReply): HttpReply {
    const { exchange, arrival } = visit
    const cors = browser?.corsFor(visit.target?.path ?? '') ?? null
    const { mountPath } = exchange
    const placed = mountPath ? underMount(reply, mountPath) : reply
    const whole =
      cors === null || visit.preflightAnswered
        ? placed
        : withCors(placed, cors, exchange.rawHeaders)
    const complete = arrival.trace === null ? whole : withTrace(whole, arrival.trace)
    watch(visit, reply)
    return complete
  }

  /** Has it recorded once the answer is complete. */
  function watch(visit: HttpVisit, { status, body }: HttpReply): void {
    const { exchange, arrival } = visit
    if (visit.isWatched || !recorder.wants(arrival, isStream(body))) return
    visit.isWatched = true
    exchange.onDone((sent) => {
      const site = new HttpRecordSite(visit, status, shown)
      const tell = () => recorder.record(arrival, site, sent)
      const { state } = arrival
      // A stream whose reader left has its dependencies closed only now, and the record comes last.
      if (state === null || state.phase === 'over') tell()
      else state.onClose(async () => tell())
    })
  }
}

/** So that a caller who sent none can find its call in traces and logs. */
function withTrace(reply: HttpReply, { traceparent }: NonNullable<Arrival['trace']>): HttpReply {
  return { ...reply, headers: [...reply.headers, TRACE_HEADER, traceparent] }
}

const TRACE_HEADER = 'traceresponse'

/** The peer speaks for itself. Its address is asked of the socket only when somebody wants it. */
class DirectProvenance implements Provenance {
  readonly scheme: 'http' | 'https'
  readonly host = null
  readonly viaProxy = false
  readonly #exchange: Exchange

  constructor(exchange: Exchange, encrypted: boolean) {
    this.#exchange = exchange
    this.scheme = encrypted ? 'https' : 'http'
  }

  get clientAddress(): string | null {
    return this.#exchange.peerAddress
  }
}
