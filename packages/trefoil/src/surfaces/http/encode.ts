import { isJsonMediaType } from '../../base/json-media-type.ts'
import type { AnswerForm } from '../../contract/action.ts'
import type { HttpBody, HttpReply } from '../../contract/exchange.ts'
import { checkOptionNames, type OptionNames } from '../../contract/option-names.ts'
import { ImproperlyConfigured, type Problem } from '../../contract/problem.ts'
import type { ReplyOptions } from '../../contract/reply.ts'
import { isStream, skipStream } from '../../engine/stream.ts'
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
import { withoutHeaders } from './header-list.ts'
import { toJson } from './json-text.ts'
import { problemDocument } from './problem-document.ts'
import { overlayHeaders } from './response-headers.ts'

const JSON_TYPE = 'application/json'
const TEXT_TYPE = 'text/plain; charset=utf-8'
const BYTES_TYPE = 'application/octet-stream'
const PROBLEM_TYPE = 'application/problem+json'

/**
 * A value as an answer (RESP-1): nothing → 204, text, bytes, a stream, everything else JSON. Under
 * `returns` the action has said beforehand whether text is text or JSON.
 *
 * @param declared the action's own status of success
 * @param base headers that every answer carries, none of them the type; this answer takes the list
 * over
 * @param ownType the type that the route or the app sets; `null` for none, `undefined` for the
 * value's own
 * @param idHeader name of the header that only the framework writes (OBS-1)
 * @param answers the form that the action promises (FND-6)
 * @throws TypeError for a value with no JSON form, bytes where JSON or text was promised, or a header
 * that is not one
 */
export function encodeValue(
  value: unknown,
  reply: ReplyOptions | null,
  declared: number | null,
  base: string[],
  ownType?: string | null,
  idHeader: string | null = null,
  answers: AnswerForm = 'by-value',
): HttpReply {
  let body: HttpBody
  let type: string
  const status = reply === null ? (declared ?? 200) : statusOf(reply, declared)
  if (value === undefined || value === null || hasNoBody(status)) {
    skipStream(value)
    return finish(reply?.status ?? declared ?? 204, null, null, reply, base, idHeader)
  }
  if (typeof value === 'string') {
    const isJson = answers === 'json' && isJsonMediaType(typeOf(reply) ?? JSON_TYPE)
    body = isJson ? toJson(value) : value
    type = isJson ? JSON_TYPE : TEXT_TYPE
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
    const text = answers === 'text' ? textOf(value) : null
    body = text ?? toJson(value)
    type = text === null ? JSON_TYPE : TEXT_TYPE
  }
  if (type === BYTES_TYPE && answers !== 'by-value' && ownType === undefined) {
    refuseUntyped(answers, reply)
  }
  return finish(status, ownType === undefined ? type : ownType, body, reply, base, idHeader)
}

/** A date, say: what JSON would make of it, without the quotes. */
function textOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null
  const { toJSON } = value as { readonly toJSON?: unknown }
  const text: unknown = typeof toJSON === 'function' ? toJSON.call(value, '') : null
  return typeof text === 'string' ? text : null
}

/** A client would read them as what the document says they are. */
function refuseUntyped(answers: AnswerForm, reply: ReplyOptions | null): void {
  if (typeOf(reply) !== undefined) return
  const promised = answers === 'json' ? 'JSON' : 'text'
  throw new TypeError(
    `Cannot send bytes where 'returns' promises ${promised}: say what they are, with ` +
      `headers: { 'content-type': … } of the route, or leave 'returns' out`,
  )
}

/** The content type that a reply sets. */
function typeOf(reply: ReplyOptions | null): string | undefined {
  for (const [name, value] of Object.entries(reply?.headers ?? {})) {
    if (name.toLowerCase() === 'content-type') return typeof value === 'string' ? value : value[0]
  }
  return undefined
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

function finish(
  status: number,
  type: string | null,
  body: HttpBody,
  reply: ReplyOptions | null,
  base: string[],
  idHeader: string | null,
): HttpReply {
  if (reply === null || (reply.headers === undefined && reply.cookies === undefined)) {
    if (type !== null) base.push('content-type', type)
    return { status, headers: base, body }
  }
  return { status, headers: mergeHeaders(base, type, reply, idHeader), body }
}

/**
 * Headers of a reply take the place of those the framework would have sent, and of those written
 * in another case before; only cookies add up (SW-17).
 */
function mergeHeaders(
  base: readonly string[],
  type: string | null,
  reply: ReplyOptions,
  idHeader: string | null,
): string[] {
  let own: string[] = []
  const names = new Set<string>()
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    const lower = name.toLowerCase()
    if (!isToken(lower)) throw new ImproperlyConfigured(`reply(): '${name}' is not a header name`)
    // A handler that passes on what an upstream said would announce two lengths, and somebody in
    // between would believe the wrong one.
    if (FRAMING_HEADERS.has(lower)) {
      throw new ImproperlyConfigured(`reply(): '${name}' is written by the server alone`)
    }
    if (lower === idHeader) continue
    if (names.has(lower)) own = withoutHeaders(own, (other) => other === lower)
    if (lower !== 'set-cookie') names.add(lower)
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
  const headers = withoutHeaders(base, (name) => names.has(name))
  if (type !== null && !names.has('content-type')) headers.push('content-type', type)
  return headers.concat(own)
}

type Cookie = NonNullable<ReplyOptions['cookies']>[string]

const COOKIE_OPTIONS: OptionNames<Exclude<Cookie, string | null>> = {
  value: true,
  maxAge: true,
  expires: true,
  path: true,
  domain: true,
  secure: true,
  httpOnly: true,
  sameSite: true,
  partitioned: true,
}

function cookieHeader(name: string, cookie: Cookie): string {
  if (cookie === null) return formatDeleteCookie(name)
  if (typeof cookie === 'string') return formatSetCookie(name, cookie)
  checkOptionNames(`reply() cookie '${name}'`, cookie, COOKIE_OPTIONS)
  return formatSetCookie(name, cookie.value, cookie)
}

/** A problem as an answer: a problem document, or its text for clients that prefer text. */
export function encodeProblem(
  problem: Problem,
  requestId: string,
  raw: RawHeaders,
  base: readonly string[],
  idHeader: string | null = null,
): HttpReply {
  const headers =
    problem.headers === undefined
      ? base.slice()
      : overlayHeaders(base, headerPairs(problem.headers), idHeader)
  if (prefersPlainText(firstHeader(raw, 'accept'))) {
    headers.push('content-type', TEXT_TYPE)
    return { status: problem.status, headers, body: problem.detail }
  }
  headers.push('content-type', PROBLEM_TYPE)
  return { status: problem.status, headers, body: problemDocument(problem, requestId) }
}
