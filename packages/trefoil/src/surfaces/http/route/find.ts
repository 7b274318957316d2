import type { Awaitable } from '../../../base/promise.ts'
import type { HttpReply } from '../../../contract/answer/exchange.ts'
import type { Action } from '../../../contract/call/action.ts'
import { Problem, refuse } from '../../../contract/problems/problem.ts'
import type { Plan } from '../../../engine/plan.ts'
import type { CallerRule } from '../../../policy/caller-rule.ts'
import { type CsrfOptions, decideCsrf } from '../../../policy/csrf.ts'
import type { Edge } from '../../../policy/edge.ts'
import { isCanonicalPath, pathOf, spellsLiterals } from '../../../web/mount-path.ts'
import type { PathTemplate } from '../../../web/path-template.ts'
import { firstHeader } from '../../../web/raw-headers.ts'
import type { Target } from '../../../web/target.ts'
import type { Endpoint } from '../../endpoint.ts'
import type { Recorder } from '../../recorder.ts'
import type { Found, Ready } from '../../walk.ts'
import type { HttpVisit } from '../request/visit.ts'
import type { Compression } from '../response/compression-options.ts'
import { endpointAnswer, type FurtherVisits } from '../response/endpoint-answer.ts'
import { withHeader } from '../response/header-list.ts'
import type { RouteAnswers } from '../response/route-answers.ts'
import { type BrowserPolicy, joinCors } from './browser-policy.ts'
import { LoadGate } from './load-gate.ts'
import { createMatcher, type Mount } from './match.ts'

/** What a path leads to: an action, or an endpoint of another surface. */
export type HttpTarget =
  | {
      readonly kind: 'action'
      readonly plan: Plan
      readonly caller: CallerRule
      readonly answers: RouteAnswers
    }
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint; readonly caller: CallerRule }

/** An action that a request is for, and how it was asked for. */
export interface HttpFound extends Found {
  readonly target: Target
  /** Segments of the path. */
  readonly params: Readonly<Record<string, string>>
  /** Host name and port as accepted. */
  readonly host: string
  readonly answers: RouteAnswers
}

export interface FinderOptions {
  readonly mounts: readonly Mount<HttpTarget>[]
  readonly edge: Edge
  /** False where every `Host` is accepted. */
  readonly hostsAreNamed: boolean
  readonly browser: BrowserPolicy | null
  /** `null`: nothing that a browser adds by itself authenticates anybody. */
  readonly csrf: CsrfOptions | null
  readonly compression: Compression | null
  readonly recorder: Recorder
  /** Requests in flight; `null` for any number. */
  readonly maxInFlight: number | null
}

/** The stages `edge` to `browser` of HTTP. */
export interface Finder {
  /** In the order of the lifecycle: edge and load, preflights, the path, the browser's rules. */
  find(visit: HttpVisit): Awaitable<HttpFound | Problem | Ready<HttpReply>>
  /** For a refusal before anybody looked where the request was going: in whose words it is to be. */
  placeRefusal(visit: HttpVisit, problem: Problem): void
}

/**
 * Paths as records show them: of those in which a caller's secret stands, the template. By the path
 * alone, because a request may have been refused before it led to anything.
 */
export function createPathShower(mounts: readonly Mount<HttpTarget>[]): (path: string) => string {
  const hidden = mounts.flatMap(({ template, target }) => {
    if (target.kind !== 'action' || !hidesPath(target.plan.action)) return []
    return [{ method: ANY, template: untyped(template), target: template.text }]
  })
  if (hidden.length === 0) return (path) => path
  const match = createMatcher(hidden)
  return (path) => {
    const found = match(ANY, path)
    return found.kind === 'found' ? found.target : path
  }
}

const ANY = 'GET'

/** What does not fit a type leads nowhere, and may be a secret with a slip in it. */
function untyped(template: PathTemplate): PathTemplate {
  const segments = template.segments.map((part) =>
    part.kind === 'param' && part.type !== 'path' ? ({ ...part, type: 'string' } as const) : part,
  )
  return { ...template, segments }
}

function hidesPath({ params }: Action): boolean {
  return params.some(({ source, sensitive }) => source === 'path' && sensitive)
}

/** @param ready makes the last word of what needs no call */
export function createFinder(
  options: FinderOptions,
  ready: (visit: HttpVisit, reply: HttpReply) => Ready<HttpReply>,
  further: FurtherVisits,
): Finder {
  const { mounts, edge, hostsAreNamed, browser, csrf, compression, maxInFlight, recorder } = options
  const match = createMatcher(mounts)
  const gate = maxInFlight === null ? null : new LoadGate(maxInFlight)
  return { find, placeRefusal }

  function find(visit: HttpVisit): Awaitable<HttpFound | Problem | Ready<HttpReply>> {
    const { exchange, provenance, base } = visit
    const { method, rawHeaders } = exchange
    const head = edge(rawHeaders, exchange.inProcess, provenance.host)
    if (head instanceof Problem) return refuseEarly(visit, head)
    const overload = gate?.admit(exchange)
    if (overload !== undefined) return refuseEarly(visit, overload)
    if (exchange.target === '*' && method === 'OPTIONS') {
      return ready(visit, { status: 204, headers: base.slice(), body: null })
    }
    const { target } = visit
    if (target === null) return refuse('invalid_path')
    const isMounted = typeof exchange.mountPath === 'string'
    if (isMounted && !isCanonicalPath(pathOf(exchange.target))) return otherSpelling(target)
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
    if (isMounted && !spellsLiterals(pathOf(exchange.target), templateOf(found.target))) {
      return otherSpelling(target)
    }
    place(visit, found.target)
    const refused =
      found.target.kind === 'endpoint'
        ? checkOrigin(visit, found.target.endpoint, head.host)
        : undefined
    if (refused !== undefined) return refused
    if (csrf !== null && method !== 'GET') {
      const { caller } = found.target
      const facts = {
        method,
        raw: rawHeaders,
        scheme: provenance.scheme,
        host: head.host,
        caller,
        cors: cors ?? null,
      }
      const forged = decideCsrf(facts, csrf)
      if (forged !== undefined) return forged
    }
    if (found.target.kind === 'action') {
      const { plan, answers } = found.target
      return { plan, target, params: found.params, host: head.host, answers }
    }
    const { endpoint } = found.target
    const { clock } = recorder
    return endpointAnswer(visit, endpoint, target, head.host, compression, clock, further, ready)
  }

  /**
   * A surface with a rule of its own speaks first: what it says helps those who write its clients
   * (FND-31).
   */
  function checkOrigin(
    visit: HttpVisit,
    { checkOrigin }: Endpoint,
    host: string,
  ): Problem | undefined {
    if (checkOrigin === undefined) return undefined
    const { exchange, provenance } = visit
    const page = firstHeader(exchange.rawHeaders, 'origin')
    // Where no host is checked none is accepted, and the page may have chosen it (DNS rebinding).
    if (page === undefined) return undefined
    return checkOrigin(page, { scheme: provenance.scheme, host: hostsAreNamed ? host : null })
  }

  /** HEAD and OPTIONS need no code of their own in an app (W-28). */
  function otherMethod(visit: HttpVisit, methods: readonly string[]): Problem | Ready<HttpReply> {
    const allow = methods.join(', ')
    if (visit.exchange.method === 'OPTIONS') {
      const headers = withHeader(visit.base, 'allow', allow)
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

/** A path that the host, which may have rules for it, does not take for this one (FND-27). */
function otherSpelling({ path }: Target): Problem {
  return refuse('not_found', {
    detail: `Not found: ${path}`,
    fix: 'Send the path in its canonical spelling: no empty or dot segments, no slash at its end, escapes in capitals and only where they are needed.',
  })
}

function templateOf(target: HttpTarget): string {
  return target.kind === 'action' ? (target.plan.action.path ?? '') : target.endpoint.path
}

function place(visit: HttpVisit, target: HttpTarget): void {
  if (target.kind === 'action') {
    visit.arrival.action = target.plan.facts.name
    visit.answers = target.answers
    return
  }
  visit.endpoint = target.endpoint
  visit.arrival.surface = target.endpoint.surface
}
