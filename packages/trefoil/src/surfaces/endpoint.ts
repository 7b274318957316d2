import type { Awaitable } from '../base/promise.ts'
import type { Exchange, HttpReply } from '../contract/answer/exchange.ts'
import type { ClientFacts } from '../contract/call/call-facts.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import type { Problem } from '../contract/problems/problem.ts'
import type { ProblemIds } from '../engine/call-ids.ts'
import type { Visit } from './walk.ts'

/**
 * An HTTP endpoint that another surface contributes (`POST /mcp`, the action manifest…). The
 * HTTP surface mounts it behind its own edge stage and imports nobody.
 */
export interface Endpoint {
  readonly method: string
  /** Literal path. */
  readonly path: string
  /** Surface whose authenticator guards it; also what records call it. */
  readonly surface: SurfaceName
  /**
   * True when it authenticates nobody: all who ask get the same, so its answers may be compressed.
   * Default false.
   */
  readonly isPublic?: boolean
  /**
   * What this endpoint says about a page that calls it, before any other rule about browsers.
   * Default: only the rules of every path.
   *
   * @param origin the `Origin` header as sent
   */
  checkOrigin?(origin: string, place: EndpointPlace): Problem | undefined
  /** Answers one request that passed the edge; a problem is written by the HTTP surface. Never rejects. */
  handle(request: EndpointRequest): Awaitable<HttpReply | Problem>
  /**
   * Writes a refusal of a stage before {@link Endpoint.handle} in the words its clients read; the
   * status is the problem's. Default: a problem document.
   */
  renderRefusal?(problem: Problem, ids: ProblemIds): HttpReply
}

/** Where a request found an endpoint. */
export interface EndpointPlace {
  readonly scheme: 'http' | 'https'
  /** Host name and port that one of `edge.hosts` names; `null` where every host is accepted. */
  readonly host: string | null
}

/** What the edge knows when an endpoint is called. */
export interface EndpointRequest extends Visit {
  readonly exchange: Exchange
  /** Host name and port as accepted. */
  readonly host: string
  readonly scheme: 'http' | 'https'
  readonly client: ClientFacts
  /** True when the peer of the connection is a trusted proxy. */
  readonly viaProxy: boolean
  readonly path: string
  readonly search: string
  /** Another call that came with the same request, with a record of its own. */
  further(): FurtherCall
}

/** One of several calls that came in one request. */
export interface FurtherCall {
  readonly request: EndpointRequest
  /** Its answer is known; it is recorded once the answer to the request is complete. */
  end(reply: HttpReply): void
}
