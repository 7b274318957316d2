import { freezeClass } from '../base/plain/freeze-class.ts'

/**
 * Reading headers from the raw list (name, value, name, value…), so that duplicates are seen:
 * an object of headers has already dropped or joined them, and two readers that choose
 * differently between two `Host` lines is how requests are smuggled.
 */
export type RawHeaders = readonly string[]

/** The first value, or `undefined`. `name` is lower-case. */
export function firstHeader(raw: RawHeaders, name: string): string | undefined {
  for (let index = 0; index < raw.length; index += 2) {
    if (sameName(raw[index] as string, name)) return raw[index + 1]
  }
  return undefined
}

/** True when a header stands there more than once. `name` is lower-case. */
export function isRepeated(raw: RawHeaders, name: string): boolean {
  let seen = false
  for (let index = 0; index < raw.length; index += 2) {
    if (!sameName(raw[index] as string, name)) continue
    if (seen) return true
    seen = true
  }
  return false
}

/** All values in order. `name` is lower-case. */
export function allHeaders(raw: RawHeaders, name: string): string[] {
  const values: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    if (sameName(raw[index] as string, name)) values.push(raw[index + 1] as string)
  }
  return values
}

function sameName(sent: string, lowerCase: string): boolean {
  return (
    sent.length === lowerCase.length && (sent === lowerCase || sent.toLowerCase() === lowerCase)
  )
}

/** Headers that carry credentials: hidden from handlers once the authenticator has run (PW-02). */
export const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
  'approval-token',
])

/** Read access by name, without the names in `hidden`. Implements the contract's HeaderReader. */
export class HeaderView {
  readonly #raw: RawHeaders
  readonly #hidden: ReadonlySet<string>

  constructor(raw: RawHeaders, hidden: ReadonlySet<string>) {
    this.#raw = raw
    this.#hidden = hidden
    Object.preventExtensions(this)
  }

  get(name: string): string | null {
    const key = name.toLowerCase()
    if (this.#hidden.has(key)) return null
    const values = allHeaders(this.#raw, key)
    return values.length === 0 ? null : values.join(', ')
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }

  *keys(): Generator<string, undefined> {
    const seen = new Set<string>()
    for (let index = 0; index < this.#raw.length; index += 2) {
      const name = (this.#raw[index] as string).toLowerCase()
      if (seen.has(name) || this.#hidden.has(name)) continue
      seen.add(name)
      yield name
    }
  }

  *entries(): Generator<readonly [name: string, value: string], undefined> {
    for (const name of this.keys()) yield [name, allHeaders(this.#raw, name).join(', ')]
  }

  [Symbol.iterator](): Generator<readonly [name: string, value: string], undefined> {
    return this.entries()
  }
}
// Authenticators read credentials through it, and handlers reach its prototype: a `get` that one of
// them put there would hear every token of the process (FND-57, FND-58).
freezeClass(HeaderView)

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** A header or cookie name: an HTTP token (RFC 9110 §5.6.2). */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

// A CR or LF in a value would start a new header, or a second response (RESP-3).
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Text that may stand in a header value. */
export function isHeaderValue(text: string): boolean {
  return VALUE.test(text)
}

/**
 * Headers that say where a message ends, or that are between two ends of one connection: the
 * server's alone to write. Node drops the connection, or the stream of HTTP/2, for some of them.
 */
export const FRAMING_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Pairs of headers that cannot change any more, such as those of refusals that are shared. */
const knownPairs = new WeakMap<object, readonly string[]>()

/**
 * Names and values in turn, lower-case, of a problem's headers. One that a header cannot carry is
 * left out: it may be text of the caller, and what comes after must still be answered (RESP-3).
 */
export function problemHeaderPairs(
  headers: Readonly<Record<string, string>> | undefined,
): readonly string[] {
  if (headers === undefined) return []
  const known = knownPairs.get(headers)
  if (known !== undefined) return known
  const pairs: string[] = []
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (isToken(lower) && isHeaderValue(value) && !FRAMING_HEADERS.has(lower)) {
      pairs.push(lower, value)
    }
  }
  if (Object.isFrozen(headers)) knownPairs.set(headers, pairs)
  return pairs
}
