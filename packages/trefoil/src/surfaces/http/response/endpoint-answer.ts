import type { Clock } from '../../../base/clock.ts'
import { type Awaitable, isPromiseLike } from '../../../base/promise.ts'
import type { HttpReply } from '../../../contract/answer/exchange.ts'
import { Problem, refuse } from '../../../contract/problems/problem.ts'
import type { Target } from '../../../web/target.ts'
import type { Endpoint, EndpointRequest, FurtherCall } from '../../endpoint.ts'
import type { HttpVisit } from '../request/visit.ts'
import type { Compression } from './compression-options.ts'
import { DocumentMemo } from './document-memo.ts'
import { encodeProblem } from './encode.ts'
import { headerOf, withBaseHeaders } from './header-list.ts'
import { type ShapeFacts, shapeReply } from './shape-reply.ts'

/** Calls that come with others in one request. */
export interface FurtherVisits {
  begin(visit: HttpVisit): HttpVisit
  end(visit: HttpVisit, reply: HttpReply): void
}

/**
 * Asks an endpoint of another surface, and fits its answer to the request. Never rejects.
 *
 * @param ready takes the answer as it is sent
 */
export function endpointAnswer<Ready>(
  visit: HttpVisit,
  endpoint: Endpoint,
  target: Target,
  host: string,
  compression: Compression | null,
  clock: Clock,
  further: FurtherVisits,
  ready: (visit: HttpVisit, reply: HttpReply) => Ready,
): Awaitable<Ready> {
  // Its deadline begins with the receipt, and reading its body is a part of it.
  visit.arrival.receivedAt ??= clock.elapsed()
  const write = (reply: HttpReply | Problem) =>
    reply instanceof Problem
      ? endpointRefusal(visit, reply)
      : fitted(visit, endpoint, reply, compression, clock)
  const finish = (reply: HttpReply | Problem): Awaitable<Ready> => {
    const written = write(reply)
    return isPromiseLike(written)
      ? written.then((late) => ready(visit, late))
      : ready(visit, written)
  }
  const reply = endpoint.handle(new EndpointVisit(visit, visit, host, target, further))
  return isPromiseLike(reply) ? reply.then(finish) : finish(reply)
}

/** A request as its endpoint sees it. What only some ask for is worked out when they do. */
class EndpointVisit implements EndpointRequest {
  readonly arrival: HttpVisit['arrival']
  readonly exchange: HttpVisit['exchange']
  readonly host: string
  readonly scheme: 'http' | 'https'
  readonly #first: HttpVisit
  readonly #target: Target
  readonly #further: FurtherVisits

  /**
   * @param first of several calls in one request
   * @param own of this one
   */
  constructor(
    first: HttpVisit,
    own: HttpVisit,
    host: string,
    target: Target,
    further: FurtherVisits,
  ) {
    this.arrival = own.arrival
    this.exchange = first.exchange
    this.host = host
    this.scheme = first.provenance.scheme
    this.#first = first
    this.#target = target
    this.#further = further
  }

  get client(): EndpointRequest['client'] {
    return this.#first.client
  }

  get viaProxy(): boolean {
    return this.#first.provenance.viaProxy
  }

  get path(): string {
    return this.#target.path
  }

  get search(): string {
    return this.#target.search
  }

  further(): FurtherCall {
    const further = this.#further
    const next = further.begin(this.#first)
    const request = new EndpointVisit(this.#first, next, this.host, this.#target, further)
    return { request, end: (reply) => further.end(next, reply) }
  }
}

/** A refusal in the words of the endpoint it was meant for, by whatever stage it was refused. */
export function endpointRefusal(visit: HttpVisit, problem: Problem): HttpReply {
  const { exchange, arrival, base, endpoint } = visit
  const reply = endpoint?.renderRefusal?.(problem, arrival)
  return reply === undefined
    ? encodeProblem(problem, arrival, exchange.rawHeaders, base)
    : withBaseHeaders(reply, base)
}

const memos = new WeakMap<Endpoint, DocumentMemo>()

/**
 * What is asked for by POST stays as it is: a result of a tool or an action holds text that
 * somebody chose beside what only the caller may read (BREACH), and no client keeps it.
 */
function fitted(
  visit: HttpVisit,
  endpoint: Endpoint,
  reply: HttpReply,
  compression: Compression | null,
  clock: Clock,
): Awaitable<HttpReply> {
  const complete = withBaseHeaders(reply, visit.base)
  const { status, body } = reply
  if (endpoint.method !== 'GET' || status !== 200) return complete
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return complete
  const { method, rawHeaders: raw } = visit.exchange
  const isPersonal = endpoint.isPublic !== true
  const caller = { authenticated: isPersonal, isPersonal }
  const facts: ShapeFacts = { method, raw, ...caller, compression, clock }
  // What must not be stored is made anew each time: there is nothing to ask for again.
  if (headerOf(reply.headers, 'cache-control')?.includes('no-store') === true) {
    return shapeReply(complete, NO_WISHES, facts)
  }
  const memo = memos.get(endpoint) ?? new DocumentMemo()
  memos.set(endpoint, memo)
  try {
    return shapeReply(complete, { ...NO_WISHES, etag: memo.tagOf(body) }, { ...facts, memo })
  } catch (error) {
    // A condition of the request does not hold.
    const problem = error instanceof Problem ? error : refuse('INTERNAL_ERROR', { cause: error })
    visit.arrival.problem = problem
    return endpointRefusal(visit, problem)
  }
}

const NO_WISHES = { etag: null, compress: null, setsCaching: false, content: null } as const
