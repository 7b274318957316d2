import type { HttpReply } from '../../../contract/answer/exchange.ts'

/** A list of header names (lower-case) and values in turn, while an answer takes shape. */
export type HeaderList = string[]

/** Where a header stands in the list, looking from `start` on; -1 when it does not. */
export function indexOfHeader(headers: readonly string[], name: string, start = 0): number {
  for (let index = start; index < headers.length; index += 2) {
    if (headers[index] === name) return index
  }
  return -1
}

/** The first value of a header; `undefined` when it is not there. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  const index = indexOfHeader(headers, name)
  return index === -1 ? undefined : headers[index + 1]
}

/** A new list without the headers that `drops` names. */
export function withoutHeaders(
  headers: readonly string[],
  drops: (name: string) => boolean,
): HeaderList {
  const kept: HeaderList = []
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string
    if (!drops(name)) kept.push(name, headers[index + 1] as string)
  }
  return kept
}

/** Sets a header, in place of any value it had. */
export function withHeader(headers: readonly string[], name: string, value: string): HeaderList {
  const list = withoutHeaders(headers, (other) => other === name)
  list.push(name, value)
  return list
}

/** Names a request header that the answer depends on, unless `Vary` names it already. */
export function varyOn(headers: readonly string[], field: string): HeaderList {
  const vary = headerOf(headers, 'vary')
  if (vary === undefined) return [...headers, 'vary', field]
  const named = vary.split(',').map((part) => part.trim().toLowerCase())
  if (named.includes('*') || named.includes(field)) return [...headers]
  return withHeader(headers, 'vary', `${vary}, ${field}`)
}

/** Headers that take the place of others. */
export interface HeaderChange {
  /** Headers that these take the place of. */
  readonly names: ReadonlySet<string>
  /** Names and values in turn. */
  readonly pairs: readonly string[]
}

const NONCE_MARK = '{nonce}'

/** True when some header wants a fresh nonce in every answer. */
export function wantsNonce(headers: readonly string[]): boolean {
  return headers.some((text) => text.includes(NONCE_MARK))
}

/** The headers with the nonce of this answer in place. */
export function withNonce(headers: readonly string[], nonce: string): string[] {
  return headers.map((text) => text.replaceAll(NONCE_MARK, nonce))
}

/** Headers of the app without the type, which is the value's own, and the id, which is the framework's (OBS-1). */
export function headersOfEveryAnswer(
  headers: readonly string[],
  requestIdHeader: string | null,
): readonly string[] {
  return withoutHeaders(headers, (name) => name === 'content-type' || name === requestIdHeader)
}

/** Headers with those of a route in the place of some. */
export function overrideHeaders(base: readonly string[], { names, pairs }: HeaderChange): string[] {
  return withoutHeaders(base, (name) => names.has(name)).concat(pairs)
}

/** An endpoint's answer with the base headers it does not set itself. */
export function withBaseHeaders(
  { status, headers: own, body }: HttpReply,
  base: readonly string[],
): HttpReply {
  const headers: string[] = []
  for (let index = 0; index < base.length; index += 2) {
    const name = base[index] as string
    if (indexOfHeader(own, name) === -1) headers.push(name, base[index + 1] as string)
  }
  for (let index = 0; index < own.length; index++) headers.push(own[index] as string)
  return { status, headers, body }
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
