import type { HttpReply } from '../../../contract/answer/exchange.ts'
import { indexOfHeader, withoutHeaders } from './header-list.ts'

const NONCE_MARK = '{nonce}'

/** True when some header wants a fresh nonce in every answer. */
export function wantsNonce(headers: readonly string[]): boolean {
  return headers.some((text) => text.includes(NONCE_MARK))
}

/** The headers with the nonce of this answer in place. */
export function withNonce(headers: readonly string[], nonce: string): string[] {
  return headers.map((text) => text.replaceAll(NONCE_MARK, nonce))
}

/** What a route sets for its answers, worked out once. */
export interface RouteHeaders {
  /** Headers of the app that these take the place of. */
  readonly names: ReadonlySet<string>
  /** Names and values in turn. */
  readonly pairs: readonly string[]
  /** Type of values instead of their own; `null`: none; `undefined`: as it is. */
  readonly contentType: string | null | undefined
}

/**
 * The type is kept apart: it is of the values that handlers return, and no problem document is
 * `text/html` because its route is. The id of a request is the framework's (OBS-1).
 */
export function compileRouteHeaders(
  headers: Readonly<Record<string, string | null>>,
  requestIdHeader: string | null,
): RouteHeaders {
  const names = new Set<string>()
  const pairs: string[] = []
  let contentType: string | null | undefined
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'content-type') contentType = value
    if (name === 'content-type' || name === requestIdHeader) continue
    // Each `Set-Cookie` is a cookie of its own (SW-17).
    if (name !== 'set-cookie' || value === null) names.add(name)
    if (value !== null) pairs.push(name, value)
  }
  return { names, pairs, contentType }
}

/** Headers of the app without the type and the id, for the same reasons. */
export function headersOfEveryAnswer(
  headers: readonly string[],
  requestIdHeader: string | null,
): readonly string[] {
  return withoutHeaders(headers, (name) => name === 'content-type' || name === requestIdHeader)
}

/** Headers with those of a route in the place of some. */
export function overrideHeaders(base: readonly string[], { names, pairs }: RouteHeaders): string[] {
  return withoutHeaders(base, (name) => names.has(name)).concat(pairs)
}

/** An endpoint's answer with the base headers it does not set itself. */
export function withBaseHeaders(reply: HttpReply, base: readonly string[]): HttpReply {
  const own = new Set<string>()
  for (let index = 0; index < reply.headers.length; index += 2) {
    own.add(reply.headers[index] as string)
  }
  return { ...reply, headers: withoutHeaders(base, (name) => own.has(name)).concat(reply.headers) }
}

/** The headers of a problem over those of every answer; `kept` names one that stays as it is. */
export function overlayHeaders(
  base: readonly string[],
  pairs: readonly string[],
  kept: string | null,
): string[] {
  const isKept = (name: string) => name === kept || name === 'content-type'
  const headers = withoutHeaders(
    base,
    (name) => name !== 'set-cookie' && name !== kept && indexOfHeader(pairs, name) !== -1,
  )
  for (let index = 0; index < pairs.length; index += 2) {
    const name = pairs[index] as string
    if (!isKept(name) && indexOfHeader(pairs, name, index + 2) === -1)
      headers.push(name, pairs[index + 1] as string)
  }
  return headers
}

/** Sets a header in this list, in place of any value it had. */
export function setInPlace(headers: string[], name: string, value: string): void {
  const index = indexOfHeader(headers, name)
  if (index === -1) headers.push(name, value)
  else headers[index + 1] = value
}
