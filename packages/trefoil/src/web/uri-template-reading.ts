import type { TemplateExpression, TemplatePart } from './uri-template-parts.ts'

/** Where an expression begins in a URI. */
export interface ReadingPlace {
  /** Of the expression among the parts. */
  readonly index: number
  readonly uri: string
  readonly at: number
}

/** A value of a URI, decoded or not: what RFC 3986 lets stand in a segment, more than RFC 6570 writes. */
const SEGMENT = /^[A-Za-z0-9._~!$&'()*+,;=:@%-]*$/
/** The same in a query. */
const QUERY = /^[A-Za-z0-9._~!$'()*+,;=:@%/?-]*$/
/** The same where reserved characters stay. */
const RESERVED = /^[A-Za-z0-9._~!$&'()*+,;=:@%/?#[\]-]*$/

/**
 * Reads an expression's values into `values`. Each character is looked at a fixed number of times: no
 * part of a template is tried at two places, because trying costs a stranger's URI to the power of the
 * number of variables.
 *
 * @returns where the expression ends, or NaN for what it could not have written
 */
export function readPart(
  part: TemplateExpression,
  parts: readonly TemplatePart[],
  place: ReadingPlace,
  values: Record<string, string>,
): number {
  const { uri, at } = place
  const end = endOf(part, parts, place)
  if (end < at) return Number.NaN
  const { first } = part.operator
  const text = uri.slice(at, end)
  if (text === '' && first !== '') return end
  if (!text.startsWith(first)) return Number.NaN
  const read = part.operator.named ? readNamed : readInOrder
  return read(part, text.slice(first.length), values) ? end : Number.NaN
}

function endOf(
  { operator }: TemplateExpression,
  parts: readonly TemplatePart[],
  { index, uri, at }: ReadingPlace,
): number {
  const next = parts[index + 1]
  if (next === undefined) return uri.length
  if (typeof next === 'string') {
    const isLast = index + 2 === parts.length
    if (isLast) return uri.endsWith(next) ? uri.length - next.length : -1
    // Values without a sign before them are at least one character.
    return uri.indexOf(next, operator.first === '' ? at + 1 : at)
  }
  // The next sign; in `{?a}{#b}` the first one is ours.
  const border = uri.indexOf(next.operator.first, at)
  return border === -1 ? afterAll(parts, { index, uri, at }) : border
}

/** The end of an expression before others that the URI leaves out. */
function afterAll(parts: readonly TemplatePart[], { index, uri, at }: ReadingPlace): number {
  for (let other = index + 2; other < parts.length; other += 1) {
    const part = parts[other] ?? ''
    if (typeof part !== 'string') continue
    if (other + 1 < parts.length) return uri.indexOf(part, at)
    return uri.endsWith(part) ? uri.length - part.length : -1
  }
  return uri.length
}

function readInOrder(
  { operator, names }: TemplateExpression,
  text: string,
  values: Record<string, string>,
): boolean {
  const pieces = names.length === 1 ? [text] : text.split(operator.separator, names.length + 1)
  const isWhole = operator.first !== '' || pieces.length === names.length
  if (!isWhole || pieces.length > names.length) return false
  for (const [index, piece] of pieces.entries()) {
    // An id that is nothing is no id: `order://` is not the order ''.
    if (piece === '' && operator.first === '') return false
    if (!decodeInto(values, names[index], piece, operator.reserved ? RESERVED : SEGMENT))
      return false
  }
  return true
}

function readNamed(
  { operator, names }: TemplateExpression,
  text: string,
  values: Record<string, string>,
): boolean {
  const allowed = operator.separator === '&' ? QUERY : SEGMENT
  // No more than it can have, or a URI of separators makes a list of a million.
  for (const pair of text.split(operator.separator, names.length + 1)) {
    const equals = pair.indexOf('=')
    const name = equals === -1 ? pair : pair.slice(0, equals)
    // Twice is refused: which of two is meant is what attackers make parsers differ by.
    if (!names.includes(name) || Object.hasOwn(values, name)) return false
    if (equals === -1 && !operator.bareEmpty) return false
    const value = equals === -1 ? '' : pair.slice(equals + 1)
    if (!decodeInto(values, name, value, allowed)) return false
  }
  return true
}

function decodeInto(
  values: Record<string, string>,
  name: string | undefined,
  text: string,
  allowed: RegExp,
): boolean {
  if (name === undefined || !allowed.test(text)) return false
  try {
    // Once: what is encoded twice is the text of the inner one.
    values[name] = decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
