/** What the head of a form part says about it. */
export interface PartDisposition {
  readonly name: string
  /** As sent; `null` for a plain field. */
  readonly fileName: string | null
}

const CONTROL = /[\x00-\x1f\x7f]/
const TYPE = /^form-data[ \t]*(?=;|$)/i
const PARAMETER = /^;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=/
const TOKEN = /^[^\s;"]*/
const QUOTED = /^"((?:[^"\\]|\\.)*)"/s

/**
 * Reads the `Content-Disposition` of a form part (BIND-16): names in any script, as browsers send
 * them (RFC 7578 §4.2), and `filename*` (RFC 5987) before `filename`.
 *
 * @returns `null` when it is no `form-data`, says a thing twice, or has an empty name or a control
 * character in a name
 */
export function parsePartDisposition(header: string): PartDisposition | null {
  const type = TYPE.exec(header)
  if (type === null) return null
  const parameters = parseParameters(header.slice(type[0].length))
  const name = parameters?.get('name')
  if (parameters === null || name === undefined || name === '' || CONTROL.test(name)) return null
  const extended = parameters.get('filename*')
  const fileName =
    extended === undefined ? (parameters.get('filename') ?? null) : decodeExtended(extended)
  if (fileName === undefined || (fileName !== null && CONTROL.test(fileName))) return null
  return { name, fileName }
}

function parseParameters(text: string): ReadonlyMap<string, string> | null {
  const found = new Map<string, string>()
  let rest = text
  while (rest !== '') {
    const start = PARAMETER.exec(rest)
    if (start === null) return null
    rest = rest.slice(start[0].length)
    const quoted = QUOTED.exec(rest)
    const raw = quoted === null ? (TOKEN.exec(rest)?.[0] ?? '') : quoted[0]
    // Browsers leave a backslash alone, other clients double it; only the quote needs it.
    const value = quoted === null ? raw : (quoted[1] ?? '').replaceAll('\\"', '"')
    const key = (start[1] ?? '').toLowerCase()
    // A filter in front may take the first of two names where we would take the second.
    if (found.has(key)) return null
    found.set(key, value)
    rest = rest.slice(raw.length).replace(/^[ \t]+/, '')
  }
  return found
}

function decodeExtended(value: string): string | undefined {
  const match = /^utf-8'[^']*'(.*)$/is.exec(value)
  if (match === null) return undefined
  try {
    return decodeURIComponent(match[1] ?? '')
  } catch {
    return undefined
  }
}
