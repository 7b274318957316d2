import type { Clock } from '../base/clock.ts'
import { parseTagList, strongMatch, weakMatch } from './etag.ts'
import { parseHttpDate } from './http-date.ts'

/** What is known about the current state of a resource. */
export interface ResourceState {
  /** Entity tag; `null` when it has none. */
  readonly etag: string | null
  /** Milliseconds since the epoch; `null` when unknown. */
  readonly lastModified: number | null
  /** False when the resource does not exist, which is what `If-None-Match: *` asks for. */
  readonly exists: boolean
}

/** Reads a request header by lower-case name, repeated ones joined with `, `. */
export type ReadHeader = (name: string) => string | null

/** `failed` is 412, `not-modified` is 304. */
export type Verdict = 'proceed' | 'not-modified' | 'failed'

/**
 * Evaluates the preconditions of a request in the order of RFC 9110 §13.2.2. A date that is none is
 * a condition that was not made (§13.1.3, §13.1.4).
 *
 * @param clock asked only for a date that names no century
 */
export function evaluatePreconditions(
  method: string,
  header: ReadHeader,
  state: ResourceState,
  clock: Clock,
): Verdict {
  const ifMatch = header('if-match')
  if (ifMatch !== null) {
    if (!matches(ifMatch, state, strongMatch)) return 'failed'
  } else {
    const since = dateOf(header('if-unmodified-since'), clock)
    if (since !== null && changedAfter(state, since)) return 'failed'
  }
  const isRead = method === 'GET' || method === 'HEAD'
  const ifNoneMatch = header('if-none-match')
  if (ifNoneMatch !== null) {
    if (!matches(ifNoneMatch, state, weakMatch)) return 'proceed'
    return isRead ? 'not-modified' : 'failed'
  }
  const since = isRead ? dateOf(header('if-modified-since'), clock) : null
  if (since === null || state.lastModified === null) return 'proceed'
  return changedAfter(state, since) ? 'proceed' : 'not-modified'
}

/**
 * Whether a `Range` may be honoured (RFC 9110 §13.1.5): the part the client holds must be of the
 * same bytes, so a weak tag or another date gives the whole instead.
 */
export function rangeStillFits(
  ifRange: string | null,
  state: ResourceState,
  clock: Clock,
): boolean {
  if (ifRange === null) return true
  const condition = ifRange.trim()
  if (condition.startsWith('"') || condition.startsWith('W/')) {
    return state.etag !== null && strongMatch(condition, state.etag)
  }
  const date = dateOf(condition, clock)
  return date !== null && state.lastModified !== null && date === wholeSeconds(state.lastModified)
}

function matches(
  header: string,
  { etag, exists }: ResourceState,
  same: (left: string, right: string) => boolean,
): boolean {
  const wanted = parseTagList(header)
  if (wanted === '*') return exists
  return etag !== null && wanted.some((tag) => same(tag, etag))
}

function dateOf(text: string | null, clock: Clock): number | null {
  return text === null ? null : parseHttpDate(text, clock.now())
}

function changedAfter({ lastModified }: ResourceState, date: number): boolean {
  return lastModified !== null && wholeSeconds(lastModified) > date
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}
