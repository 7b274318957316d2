/** Names and values of a query string or urlencoded form, in order, duplicates kept. */
export type QueryPairs = readonly (readonly [name: string, value: string])[]

const EMPTY: QueryPairs = []
const PLAIN = /^[\x21-\x24\x26-\x2a\x2c-\x7e]*$/
const VISIBLE_ASCII = /^[\x21-\x7e]*$/

/**
 * Parses the query of a target, `a=1&b=x+y`, strictly (BIND-4, BIND-5): `+` is a space, `;` is no
 * separator, blank values are kept; a bad escape, non-UTF-8, or anything that is not visible ASCII
 * refuses the whole string.
 *
 * @returns `null` when it cannot be decoded
 */
export function parseQuery(text: string): QueryPairs | null {
  return parsePairs(text, decodeQuery)
}

/** Parses an urlencoded body: as a query, but it is text already and may hold any character. */
export function parseUrlencoded(text: string): QueryPairs | null {
  return parsePairs(text, decode)
}

function parsePairs(text: string, decoded: (text: string) => string | null): QueryPairs | null {
  if (text === '') return EMPTY
  const pairs: [string, string][] = []
  for (const part of text.split('&')) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decoded(equals === -1 ? part : part.slice(0, equals))
    const value = decoded(equals === -1 ? '' : part.slice(equals + 1))
    if (name === null || value === null) return null
    pairs.push([name, value])
  }
  return pairs
}

/** Raw bytes came through the transport as Latin-1: a value would arrive that nobody sent. */
function decodeQuery(text: string): string | null {
  return VISIBLE_ASCII.test(text) ? decode(text) : null
}

function decode(text: string): string | null {
  if (PLAIN.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}

/**
 * Every list under a name, in order, each written with commas: `1,2`. Split before it is decoded, so
 * that an escaped comma is part of its item (RFC 6570 §3.2.8, OpenAPI's `explode: false`).
 *
 * @param text a query that {@link parseQuery} could decode
 */
export function commaListsOf(text: string, name: string): string[][] {
  const lists: string[][] = []
  for (const part of text.split('&')) {
    const equals = part.indexOf('=')
    const own = equals === -1 ? part : part.slice(0, equals)
    if (part === '' || decode(own) !== name) continue
    const items = (equals === -1 ? '' : part.slice(equals + 1)).split(',')
    lists.push(items.map((item) => decode(item) ?? item))
  }
  return lists
}

/** Every value under a name, in order. */
export function valuesOf(pairs: QueryPairs, name: string): string[] {
  const values: string[] = []
  for (const pair of pairs) if (pair[0] === name) values.push(pair[1])
  return values
}
