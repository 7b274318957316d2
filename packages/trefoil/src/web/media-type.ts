/** A media type and its parameters, names lower-case. */
export interface MediaType {
  /** `type/subtype`, lower-case. */
  readonly essence: string
  readonly parameters: ReadonlyMap<string, string>
}

const ESSENCE = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/

/** @returns `null` when it is not a media type */
export function parseMediaType(text: string): MediaType | null {
  const [head = '', ...rest] = text.split(';')
  const essence = head.trim().toLowerCase()
  if (!ESSENCE.test(essence)) return null
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const equals = part.indexOf('=')
    if (equals === -1) continue
    const value = part.slice(equals + 1).trim()
    const bare = value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
    parameters.set(part.slice(0, equals).trim().toLowerCase(), bare)
  }
  return { essence, parameters }
}

/** True for `application/json`, whatever its parameters are. As nearly all clients spell it, it is told at once. */
export function isJsonType(text: string): boolean {
  return text === 'application/json' || parseMediaType(text)?.essence === 'application/json'
}

/** What in an `Accept` header asks for a problem document by name. */
const JSON_NAMES: ReadonlySet<string> = new Set(['application/json', 'application/problem+json'])

/** What in it admits one. */
const JSON_RANGES: ReadonlySet<string> = new Set([...JSON_NAMES, 'application/*', '*/*'])

/** True when an `Accept` header ranks `text/html` above every JSON type that it names: a browser that opens a page. */
export function prefersHtml(accept: string | undefined): boolean {
  return ranksAbove(accept, 'text/html', JSON_NAMES)
}

/**
 * True when an `Accept` header ranks `text/plain` above every JSON type: such a client is
 * answered with plain text instead of a problem document.
 */
export function prefersPlainText(accept: string | undefined): boolean {
  return ranksAbove(accept, 'text/plain', JSON_RANGES)
}

function ranksAbove(
  accept: string | undefined,
  wanted: string,
  others: ReadonlySet<string>,
): boolean {
  if (accept === undefined || !accept.toLowerCase().includes(wanted)) return false
  let best = 0
  let other = 0
  for (const part of accept.split(',')) {
    const type = parseMediaType(part)
    if (type === null) continue
    const given = Number(type.parameters.get('q') ?? 1)
    const weight = Number.isFinite(given) ? given : 0
    if (type.essence === wanted) best = Math.max(best, weight)
    if (others.has(type.essence)) other = Math.max(other, weight)
  }
  return best > other
}
