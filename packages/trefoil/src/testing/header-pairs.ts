import { isHeaderValue, isToken } from '../web/raw-headers.ts'

/**
 * Request headers: a record (an array sends the header several times), or pairs, sent in their
 * order with duplicates kept.
 */
export type HeadersInput =
  | Readonly<Record<string, string | readonly string[]>>
  | readonly (readonly [name: string, value: string])[]

export type HeaderPairs = readonly (readonly [name: string, value: string])[]

/**
 * @returns pairs with lower-case names
 * @throws TypeError for what no connection could carry; a CR or LF would be a second header
 */
export function headerPairs(input: HeadersInput = {}): HeaderPairs {
  const pairs = isPairs(input)
    ? input
    : Object.entries(input).flatMap(([name, value]) =>
        (typeof value === 'string' ? [value] : value).map((text) => [name, text] as const),
      )
  return pairs.map(([name, value], index) => {
    // A name written as a key is one; what stands in a list may be a token in the wrong place.
    const header = isPairs(input) ? `header ${index + 1} of the list` : `header '${name}'`
    if (typeof name !== 'string' || !isToken(name)) {
      throw new TypeError(`The name of ${header} has characters a header name cannot have`)
    }
    if (typeof value !== 'string' || !isHeaderValue(value)) {
      throw new TypeError(`The value of ${header} has characters a header cannot carry`)
    }
    return [name.toLowerCase(), value] as const
  })
}

function isPairs(input: HeadersInput): input is HeaderPairs {
  return Array.isArray(input)
}

/** The defaults that `own` does not name, then `own`. */
export function mergePairs(defaults: HeaderPairs, own: HeaderPairs): HeaderPairs {
  const named = new Set(own.map(([name]) => name))
  return [...defaults.filter(([name]) => !named.has(name)), ...own]
}

export function hasHeader(pairs: HeaderPairs, name: string): boolean {
  return pairs.some(([sent]) => sent === name)
}

/** The headers of one request; a header that is written out wins over the token. */
export function callerHeaders(options: {
  readonly token?: string | undefined
  readonly headers?: HeadersInput | undefined
}): HeaderPairs {
  return mergePairs(bearer(options.token), headerPairs(options.headers))
}

/** `Authorization` for a bearer token; nothing for none. */
function bearer(token: string | undefined): HeaderPairs {
  return token === undefined ? [] : headerPairs([['authorization', `Bearer ${token}`]])
}
