import { isRecord } from '../../../base/plain/is-record.ts'
import type { Logger } from '../../../contract/call/logger.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import type { RefusedRequest, ShownProblem } from '../../../contract/problems/problem-page.ts'
import { writeSafely } from '../../../record/write-safely.ts'
import { prefersHtml } from '../../../web/media-type.ts'
import { pathOf } from '../../../web/mount-path.ts'
import { firstHeader, HeaderView } from '../../../web/raw-headers.ts'
import type { HttpVisit } from '../request/visit.ts'

/** One slash, and nothing that a browser takes for a second: the page of a refusal must not lead to another site. */
const PLACE = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/

/**
 * What the browser of a person is shown for a refusal. Never throws: a page that cannot be made leaves the problem
 * document, which says as much.
 */
export function problemPageOf(
  visit: HttpVisit,
  problem: Problem,
  credentialHeaders: ReadonlySet<string>,
  logger: Logger,
): ShownProblem | null {
  const show = visit.answers?.problemPage ?? null
  const { exchange, target, arrival } = visit
  const raw = exchange.rawHeaders
  if (show === null || target === null || !prefersHtml(firstHeader(raw, 'accept'))) return null
  const request: RefusedRequest = Object.freeze({
    method: exchange.method,
    path: pathOf(exchange.target),
    search: target.search,
    mountPath: exchange.mountPath ?? '',
    requestId: arrival.requestId,
    headers: new HeaderView(raw, credentialHeaders),
  })
  try {
    const shown: unknown = show(problem, request)
    return shown === null ? null : read(shown)
  } catch (err) {
    writeSafely(logger, 'error', { err, request_id: arrival.requestId }, 'A problem page failed')
    return null
  }
}

/** @throws TypeError for what is none */
function read(shown: unknown): ShownProblem {
  if (!isRecord(shown))
    throw new TypeError('problemPage must return { html }, { location } or null')
  const { html, location } = shown
  if (typeof html === 'string' && location === undefined) return { html }
  if (html === undefined && typeof location === 'string' && PLACE.test(location)) {
    return { location }
  }
  throw new TypeError(
    'problemPage must return { html } with text, or { location } with a place on this site, such as /sign-in',
  )
}
