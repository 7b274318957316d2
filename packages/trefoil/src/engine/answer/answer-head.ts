import { deepFreeze } from '../../base/plain/freeze.ts'
import { snapshot } from '../../base/plain/snapshot.ts'
import type { AnswerHead } from '../../contract/answer/answer.ts'
import { checkBlocks, type ReplyOptions } from '../../contract/answer/reply.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { readSeconds } from '../../contract/options/read-duration.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { formatDeleteCookie, formatSetCookie } from '../../web/cookie-header.ts'
import { toEntityTag } from '../../web/etag.ts'
import { FRAMING_HEADERS, isHeaderValue, isToken } from '../../web/raw-headers.ts'

/** What a handler said beside its value, and the status it chose. */
export interface ReadHead {
  readonly head: AnswerHead
  readonly status: number | null
}

/**
 * Reads the options of a reply, each once: whoever changes them afterwards, a dependency that is
 * being closed for one, changes nothing (FND-59). The same on every surface, though only HTTP has
 * headers to send.
 *
 * @throws ImproperlyConfigured for a status, header, cookie or entity tag that is none
 */
export function readHead(options: ReplyOptions): ReadHead {
  const { status, headers, cookies, etag, compress, content, meta } = options
  if (status !== undefined && (!Number.isInteger(status) || status < 200 || status > 599)) {
    throw new ImproperlyConfigured('reply() status must be an integer from 200 to 599')
  }
  if (compress !== undefined && typeof compress !== 'boolean') {
    throw new ImproperlyConfigured('reply(): compress must be true or false')
  }
  const { pairs, names } = readHeaders(headers)
  for (const [name, cookie] of Object.entries(cookies ?? {})) {
    pairs.push('set-cookie', cookieHeader(name, cookie))
  }
  const head: AnswerHead = {
    hasStatus: status !== undefined,
    pairs,
    names,
    etag: readEtag(etag),
    compress: compress ?? null,
    blocks: readBlocks(content),
    // A copy all the way down: one reader of records must not write what the next one reads.
    meta: meta === undefined ? null : (deepFreeze(snapshot({ ...meta })) as AnswerHead['meta']),
  }
  return { head, status: status ?? null }
}

/** A copy: the list is the handler's, the blocks in it change no more. */
function readBlocks(content: ReplyOptions['content']): AnswerHead['blocks'] {
  if (content === undefined) return null
  const blocks = Array.isArray(content) ? Object.freeze([...content]) : content
  checkBlocks(blocks)
  return blocks
}

/** A header written again, in another case, takes the place of the first; cookies add up (SW-17). */
function readHeaders(headers: ReplyOptions['headers'] = {}): {
  readonly pairs: string[]
  readonly names: Set<string>
} {
  const names = new Set<string>()
  let pairs: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (!isToken(lower)) throw new ImproperlyConfigured(`reply(): '${name}' is not a header name`)
    // A handler that passes on what an upstream said would announce two lengths, and somebody in
    // between would believe the wrong one.
    if (FRAMING_HEADERS.has(lower)) {
      throw new ImproperlyConfigured(`reply(): '${name}' is written by the server alone`)
    }
    if (names.has(lower)) pairs = withoutName(pairs, lower)
    if (lower !== 'set-cookie') names.add(lower)
    for (const text of Array.isArray(value) ? value : [value]) {
      if (typeof text !== 'string') {
        throw new ImproperlyConfigured(
          `reply(): the value of header '${name}' must be text, got ${valueKind(text)}`,
        )
      }
      if (!isHeaderValue(text)) {
        throw new ImproperlyConfigured(
          `reply(): the value of header '${name}' has characters a header cannot carry`,
        )
      }
      pairs.push(lower, text)
    }
  }
  return { pairs, names }
}

function withoutName(pairs: readonly string[], name: string): string[] {
  return pairs.filter((_, index) => pairs[index - (index % 2)] !== name)
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
  const { value, maxAge, ...attributes } = cookie
  if (maxAge === undefined) return formatSetCookie(name, value, attributes)
  const seconds = readSeconds(`reply() cookie '${name}': maxAge`, maxAge)
  return formatSetCookie(name, value, { ...attributes, maxAge: seconds })
}

function readEtag(etag: ReplyOptions['etag']): AnswerHead['etag'] {
  if (etag === undefined) return null
  if (etag === true) return true
  const tag = typeof etag === 'string' ? toEntityTag(etag) : null
  if (tag === null) throw new ImproperlyConfigured('reply(): etag must be visible text')
  return tag
}
