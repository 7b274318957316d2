import type { Clock } from '../../base/clock.ts'
import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { AccessEvent, AccessLog } from '../../contract/access-event.ts'
import type { Exchange, HttpReply, SendResult } from '../../contract/exchange.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { Problem, refuse } from '../../contract/problem.ts'
import type { Endpoint, EndpointRequest } from '../../contract/surface.ts'
import type { SurfaceName } from '../../contract/surface-name.ts'
import type { Plan } from '../../engine/plan.ts'
import { run } from '../../engine/run.ts'
import { RunningCall } from '../../engine/running-call.ts'
import { toProblem } from '../../engine/settle.ts'
import type { EdgeFacts } from '../../policy/edge.ts'
import { type SecurityMode, securityHeaders } from '../../policy/security-headers.ts'
import { acceptRequestId } from '../../record/request-id.ts'
import type { PathTemplate } from '../../web/path-template.ts'
import { firstHeader, type RawHeaders } from '../../web/raw-headers.ts'
import { parseTarget } from '../../web/target.ts'
import { encodeProblem, encodeValue } from './encode.ts'
import { HttpInbound } from './http-inbound.ts'
import { createMatcher, type Mount } from './match.ts'

/** What a path leads to: an action, or an endpoint of another surface. */
export type HttpTarget =
  | { readonly kind: 'action'; readonly plan: Plan }
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }

export interface HttpSurfaceOptions {
  readonly mounts: readonly Mount<HttpTarget>[]
  readonly edge: (raw: RawHeaders, inProcess: boolean) => EdgeFacts | Problem
  readonly security: SecurityMode
  readonly requestIdHeader: string | null
  readonly maxBodySize: number
  readonly accessLog: AccessLog | null
  readonly nextId: () => string
  readonly clock: Clock
}

/** Answers one request; never rejects. */
export type HttpHandler = (exchange: Exchange) => Awaitable<HttpReply>

/** Makes the one code path behind `serve` and `app.fetch`. */
export function createHttpSurface(options: HttpSurfaceOptions): HttpHandler {
  const { edge, requestIdHeader, maxBodySize, nextId, accessLog, clock } = options
  const find = createMatcher(options.mounts)
  const plainHeaders = securityHeaders(options.security, 'http')
  const tlsHeaders = securityHeaders(options.security, 'https')

  return (exchange) => {
    const requestId = idOf(exchange)
    const base = baseHeaders(exchange, requestId)
    if (accessLog === null) return answer(exchange, requestId, base, null)
    const record = new AccessRecord(exchange, requestId, clock)
    const reply = answer(exchange, requestId, base, record)
    const watch = (late: HttpReply) => record.send(late, accessLog)
    return isPromiseLike(reply) ? reply.then(watch) : watch(reply)
  }

  function idOf(exchange: Exchange): string {
    if (requestIdHeader === null) return nextId()
    return acceptRequestId(firstHeader(exchange.rawHeaders, requestIdHeader)) ?? nextId()
  }

  function baseHeaders(exchange: Exchange, requestId: string): readonly string[] {
    const headers = exchange.encrypted ? tlsHeaders : plainHeaders
    if (requestIdHeader === null) return headers
    const base = headers.slice()
    base.push(requestIdHeader, requestId)
    return base
  }

  function answer(
    exchange: Exchange,
    requestId: string,
    base: readonly string[],
    record: AccessRecord | null,
  ): Awaitable<HttpReply> {
    const refused = (problem: Problem) =>
      encodeProblem(problem, requestId, exchange.rawHeaders, base)
    const head = edge(exchange.rawHeaders, exchange.inProcess)
    if (head instanceof Problem) return refused(head)
    if (exchange.target === '*' && exchange.method === 'OPTIONS') {
      return { status: 204, headers: base.slice(), body: null }
    }
    const target = parseTarget(exchange.target)
    if (target === null) return refused(refuse('invalid_path'))
    const match = find(exchange.method, target.path)
    if (match.kind === 'missing') {
      return refused(refuse('not_found', { detail: `Not found: ${target.path}` }))
    }
    if (match.kind === 'method') return methodAnswer(exchange.method, match.allow, base, refused)
    if (match.target.kind === 'endpoint') {
      return endpointAnswer(
        match.target.endpoint,
        exchange,
        target,
        head.host,
        requestId,
        base,
        record,
      )
    }
    const { plan } = match.target
    if (record !== null) record.action = plan.action.name
    const inbound = new HttpInbound(exchange, target, match.params, head.host, maxBodySize)
    const call = new RunningCall(plan, inbound, 'server', requestId)
    const outcome = run(call)
    return isPromiseLike(outcome)
      ? outcome.then((late) => encode(call, late, base))
      : encode(call, outcome, base)
  }

  function encode(call: RunningCall, outcome: Outcome, base: readonly string[]): HttpReply {
    const raw = call['~inbound'].rawHeaders
    if (!outcome.ok) return encodeProblem(outcome.problem, call.requestId, raw, base)
    try {
      return encodeValue(outcome.value, outcome.reply, call['~plan'].action.status, base)
    } catch (error) {
      return encodeProblem(toProblem(call, error), call.requestId, raw, base)
    }
  }

  function endpointAnswer(
    endpoint: Endpoint,
    exchange: Exchange,
    target: { readonly path: string; readonly search: string },
    host: string,
    requestId: string,
    base: readonly string[],
    record: AccessRecord | null,
  ): Awaitable<HttpReply> {
    if (record !== null) record.source = endpoint.surface
    const request: EndpointRequest = {
      exchange,
      requestId,
      host,
      scheme: exchange.encrypted ? 'https' : 'http',
      clientAddress: exchange.peerAddress,
      path: target.path,
      search: target.search,
      report: (facts) => {
        if (record === null) return
        record.action = facts.actionName ?? null
        record.tool = facts.toolName ?? null
      },
    }
    const withBase = (reply: HttpReply) => ({
      ...reply,
      headers: withoutDuplicates(base, reply.headers),
    })
    const reply = endpoint.handle(request)
    return isPromiseLike(reply) ? reply.then(withBase) : withBase(reply)
  }
}

/** HEAD and OPTIONS need no code of their own in an app (W-28). */
function methodAnswer(
  method: string,
  allow: readonly string[],
  base: readonly string[],
  refused: (problem: Problem) => HttpReply,
): HttpReply {
  const header = allow.join(', ')
  if (method === 'OPTIONS') return { status: 204, headers: [...base, 'allow', header], body: null }
  return refused(refuse('method_not_allowed', { headers: { allow: header } }))
}

/** The base headers, less those the endpoint sets itself. */
function withoutDuplicates(base: readonly string[], own: readonly string[]): string[] {
  const headers: string[] = []
  for (let index = 0; index < base.length; index += 2) {
    const name = base[index] as string
    if (own.indexOf(name) % 2 !== 0) headers.push(name, base[index + 1] as string)
  }
  headers.push(...own)
  return headers
}

/** Collects one access event while the request is answered. */
class AccessRecord {
  source: SurfaceName = 'api'
  action: string | null = null
  tool: string | null = null
  readonly #exchange: Exchange
  readonly #requestId: string
  readonly #clock: Clock
  readonly #started: number

  constructor(exchange: Exchange, requestId: string, clock: Clock) {
    this.#exchange = exchange
    this.#requestId = requestId
    this.#clock = clock
    this.#started = clock.elapsed()
  }

  /** The event goes out when the last byte has, so its duration covers streams (W-38). */
  send(reply: HttpReply, accessLog: AccessLog): HttpReply {
    this.#exchange.onDone((result) => {
      try {
        accessLog(this.#event(reply, result))
      } catch {
        // A broken log must not break the server; what must not be lost goes to the audit log.
      }
    })
    return reply
  }

  #event(reply: HttpReply, { outcome, bytes }: SendResult): AccessEvent {
    const { method, target, encrypted, peerAddress } = this.#exchange
    return {
      request_id: this.#requestId,
      method,
      path: parseTarget(target)?.path ?? '(malformed)',
      status_code: reply.status,
      duration_ms: this.#clock.elapsed() - this.#started,
      source: this.source,
      entrypoint: 'server',
      scheme: encrypted ? 'https' : 'http',
      client: peerAddress,
      tool_name: this.tool,
      action_name: this.action,
      outcome,
      bytes,
    }
  }
}

/** A mount for a literal path. */
export function literalTemplate(path: string): PathTemplate {
  const segments = path
    .split('/')
    .filter((text) => text !== '')
    .map((text) => ({ kind: 'literal', text }) as const)
  return { text: path, segments, names: [] }
}
