import type { HttpBody, HttpReply } from '../../contract/exchange.ts'
import { ImproperlyConfigured, type Problem } from '../../contract/problem.ts'
import type { ReplyOptions } from '../../contract/reply.ts'
import { discardStream, isStream, skipStream } from '../../engine/stream.ts'
import { formatDeleteCookie, formatSetCookie } from '../../web/cookie-header.ts'
import { prefersPlainText } from '../../web/media-type.ts'
import {
  FRAMING_HEADERS,
  firstHeader,
  headerPairs,
  isHeaderValue,
  isToken,
  type RawHeaders,
} from '../../web/raw-headers.ts'
import { problemDocument } from './problem-document.ts'

const JSON_TYPE = 'application/json'
const TEXT_TYPE = 'text/plain; charset=utf-8'
const BYTES_TYPE = 'application/octet-stream'
const PROBLEM_TYPE = 'application/problem+json'

/**
 * A value as an answer (RESP-1): nothing → 204, text, bytes, a stream, everything else JSON.
 *
 * @param declared the action's own status of success
 * @param base headers that every answer carries; this answer takes the list over
 * @throws TypeError for a value with no JSON form, or a header that is not one
 */
export function encodeValue(
  value: unknown,
  reply: ReplyOptions | null,
  declared: number | null,
  base: string[],
): HttpReply {
  let body: HttpBody
  let type: string
  const status = reply === null ? (declared ?? 200) : statusOf(reply, declared)
  if (value === undefined || value === null || hasNoBody(status)) {
    skipStream(value)
    return finish(reply?.status ?? declared ?? 204, null, null, reply, base)
  }
  if (typeof value === 'string') {
    body = value
    type = TEXT_TYPE
  } else if (value instanceof Uint8Array) {
    body = value
    type = BYTES_TYPE
  } else if (value instanceof ArrayBuffer) {
    body = new Uint8Array(value)
    type = BYTES_TYPE
  } else if (isStream(value)) {
    body = value
    type = BYTES_TYPE
  } else {
    body = toJson(value)
    type = JSON_TYPE
  }
  return finish(status, type, body, reply, base)
}

/** Options may have been changed since `reply()` looked at them (RESP-4). */
function statusOf({ status }: ReplyOptions, declared: number | null): number {
  if (status === undefined) return declared ?? 200
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new ImproperlyConfigured(`reply() status must be an integer from 200 to 599`)
  }
  return status
}

/** A body after one of these would be read as the next answer on the connection. */
function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

function toJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError(`Cannot convert a ${typeof value} into a response`)
  if (text === '{}' && isOpaque(value)) {
    throw new TypeError(`Cannot convert '${value.constructor.name}' into a response`)
  }
  return text
}

/** Sets, maps and errors would silently become `{}`. */
function isOpaque(value: unknown): value is object {
  return value instanceof Set || value instanceof Map || value instanceof Error
}

function finish(
  status: number,
  type: string | null,
  body: HttpBody,
  reply: ReplyOptions | null,
  base: string[],
): HttpReply {
  if (reply === null || (reply.headers === undefined && reply.cookies === undefined)) {
    if (type !== null) base.push('content-type', type)
    return { status, headers: base, body }
  }
  try {
    return { status, headers: mergeHeaders(base, type, reply), body }
  } catch (error) {
    // Nobody is going to read it, and it may hold dependencies open.
    discardStream(body)
    throw error
  }
}

/** Headers of a reply take the place of those the framework would have sent. */
function mergeHeaders(base: readonly string[], type: string | null, reply: ReplyOptions): string[] {
  const own: string[] = []
  const names = new Set<string>()
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    const lower = name.toLowerCase()
    if (!isToken(lower)) throw new ImproperlyConfigured(`reply(): '${name}' is not a header name`)
    // A handler that passes on what an upstream said would announce two lengths, and somebody in
    // between would believe the wrong one.
    if (FRAMING_HEADERS.has(lower)) {
      throw new ImproperlyConfigured(`reply(): '${name}' is written by the server alone`)
    }
    names.add(lower)
    for (const text of typeof value === 'string' ? [value] : value) {
      if (!isHeaderValue(text)) {
        throw new ImproperlyConfigured(
          `reply(): the value of header '${name}' has characters a header cannot carry`,
        )
      }
      own.push(lower, text)
    }
  }
  for (const [name, cookie] of Object.entries(reply.cookies ?? {})) {
    own.push('set-cookie', cookieHeader(name, cookie))
  }
  const headers: string[] = []
  for (let index = 0; index < base.length; index += 2) {
    const name = base[index] as string
    if (!names.has(name)) headers.push(name, base[index + 1] as string)
  }
  if (type !== null && !names.has('content-type')) headers.push('content-type', type)
  return headers.concat(own)
}

type Cookie = NonNullable<ReplyOptions['cookies']>[string]

function cookieHeader(name: string, cookie: Cookie): string {
  if (cookie === null) return formatDeleteCookie(name)
  return typeof cookie === 'string'
    ? formatSetCookie(name, cookie)
    : formatSetCookie(name, cookie.value, cookie)
}

/** A problem as an answer: a problem document, or its text for clients that prefer text. */
export function encodeProblem(
  problem: Problem,
  requestId: string,
  raw: RawHeaders,
  base: readonly string[],
): HttpReply {
  const headers = [...base, ...headerPairs(problem.headers)]
  if (prefersPlainText(firstHeader(raw, 'accept'))) {
    headers.push('content-type', TEXT_TYPE)
    return { status: problem.status, headers, body: problem.detail }
  }
  headers.push('content-type', PROBLEM_TYPE)
  return { status: problem.status, headers, body: problemDocument(problem, requestId) }
}
