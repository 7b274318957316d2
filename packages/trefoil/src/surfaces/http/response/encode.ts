import type { Answer, AnswerHead } from '../../../contract/answer/answer.ts'
import type { HttpBody, HttpReply } from '../../../contract/answer/exchange.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import type { ShownProblem } from '../../../contract/problems/problem-page.ts'
import { skipStream } from '../../../engine/answer/stream.ts'
import type { ProblemIds } from '../../../engine/call-ids.ts'
import { addVary } from '../../../policy/cors.ts'
import { prefersPlainText } from '../../../web/media-type.ts'
import { firstHeader, problemHeaderPairs, type RawHeaders } from '../../../web/raw-headers.ts'
import { indexOfHeader, overlayHeaders, setInPlace, withoutHeaders } from './header-list.ts'
import { problemDocument } from './problem-document.ts'

const TEXT_TYPE = 'text/plain; charset=utf-8'
const HTML_TYPE = 'text/html; charset=utf-8'
const BYTES_TYPE = 'application/octet-stream'
const PROBLEM_TYPE = 'application/problem+json'

/** What each kind of answer is sent as, unless somebody says otherwise (RESP-1). */
const TYPES: Readonly<Record<Answer['kind'], string>> = {
  none: '',
  text: TEXT_TYPE,
  json: 'application/json',
  bytes: BYTES_TYPE,
  stream: BYTES_TYPE,
}

/**
 * An answer in the words of HTTP.
 *
 * @param base headers that every answer carries, none of them the type; this answer takes the list
 * over
 * @param ownType the type that the route or the app sets; `null` for none, `undefined` for the
 * value's own
 * @param idHeader name of the header that only the framework writes (OBS-1)
 */
export function encodeAnswer(
  { kind, body, status, head }: Answer,
  base: string[],
  ownType?: string | null,
  idHeader: string | null = null,
): HttpReply {
  if (kind === 'none' || hasNoBody(status)) {
    skipStream(body)
    return finish(status, null, null, head, base, idHeader)
  }
  return finish(status, ownType === undefined ? TYPES[kind] : ownType, body, head, base, idHeader)
}

/** A body after one of these would be read as the next answer on the connection. */
function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

function finish(
  status: number,
  type: string | null,
  body: HttpBody,
  head: AnswerHead | null,
  base: string[],
  idHeader: string | null,
): HttpReply {
  if (head === null || (head.pairs.length === 0 && head.names.size === 0)) {
    if (type !== null) base.push('content-type', type)
    return { status, headers: base, body }
  }
  return { status, headers: merged(base, type, head, idHeader), body }
}

/**
 * Headers of a reply take the place of those the framework would have sent; only cookies add up
 * (SW-17).
 */
function merged(
  base: readonly string[],
  type: string | null,
  { pairs, names }: AnswerHead,
  idHeader: string | null,
): string[] {
  const headers = withoutHeaders(base, (name) => name !== idHeader && names.has(name))
  if (type !== null && !names.has('content-type')) headers.push('content-type', type)
  return headers.concat(
    idHeader === null ? pairs : withoutHeaders(pairs, (name) => name === idHeader),
  )
}

/**
 * A problem as an answer: a problem document, or its text for clients that prefer text. No cache
 * keeps it, unless it says so itself (FND-26): it names the one request it is about, and how long
 * values of a route or the app may be kept says nothing about failures.
 */
export function encodeProblem(
  problem: Problem,
  ids: ProblemIds,
  raw: RawHeaders,
  base: readonly string[],
  idHeader: string | null = null,
  page: ShownProblem | null = null,
): HttpReply {
  const own = problemHeaderPairs(problem.headers)
  const headers = own.length === 0 ? base.slice() : overlayHeaders(base, own, idHeader)
  if (indexOfHeader(own, 'cache-control') === -1) setInPlace(headers, 'cache-control', 'no-store')
  addVary(headers, 'Accept')
  if (page?.location !== undefined) {
    headers.push('location', page.location)
    return { status: 303, headers, body: null }
  }
  if (page?.html !== undefined) {
    headers.push('content-type', HTML_TYPE)
    return { status: problem.status, headers, body: page.html }
  }
  if (prefersPlainText(firstHeader(raw, 'accept'))) {
    headers.push('content-type', TEXT_TYPE)
    return { status: problem.status, headers, body: problem.detail }
  }
  headers.push('content-type', PROBLEM_TYPE)
  return { status: problem.status, headers, body: problemDocument(problem, ids) }
}
