import { allHeaders, type RawHeaders } from './raw-headers.ts'

/** Which family of headers the trusted proxies write. The other one is never read. */
export type ForwardedHeaders = 'x-forwarded' | 'forwarded'

/** What proxies say, nearest client first; positions line up hop by hop. */
export interface ForwardedChain {
  /** Addresses as written, without port and brackets. */
  readonly clients: readonly string[]
  readonly schemes: readonly string[]
  readonly hosts: readonly string[]
}

/** Reads the chain of one family. Never throws; nothing in it is trusted yet. */
export function readForwarded(raw: RawHeaders, family: ForwardedHeaders): ForwardedChain {
  if (family === 'forwarded') return readRfc7239(raw)
  return {
    clients: listOf(raw, 'x-forwarded-for').map(bareAddress),
    schemes: listOf(raw, 'x-forwarded-proto'),
    hosts: listOf(raw, 'x-forwarded-host'),
  }
}

function listOf(raw: RawHeaders, name: string): string[] {
  const values = allHeaders(raw, name)
  if (values.length === 0) return []
  return values
    .join(',')
    .split(',')
    .map((item) => item.trim())
}

/**
 * RFC 7239: `for=192.0.2.60;proto=http;host=example.com, for="[2001:db8::1]:4711"`.
 *
 * Each line is read for itself and from its right end, which our own proxy wrote. A client that
 * leaves a quote open would otherwise swallow the hop our proxy adds, and speak for it. Where an
 * element is malformed the reading ends: it and what stands left of it is nobody's word.
 */
function readRfc7239(raw: RawHeaders): ForwardedChain {
  const clients: string[] = []
  const schemes: string[] = []
  const hosts: string[] = []
  reading: for (const line of allHeaders(raw, 'forwarded').reverse()) {
    let end = line.length
    while (end >= 0) {
      const start = elementStart(line, end)
      const pairs = start === null ? null : readPairs(line.slice(start, end))
      if (start === null || pairs === null) break reading
      end = start - 1
      if (pairs.size === 0) continue
      clients.push(bareAddress(pairs.get('for') ?? ''))
      schemes.push(pairs.get('proto') ?? '')
      hosts.push(pairs.get('host') ?? '')
    }
  }
  return { clients: clients.reverse(), schemes: schemes.reverse(), hosts: hosts.reverse() }
}

/** Where the element that ends here begins: behind the next comma on the left outside quotes. */
function elementStart(line: string, end: number): number | null {
  for (let index = end - 1; index >= 0; index--) {
    const char = line[index]
    if (char === ',') return index + 1
    if (char !== '"') continue
    index = openingQuote(line, index)
    if (index === -1) return null
  }
  return 0
}

/** The quote that this one closes, which is the next on the left without a backslash of its own. */
function openingQuote(line: string, closing: number): number {
  let quote = closing
  let isEscaped: boolean
  do {
    quote = quote === 0 ? -1 : line.lastIndexOf('"', quote - 1)
    let before = quote
    while (before > 0 && line[before - 1] === '\\') before--
    isEscaped = (quote - before) % 2 === 1
  } while (quote !== -1 && isEscaped)
  return quote
}

const PAIR =
  /^[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([^\s",;\\]+)|"((?:[^"\\]|\\.)*)")[ \t]*(?:;|$)/

/** Names and values of one element, none for an empty one; `null` when it is malformed. */
function readPairs(element: string): ReadonlyMap<string, string> | null {
  const pairs = new Map<string, string>()
  let rest = element
  while (rest.trim() !== '') {
    const [all, name = '', plain, quoted = ''] = PAIR.exec(rest) ?? []
    const key = name.toLowerCase()
    // Said twice, two readers would believe two different things.
    if (all === undefined || pairs.has(key)) return null
    pairs.set(key, plain ?? quoted.replace(/\\(.)/g, '$1'))
    rest = rest.slice(all.length)
  }
  return pairs
}

const BRACKETED = /^\[([^\]]*)\](?::[0-9]{1,5})?$/
const WITH_PORT = /^([0-9.]+):[0-9]{1,5}$/

function bareAddress(text: string): string {
  return BRACKETED.exec(text)?.[1] ?? WITH_PORT.exec(text)?.[1] ?? text
}
