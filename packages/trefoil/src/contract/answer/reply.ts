import { freezeClass } from '../../base/plain/freeze-class.ts'
import { type ContentBlock, isContentBlock } from '../content/content-block.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { checkList, checkRecord, shownValue } from '../options/option-values.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import type { CookieOptions } from './cookie-options.ts'

/** Response metadata beside a value. */
export interface ReplyOptions {
  /** HTTP status, 200…599; default 200, or 204 for `null` and `undefined`. */
  readonly status?: number
  /** Response headers. An array sends the header several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** Cookies to set; `null` deletes the one with `Path=/` and no domain. */
  readonly cookies?: Readonly<
    Record<string, string | null | (CookieOptions & { readonly value: string })>
  >
  /**
   * Entity tag, so that GET and HEAD can be answered with 304 and 412. `true` hashes the body;
   * text is a version of your own: `v7` becomes `"v7"`, and `"v7"` or `W/"v7"` stays.
   */
  readonly etag?: true | string
  /**
   * `false`: never compressed. `true`: also for callers with credentials, which is safe only when
   * the answer does not hold a secret next to text the caller chose (BREACH).
   */
  readonly compress?: boolean
  /**
   * What agents are shown over MCP in the place of the value's text: `[content.text('…'), content.image(…)]`. The
   * value comes beside it as structured content. HTTP and CLI receive the value alone. `returns` does not
   * look at blocks: what they say is said to whoever may call.
   */
  readonly content?: readonly ContentBlock[]
  /** Facts for middleware and records; never leaves the server (PW-05). */
  readonly meta?: Readonly<Record<string, unknown>>
}

/** Names of {@link ReplyOptions}, for whatever answers with a reply. */
export const REPLY_OPTIONS: OptionNames<ReplyOptions> = {
  status: true,
  headers: true,
  cookies: true,
  etag: true,
  compress: true,
  content: true,
  meta: true,
}

/**
 * A value with its response metadata. Made by {@link reply}. Its options are read once, when the
 * answer is made of it.
 */
export class Reply<Value = unknown> {
  readonly value: Value
  readonly options: ReplyOptions

  constructor(value: Value, options: ReplyOptions) {
    this.value = value
    this.options = options
  }

  /**
   * Written inside a value it would show its `meta` and its cookies, which never leave the server
   * otherwise (PW-05).
   *
   * @throws TypeError always
   */
  toJSON(): never {
    throw new TypeError(
      'reply() is the answer itself and cannot stand inside a value: return reply({ … }), not { data: reply(…) }',
    )
  }
}

freezeClass(Reply)

/**
 * Answers with a value and a chosen status, headers, cookies or metadata. MCP and CLI receive
 * the value; status, headers and cookies are HTTP's.
 *
 * Of a reply it makes one with more options, of which these win: a middleware adds a header with
 * `reply(await next(), { headers })`, whatever the handler returned.
 *
 * @throws ImproperlyConfigured for an option it does not know, and when `status` is not an integer
 * from 200 to 599
 */
export function reply<Value>(value: Reply<Value>, options?: ReplyOptions): Reply<Value>
export function reply<Value>(value: Value, options?: ReplyOptions): Reply<Value>
export function reply(value: unknown, options: ReplyOptions = {}): Reply {
  checkOptionNames('reply()', options, REPLY_OPTIONS)
  const { status, headers, cookies, content, meta } = options
  if (meta !== undefined) checkRecord('reply(): meta', meta)
  if (headers !== undefined) checkRecord('reply(): headers', headers)
  if (cookies !== undefined) checkRecord('reply(): cookies', cookies)
  checkBlocks(content)
  if (status !== undefined && (!Number.isInteger(status) || status < 200 || status > 599)) {
    throw new ImproperlyConfigured(
      `reply() status must be an integer from 200 to 599, got ${shownValue(status)}`,
    )
  }
  return value instanceof Reply
    ? new Reply(value.value, mergeOptions(value.options, options))
    : new Reply(value, options)
}

/** @throws ImproperlyConfigured unless absent, or a list of what `content` made */
export function checkBlocks(content: unknown): void {
  checkList(
    'reply(): content',
    content,
    'blocks made by content.text() and its like',
    isContentBlock,
  )
}

/**
 * The `meta` of what a handler returned, for a middleware: `const returned = await next()`, then
 * `metaOf(returned)` (PW-05).
 *
 * @returns `null` for a value without
 */
export function metaOf(returned: unknown): Readonly<Record<string, unknown>> | null {
  return returned instanceof Reply ? (returned.options.meta ?? null) : null
}

type Headers = NonNullable<ReplyOptions['headers']>

/**
 * The options of a reply to which somebody further out, a middleware say, adds some: the outer ones
 * win, name by name. What is `undefined` outside leaves the inner option as it is.
 */
function mergeOptions(inner: ReplyOptions, outer: ReplyOptions): ReplyOptions {
  const said = Object.entries(outer).filter(([, option]) => option !== undefined)
  const merged: ReplyOptions = { ...inner, ...Object.fromEntries(said) }
  return {
    ...merged,
    ...(merged.headers && { headers: mergeHeaders(inner.headers ?? {}, outer.headers ?? {}) }),
    ...(merged.cookies && { cookies: { ...inner.cookies, ...outer.cookies } }),
    ...(merged.meta && { meta: { ...inner.meta, ...outer.meta } }),
  }
}

/** Names of headers are the same in any case. Cookies add up, as they do within one reply (SW-17). */
function mergeHeaders(inner: Headers, outer: Headers): Headers {
  const outerNames = new Map(Object.keys(outer).map((name) => [name.toLowerCase(), name]))
  const merged = new Map(Object.entries(outer))
  for (const [name, value] of Object.entries(inner)) {
    const outerName = outerNames.get(name.toLowerCase())
    if (outerName === undefined) merged.set(name, value)
    else if (outerName.toLowerCase() === 'set-cookie') {
      merged.set(outerName, [value, outer[outerName] ?? []].flat())
    }
  }
  return Object.fromEntries(merged)
}
