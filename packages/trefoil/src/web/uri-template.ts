import {
  parseUriTemplate,
  type TemplateExpression,
  type TemplatePart,
} from './uri-template-parts.ts'
import { readPart } from './uri-template-reading.ts'

/** A template of URIs (RFC 6570 levels 1 to 3), such as `order://{order_id}` or `store://find{?text,page}`. */
export interface UriTemplate {
  /** As it was written. */
  readonly template: string
  /** Names of its variables, in order. */
  readonly variables: readonly string[]
  /**
   * What the variables stand for in a URI, percent-decoded once; a variable that the URI leaves out is
   * absent. In time linear in the URI's length, whatever the URI is.
   *
   * @returns an object without a prototype, or `null` for a URI that is none of the template's
   */
  match(uri: string): Readonly<Record<string, string>> | null
  /** The URI of these values, as RFC 6570 says; a variable without a value is left out. */
  expand(values: Readonly<Record<string, string | undefined>>): string
}

const NOT_UNRESERVED = /[!'()*]/g
/** What encodeURIComponent may have encoded though `{+…}` and `{#…}` keep it, and triplets that were there. */
const RESERVED_TRIPLET = /%(?:3A|2F|3F|23|5B|5D|40|24|26|2B|2C|3B|3D|25(?=[0-9A-Fa-f]{2}))/g

/**
 * Compiles a template. One text never has two readings: what could be read in two ways is refused here.
 *
 * @throws TypeError saying what is wrong and what to write
 */
export function compileUriTemplate(template: string): UriTemplate {
  const parts = parseUriTemplate(template)
  const variables = Object.freeze(
    parts.flatMap((part) => (typeof part === 'string' ? [] : part.names)),
  )
  return Object.freeze({
    template,
    variables,
    match: (uri: string) => matchParts(parts, uri),
    expand: (values: Readonly<Record<string, string | undefined>>) =>
      parts.map((part) => (typeof part === 'string' ? part : expand(part, values))).join(''),
  })
}

function matchParts(
  parts: readonly TemplatePart[],
  uri: string,
): Readonly<Record<string, string>> | null {
  // Without a prototype: nobody finds `constructor` in what a stranger named.
  const values: Record<string, string> = Object.create(null)
  let at = 0
  for (const [index, part] of parts.entries()) {
    const end =
      typeof part === 'string'
        ? at + (uri.startsWith(part, at) ? part.length : Number.NaN)
        : readPart(part, parts, { index, uri, at }, values)
    if (Number.isNaN(end)) return null
    at = end
  }
  return at === uri.length ? values : null
}

function expand(
  { operator, names }: TemplateExpression,
  values: Readonly<Record<string, string | undefined>>,
): string {
  const pieces = names.flatMap((name) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) return []
    const text = operator.reserved ? encodeReserved(value) : encode(value)
    if (!operator.named) return [text]
    return [text === '' && operator.bareEmpty ? name : `${name}=${text}`]
  })
  return pieces.length === 0 ? '' : operator.first + pieces.join(operator.separator)
}

function encode(value: string): string {
  return encodeURIComponent(value).replace(
    NOT_UNRESERVED,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function encodeReserved(value: string): string {
  return encodeURIComponent(value).replace(RESERVED_TRIPLET, (triplet) =>
    decodeURIComponent(triplet),
  )
}
