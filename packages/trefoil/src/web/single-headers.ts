/**
 * Request headers that have one value (RFC 9110 §5.5): of two, a gateway may judge a request by the
 * one and we act on the other. Not here: lists (`Accept…`, `Cookie`, `Expect`, `If-Match`,
 * `Content-Encoding`); `traceparent`, for who gets two starts a new trace (Trace Context §3.2);
 * `Mcp-Method` and `Mcp-Name`, which must equal the body and are refused in MCP's own words.
 */
const SINGLE: readonly (readonly [name: string, comma: Comma])[] = [
  // RFC 9110; of a request, or of what it carries
  ['Authorization', 'credentials'],
  ['Content-Length', 'never'],
  ['Content-Location', 'spaced'],
  ['Content-Range', 'never'],
  ['Content-Type', 'quoted'],
  ['Date', 'date'],
  ['ETag', 'quoted'],
  ['From', 'quoted'],
  ['Host', 'never'],
  ['If-Modified-Since', 'date'],
  ['If-Range', 'condition'],
  ['If-Unmodified-Since', 'date'],
  ['Last-Modified', 'date'],
  ['Max-Forwards', 'never'],
  ['Proxy-Authorization', 'credentials'],
  ['Range', 'range'],
  ['Referer', 'spaced'],
  ['User-Agent', 'any'],
  // A list by its grammar. Any other coding, or a second line, is one that somebody in front read
  // differently (RFC 9112 §6.1).
  ['Transfer-Encoding', 'any'],
  // Fetch, Fetch Metadata, Upgrade Insecure Requests: what the rules for browsers go by
  ['Access-Control-Request-Method', 'never'],
  ['Access-Control-Request-Private-Network', 'never'],
  ['Origin', 'never'],
  ['Sec-Fetch-Dest', 'quoted'],
  ['Sec-Fetch-Mode', 'quoted'],
  ['Sec-Fetch-Site', 'quoted'],
  ['Sec-Fetch-User', 'quoted'],
  ['Upgrade-Insecure-Requests', 'never'],
  ['X-CSRF-Token', 'spaced'],
  // MCP, server-sent events, idempotency keys
  ['Idempotency-Key', 'quoted'],
  ['Last-Event-ID', 'any'],
  ['MCP-Protocol-Version', 'never'],
  ['Mcp-Session-Id', 'spaced'],
]

/**
 * Where a comma may stand in one value. `app.fetch` is given repeated headers joined by `, `, as
 * gateways join them too.
 */
type Comma = 'never' | 'any' | keyof typeof JOINED

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const QUOTED = /"(?:[^"\\]|\\.)*"/g
/** `Digest a="b", c=d`: after a scheme, parameters (RFC 9110 §11.4). */
const PARAMETERS = new RegExp(
  `^${TOKEN} +(?:${TOKEN}[ \t]*=[ \t]*[^\\s,]+[ \t]*(?:,[ \t]*(?!$)|$))+$`,
)
const NAMED_DAY = /^[A-Za-z]+,[^,]*$/

function withoutQuoted(value: string): string {
  return value.replace(QUOTED, '""')
}

function isList(value: string): boolean {
  return withoutQuoted(value).includes(',')
}

/** The only comma of a date is behind the name of its day. */
function isDates(value: string): boolean {
  return !NAMED_DAY.test(value.trim())
}

/** True for a value with a comma that is more than one value. */
const JOINED = {
  quoted: isList,
  // No URL, key or id has a space after a comma; a list that was joined does.
  spaced: (value: string) => /,[ \t]/.test(value),
  date: isDates,
  condition: (value: string) => (value.includes('"') ? isList(value) : isDates(value)),
  credentials: (value: string) => !PARAMETERS.test(withoutQuoted(value).trim()),
  // `bytes=0-1,3-4` is one; `bytes=0-1, bytes=3-4` are two.
  range: (value: string) => value.split('=').length > 2,
} as const

/** A header of the table. */
export interface SingleHeader {
  /** Lower-case. */
  readonly name: string
  /** As it is written where people read it. */
  readonly shown: string
}

const LOWER_CASE = 0x20

class Row implements SingleHeader {
  readonly name: string
  readonly shown: string
  readonly first: number
  readonly comma: Comma
  /** The request it was last seen in. */
  seenIn = 0

  constructor(shown: string, comma: Comma) {
    this.name = shown.toLowerCase()
    this.shown = shown
    this.first = this.name.charCodeAt(0)
    this.comma = comma
  }

  /** @returns whether `value` is several, joined by commas */
  isJoined(value: string): boolean {
    const { comma } = this
    if (comma === 'any' || !value.includes(',')) return false
    return comma === 'never' || JOINED[comma](value)
  }
}

/** The table, by the length of names: most headers of a request are told by that and a letter. */
export class SingleHeaders {
  readonly #byLength: (readonly Row[])[] = []
  #request = 0

  /** @param more headers that this app takes one value from, such as that of its request ids */
  constructor(more: Iterable<string>) {
    const rows = SINGLE.map(([shown, comma]) => new Row(shown, comma))
    for (const shown of more) {
      const row = new Row(shown, 'spaced')
      if (rows.every(({ name }) => name !== row.name)) rows.push(row)
    }
    const longest = Math.max(...rows.map(({ name }) => name.length))
    for (let length = 0; length <= longest; length++) {
      this.#byLength.push(rows.filter(({ name }) => name.length === length))
    }
  }

  /** Begins with the headers of the next request. */
  begin(): void {
    // Numbered, so that no set of names is made for each request.
    this.#request = (this.#request + 1) | 0
  }

  /** @returns the header, `null` for one that may be repeated, `repeated` for one that was */
  read(sent: string, value: string): SingleHeader | Repeated | null {
    const row = this.#find(sent)
    if (row === null) return null
    if (row.seenIn === this.#request || row.isJoined(value)) return new Repeated(row)
    row.seenIn = this.#request
    return row
  }

  #find(sent: string): Row | null {
    const rows = this.#byLength[sent.length]
    if (rows === undefined) return null
    const first = sent.charCodeAt(0) | LOWER_CASE
    for (const row of rows) {
      if (row.first === first && (row.name === sent || row.name === sent.toLowerCase())) return row
    }
    return null
  }
}

/** Says which header came more than once. */
export class Repeated {
  readonly header: SingleHeader

  constructor(header: SingleHeader) {
    this.header = header
  }
}
