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

/** RFC 7239: `for=192.0.2.60;proto=http;host=example.com, for="[2001:db8::1]:4711"`. */
function readRfc7239(raw: RawHeaders): ForwardedChain {
  const clients: string[] = []
  const schemes: string[] = []
  const hosts: string[] = []
  for (const element of splitOutsideQuotes(allHeaders(raw, 'forwarded').join(','), ',')) {
    const pairs = new Map<string, string>()
    for (const pair of splitOutsideQuotes(element, ';')) {
      const equals = pair.indexOf('=')
      if (equals === -1) continue
      pairs.set(pair.slice(0, equals).trim().toLowerCase(), unquote(pair.slice(equals + 1).trim()))
    }
    if (pairs.size === 0) continue
    clients.push(bareAddress(pairs.get('for') ?? ''))
    schemes.push(pairs.get('proto') ?? '')
    hosts.push(pairs.get('host') ?? '')
  }
  return { clients, schemes, hosts }
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = []
  let part = ''
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const char = text[index] as string
    if (char === '"') quoted = !quoted
    if (quoted && char === '\\') {
      part += char + (text[++index] ?? '')
    } else if (char === separator && !quoted) {
      parts.push(part)
      part = ''
    } else part += char
  }
  parts.push(part)
  return parts.filter((item) => item.trim() !== '')
}

function unquote(text: string): string {
  return text.startsWith('"') && text.endsWith('"') && text.length > 1
    ? text.slice(1, -1).replace(/\\(.)/g, '$1')
    : text
}

const BRACKETED = /^\[([^\]]*)\](?::[0-9]{1,5})?$/
const WITH_PORT = /^([0-9.]+):[0-9]{1,5}$/

function bareAddress(text: string): string {
  return BRACKETED.exec(text)?.[1] ?? WITH_PORT.exec(text)?.[1] ?? text
}
