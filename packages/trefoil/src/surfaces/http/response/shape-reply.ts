import type { Clock } from '../../../base/clock.ts'
import type { Awaitable } from '../../../base/promise.ts'
import type { HttpReply } from '../../../contract/answer/exchange.ts'
import type { PartialContent } from '../../../contract/answer/partial-content.ts'
import { Problem, refuse } from '../../../contract/problems/problem.ts'
import { failStream, skipStream } from '../../../engine/answer/stream.ts'
import { codedTag, withoutCodings } from '../../../web/etag.ts'
import {
  evaluatePreconditions,
  type ResourceState,
  rangeStillFits,
} from '../../../web/preconditions.ts'
import { type ByteRange, parseByteRange } from '../../../web/range.ts'
import { allHeaders, firstHeader, type RawHeaders } from '../../../web/raw-headers.ts'
import { encodingFor, mayCompress } from './choose-encoding.ts'
import { type Compression, ENCODINGS, type Encoding } from './compression-options.ts'
import type { DocumentMemo } from './document-memo.ts'
import { entityTag } from './entity-tag.ts'
import { headerOf, varyOn, withHeader, withoutHeaders } from './header-list.ts'

/** What the shape of an answer depends on, beside the answer. */
export interface ShapeFacts {
  readonly method: string
  readonly raw: RawHeaders
  /** True when its caller is known: what they are told may be a secret of theirs. */
  readonly authenticated: boolean
  /** True when it is for one caller alone, whoever that is. */
  readonly isPersonal: boolean
  readonly compression: Compression | null
  readonly clock: Clock
  /** For a body that is the same every time. */
  readonly memo?: DocumentMemo
}

/** What its maker wants of an answer's shape. */
export interface ShapeWishes {
  /** `true`: of the hash of the body; text is a tag as it is. */
  readonly etag: true | string | null
  /** `null`: as the app decides. */
  readonly compress: boolean | null
  /** True when its own headers say how it may be cached. */
  readonly setsCaching: boolean
  readonly content: PartialContent | null
}

/**
 * Fits an encoded answer to its request: entity tag, preconditions, range, compression, in the
 * order of RFC 9110 §13.2. Answers that use none of these come back untouched.
 *
 * @throws Problem 412 and 416; ImproperlyConfigured for an entity tag that cannot be made
 */
export function shapeReply(
  reply: HttpReply,
  wishes: ShapeWishes,
  facts: ShapeFacts,
): Awaitable<HttpReply> {
  const { compression } = facts
  if (compression === null && wishes.etag === null && wishes.content === null) return reply
  try {
    return shape(reply, wishes, facts)
  } catch (error) {
    // Nobody is going to read it, and it may hold dependencies open. A condition that does not
    // hold (412, 416) is no failure of what the call did.
    if (error instanceof Problem) skipStream(reply.body)
    else void failStream(reply.body, error)
    throw error
  }
}

function shape(encoded: HttpReply, wishes: ShapeWishes, facts: ShapeFacts): Awaitable<HttpReply> {
  const { content } = wishes
  const { method, raw, compression, clock } = facts
  let reply = encoded
  let encoding: Encoding | null = null
  if (compression !== null && mayCompress(reply, wishes, facts, compression)) {
    reply = { ...reply, headers: varyOn(reply.headers, 'accept-encoding') }
    encoding = encodingFor(raw, compression)
  }
  const isRead = method === 'GET' || method === 'HEAD'
  const etag = wishes.etag === null ? null : entityTag(wishes.etag, reply.body)
  const state: ResourceState = { etag, lastModified: content?.lastModified ?? null, exists: true }
  // Compressed or not is not the same bytes.
  const shown = etag === null || encoding === null ? etag : codedTag(etag, encoding)
  reply = withTag(reply, shown)
  if (etag !== null && facts.isPersonal && !wishes.setsCaching) {
    // A tag is for asking again, and what must not be stored is never asked for.
    reply = { ...reply, headers: withHeader(reply.headers, 'cache-control', 'private, no-cache') }
  }
  if (content !== null && headerOf(reply.headers, 'set-cookie') !== undefined) {
    // A file that a shared cache may keep must not give everybody this caller's cookie.
    reply = { ...reply, headers: withHeader(reply.headers, 'cache-control', 'private, no-cache') }
  }
  const isSuccess = reply.status >= 200 && reply.status < 300
  // An unsafe method has done its work by now; it asks checkPreconditions() before.
  if (isRead && isSuccess && (etag !== null || content !== null)) {
    const read = (name: string) => condition(raw, name, etag, shown)
    const verdict = evaluatePreconditions(method, read, { ...state, etag: shown }, clock)
    if (verdict === 'failed') throw refuse('precondition_failed')
    if (verdict === 'not-modified') return notModified(reply)
  }
  if (content !== null && reply.status === 200) {
    const range = method === 'GET' ? requestedRange(facts, content, state) : null
    if (range !== null) return partOf(withTag(reply, etag), content, range)
    reply = { ...reply, headers: [...reply.headers, 'accept-ranges', 'bytes'] }
    if (encoding === null) return withLength(reply, content.size)
  }
  return encoding === null ? reply : compressed(reply, encoding, etag, facts)
}

/** A version is what it is in any coding; what a cache has kept is one coding of it. */
function condition(
  raw: RawHeaders,
  name: string,
  etag: string | null,
  shown: string | null,
): string | null {
  const header = joined(raw, name)
  if (header === null || etag === null || shown === null || name !== 'if-match') return header
  return withoutCodings(header, etag, ENCODINGS, shown)
}

function withTag(reply: HttpReply, tag: string | null): HttpReply {
  return tag === null ? reply : { ...reply, headers: withHeader(reply.headers, 'etag', tag) }
}

const OF_THE_BODY: ReadonlySet<string> = new Set(['content-type', 'content-disposition'])

function notModified({ headers, body }: HttpReply): HttpReply {
  skipStream(body)
  return {
    status: 304,
    headers: withoutHeaders(headers, (name) => OF_THE_BODY.has(name)),
    body: null,
  }
}

function requestedRange(
  { raw, clock }: ShapeFacts,
  content: PartialContent,
  state: ResourceState,
): ByteRange | null {
  const header = firstHeader(raw, 'range')
  if (header === undefined || !rangeStillFits(joined(raw, 'if-range'), state, clock)) return null
  const range = parseByteRange(header, content.size)
  if (range !== 'unsatisfiable') return range
  throw refuse('range_not_satisfiable', { headers: { 'content-range': `bytes */${content.size}` } })
}

function partOf(reply: HttpReply, content: PartialContent, { start, end }: ByteRange): HttpReply {
  content.select(start, end)
  const headers = [...reply.headers, 'content-range', `bytes ${start}-${end}/${content.size}`]
  return withLength({ ...reply, status: 206, headers }, end - start + 1)
}

function withLength(reply: HttpReply, length: number): HttpReply {
  return { ...reply, headers: withHeader(reply.headers, 'content-length', String(length)) }
}

async function compressed(
  reply: HttpReply,
  encoding: Encoding,
  etag: string | null,
  { method, memo }: ShapeFacts,
): Promise<HttpReply> {
  const { status, body } = reply
  if (body === null) return reply
  // Loaded with the first compressed answer; where there is no node:zlib it goes out as it is.
  const compress = await import('../node/exchange/compress.ts').catch(() => null)
  if (compress === null) return withTag(reply, etag)
  const headers = withHeader(reply.headers, 'content-encoding', encoding)
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const making =
      memo === undefined
        ? compress.compressWhole(body, encoding)
        : memo.compressed(body, encoding, compress.compressWhole)
    // Out of memory, most likely: the answer itself is fine.
    const smaller = await making.catch(() => null)
    return smaller === null ? withTag(reply, etag) : { status, headers, body: smaller }
  }
  // HEAD ends the stream unread, and its watcher is to know that.
  return {
    status,
    headers,
    body: method === 'HEAD' ? body : compress.compressStream(body, encoding),
  }
}

function joined(raw: RawHeaders, name: string): string | null {
  const values = allHeaders(raw, name)
  return values.length === 0 ? null : values.join(', ')
}
