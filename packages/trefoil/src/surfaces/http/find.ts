import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { Action } from '../../contract/action.ts'
import type { HttpReply } from '../../contract/exchange.ts'
import { Problem, refuse } from '../../contract/problem.ts'
import type { PerSurface } from '../../contract/surface-name.ts'
import type { Plan } from '../../engine/plan.ts'
import { type CsrfOptions, decideCsrf } from '../../policy/csrf.ts'
import type { Edge } from '../../policy/edge.ts'
import type { Target } from '../../web/target.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Recorder } from '../recorder.ts'
import type { Found, Ready } from '../walk.ts'
import { type BrowserPolicy, joinCors } from './browser-policy.ts'
import type { Compression } from './compression-options.ts'
import { endpointAnswer } from './endpoint-answer.ts'
import { setHeader } from './header-list.ts'
import { LoadGate } from './load-gate.ts'
import { createMatcher, type Mount } from './match.ts'
import type { HttpVisit } from './visit.ts'

/** What a path leads to: an action, or an endpoint of another surface. */
export type HttpTarget =
  | { readonly kind: 'action'; readonly plan: Plan }
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }

/** An action that a request is for, and how it was asked for. */
export interface HttpFound extends Found {
  readonly target: Target
  /** Segments of the path. */
  readonly params: Readonly<Record<string, string>>
  /** Host name and port as accepted. */
  readonly host: string
}

export interface FinderOptions {
  readonly mounts: readonly Mount<HttpTarget>[]
  readonly edge: Edge
  readonly browser: BrowserPolicy | null
  /** `null`: cookies authenticate nobody. */
  readonly csrf: CsrfOptions | null
  /** Surfaces that authenticate nobody. */
  readonly isOpen: PerSurface
  readonly compression: Compression | null
  readonly recorder: Recorder
  /** Requests in flight; `null` for any number. */
  readonly maxInFlight: number | null
}

/** The stages `edge` to `browser` of HTTP. */
export interface Finder {
  readonly actions: readonly Action[]
  /** In the order of the lifecycle: edge and load, preflights, the path, the browser's rules. */
  find(visit: HttpVisit): Awaitable<HttpFound | Problem | Ready<HttpReply>>
  /** For a refusal before anybody looked where the request was going: in whose words it is to be. */
  placeRefusal(visit: HttpVisit, problem: Problem): void
}

/** @param ready makes the last word of what needs no call */
export function createFinder(
  options: FinderOptions,
  ready: (visit: HttpVisit, reply: HttpReply) => Ready<HttpReply>,
): Finder {
  const { mounts, edge, browser, csrf, isOpen, compression, maxInFlight, recorder } = options
  const match = createMatcher(mounts)
  const gate = maxInFlight === null ? null : new LoadGate(maxInFlight)
  const actions = mounts.flatMap(({ target }) =>
    target.kind === 'action' ? [target.plan.action] : [],
  )
  return { actions, find, placeRefusal }

  function find(visit: HttpVisit): Awaitable<HttpFound | Problem | Ready<HttpReply>> {
    const { exchange, origin, base } = visit
    const { method, rawHeaders } = exchange
    const head = edge(rawHeaders, exchange.inProcess, origin.host)
    if (head instanceof Problem) return refuseEarly(visit, head)
    const overload = gate?.admit(exchange)
    if (overload !== undefined) return refuseEarly(visit, overload)
    if (exchange.target === '*' && method === 'OPTIONS') {
      return ready(visit, { status: 204, headers: base.slice(), body: null })
    }
    const { target } = visit
    if (target === null) return refuse('invalid_path')
    const cors = browser?.corsFor(target.path)
    if (cors?.isPreflight(method, rawHeaders) === true) {
      visit.preflightAnswered = true
      const granted = joinCors(base, cors.preflightHeaders(rawHeaders))
      return ready(visit, { status: 204, headers: granted, body: null })
    }
    const found = match(method, target.path)
    if (found.kind === 'missing') {
      return refuse('not_found', { detail: `Not found: ${target.path}` })
    }
    if (found.kind === 'method') return otherMethod(visit, found.allow)
    place(visit, found.target)
    if (csrf !== null && method !== 'GET') {
      const forged = decideCsrf(
        {
          method,
          raw: rawHeaders,
          scheme: origin.scheme,
          host: head.host,
          isOpen: isOpen[visit.arrival.surface],
          corsAllows: (page: string) => cors?.grants(page) ?? 'no',
        },
        csrf,
      )
      if (forged !== undefined) return forged
    }
    if (found.target.kind === 'action') {
      return { plan: found.target.plan, target, params: found.params, host: head.host }
    }
    const { endpoint } = found.target
    const reply = endpointAnswer(visit, endpoint, target, head.host, compression, recorder.clock)
    return isPromiseLike(reply) ? reply.then((late) => ready(visit, late)) : ready(visit, reply)
  }

  /** HEAD and OPTIONS need no code of their own in an app (W-28). */
  function otherMethod(visit: HttpVisit, methods: readonly string[]): Problem | Ready<HttpReply> {
    const allow = methods.join(', ')
    if (visit.exchange.method === 'OPTIONS') {
      const headers = setHeader(visit.base, 'allow', allow)
      return ready(visit, { status: 204, headers, body: null })
    }
    return refuse('method_not_allowed', { headers: { allow } })
  }

  function refuseEarly(visit: HttpVisit, problem: Problem): Problem {
    placeRefusal(visit, problem)
    return problem
  }

  function placeRefusal(visit: HttpVisit, problem: Problem): void {
    // What asks for another host, or for a place outside the app, asks for no path of ours.
    if (problem.code === 'INVALID_HOST' || problem.code === 'not_found') return
    const { target } = visit
    const found = target === null ? null : match(visit.exchange.method, target.path)
    if (found?.kind === 'found') place(visit, found.target)
  }
}

function place(visit: HttpVisit, target: HttpTarget): void {
  if (target.kind === 'action') {
    visit.arrival.action = target.plan.facts.name
    return
  }
  visit.endpoint = target.endpoint
  visit.arrival.surface = target.endpoint.surface
}
