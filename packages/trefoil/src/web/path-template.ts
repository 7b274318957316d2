/** A segment of a template: literal text, or a named parameter. */
export type TemplateSegment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string; readonly type: SegmentType }

/** What a segment's text becomes; `bigint` for integers of any size, `path` for all the rest. */
export type SegmentType = 'string' | 'int' | 'bigint' | 'path'

const TYPES: ReadonlyMap<string, SegmentType> = new Map([
  ['str', 'string'],
  ['int', 'int'],
  ['bigint', 'bigint'],
  ['path', 'path'],
])

/** A parsed path template, such as `/orders/{order_id}`. */
export interface PathTemplate {
  /** Slashes normalised. */
  readonly text: string
  readonly segments: readonly TemplateSegment[]
  /** Parameter names in order. */
  readonly names: readonly string[]
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const LITERAL = /^[A-Za-z0-9._~!$&',;=@+%-]+$/

/**
 * Parses a path template (ROUTE-4).
 *
 * @returns the template, or a sentence that says what is wrong and what to write instead
 */
export function parsePathTemplate(path: string): PathTemplate | string {
  if (!path.startsWith('/')) return `Route paths must start with '/', got '${path}'`
  if (/[?#]/.test(path)) return `Route path '${path}' must not include a query string or fragment`
  const segments: TemplateSegment[] = []
  const names: string[] = []
  for (const text of path.split('/')) {
    if (text === '') continue
    const segment = parseSegment(text)
    if (typeof segment === 'string') return `${segment} (in '${path}')`
    if (takesTheRest(segments.at(-1)))
      return `'{…:path}' takes the rest: it must be last (in '${path}')`
    if (segment.kind === 'param') {
      if (names.includes(segment.name)) {
        return `Duplicate path parameter name: '${segment.name}' (in '${path}')`
      }
      names.push(segment.name)
    }
    segments.push(segment)
  }
  return { text: templateText(segments), segments, names }
}

function takesTheRest(segment: TemplateSegment | undefined): boolean {
  return segment?.kind === 'param' && segment.type === 'path'
}

function parseSegment(text: string): TemplateSegment | string {
  if (text.startsWith(':')) {
    return `Path parameters are written {${text.slice(1)}}, not '${text}'`
  }
  if (!text.startsWith('{') && !text.endsWith('}')) {
    if (LITERAL.test(text)) return { kind: 'literal', text }
    return `Invalid route segment: '${text}'; literal segments use letters, digits and -._~!$&',;=@+`
  }
  if (!text.startsWith('{') || !text.endsWith('}')) return `Invalid route segment: '${text}'`
  const [name = '', type = 'str', ...rest] = text.slice(1, -1).split(':')
  if (name === '') return 'Path parameters must have a name'
  if (!NAME.test(name) || name === '__proto__') return `Invalid path parameter name: '${name}'`
  const segmentType = TYPES.get(type)
  if (rest.length > 0 || segmentType === undefined) {
    const wrong = [type, ...rest].join(':')
    const known = `{${name}}, {${name}:int}, {${name}:bigint} or {${name}:path}`
    return `Unsupported path converter: '${wrong}'; use ${known}`
  }
  return { kind: 'param', name, type: segmentType }
}

function templateText(segments: readonly TemplateSegment[]): string {
  return `/${segments.map((part) => (part.kind === 'literal' ? part.text : `{${part.name}}`)).join('/')}`
}

/** The template as it was written, types included: what two that conflict differ by. */
export function templateSpelling({ segments }: PathTemplate): string {
  const parts = segments.map((part) => {
    if (part.kind === 'literal') return part.text
    return part.type === 'string' ? `{${part.name}}` : `{${part.name}:${part.type}}`
  })
  return `/${parts.join('/')}`
}

/** The template without parameter names: two templates of one shape match the same paths. */
export function templateShape(template: PathTemplate): string {
  return `/${template.segments.map((part) => (part.kind === 'literal' ? part.text : '{}')).join('/')}`
}

/** Fills a template in; values are percent-encoded, so a slash in one never makes a segment (ABIND-5). */
export function renderPath(template: string, args: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{([A-Za-z0-9_]+)\}/g, (_, name: string) =>
    encodeURIComponent(String(args[name])),
  )
}

/** A template that is one literal path, such as `/mcp`. */
export function literalTemplate(path: string): PathTemplate {
  const segments = path
    .split('/')
    .filter((text) => text !== '')
    .map((text) => ({ kind: 'literal', text }) as const)
  return { text: path, segments, names: [] }
}
