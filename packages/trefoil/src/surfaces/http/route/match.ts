import { addRoute, createRouter, findRoute } from 'rou3'
import type { PathTemplate } from '../../../web/path-template.ts'
import { PlainRoutes } from './plain-routes.ts'

/** Something mounted under a method and a path. */
export interface Mount<Target> {
  readonly method: string
  readonly template: PathTemplate
  readonly target: Target
}

/** What a method and path lead to. */
export type Match<Target> =
  | {
      readonly kind: 'found'
      readonly target: Target
      readonly params: Readonly<Record<string, string>>
    }
  | { readonly kind: 'missing' }
  /** The path exists, for these methods. */
  | { readonly kind: 'method'; readonly allow: readonly string[] }

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null))
/** One spelling per number, so that one thing has one address. */
const INT = /^(?:0|[1-9][0-9]*)$/

interface Entry<Target> {
  readonly target: Target
  /** Segments with a type, and what their text must be. */
  readonly typed: readonly (readonly [name: string, fits: (text: string) => boolean])[]
}

/**
 * The one matcher: static segments beat dynamic ones at every level, whatever the order of
 * registration (ROUTE-6). HEAD falls back to GET (W-28).
 */
export function createMatcher<Target>(
  mounts: readonly Mount<Target>[],
): (method: string, path: string) => Match<Target> {
  const router = createRouter<Entry<Target>>()
  const plain = new PlainRoutes<Entry<Target>>()
  for (const { method, template, target } of mounts) {
    const entry = { target, typed: typedSegments(template) }
    if (!plain.add(method, template, entry)) addRoute(router, method, routerPath(template), entry)
  }
  const methods = [...new Set(mounts.map(({ method }) => method))].sort()

  function lookUp(method: string, path: string): Match<Target> | null {
    const found = plain.find(method, path) ?? findRoute(router, method, path)
    if (found === undefined) return null
    const params = found.params ?? NO_PARAMS
    const { target, typed } = found.data
    // Not an integer, or one that a number cannot hold: that path does not exist (ROUTE-5).
    if (typed.length > 0 && !typed.every(([name, fits]) => fits(params[name] ?? ''))) return null
    return { kind: 'found', target, params }
  }

  return (method, path) => {
    const found = lookUp(method, path) ?? (method === 'HEAD' ? lookUp('GET', path) : null)
    if (found !== null) return found
    const served = methods.filter((other) => lookUp(other, path) !== null)
    return served.length === 0 ? { kind: 'missing' } : { kind: 'method', allow: allowed(served) }
  }
}

/** The full union, with the methods every path answers by itself. */
function allowed(served: readonly string[]): readonly string[] {
  const all = new Set([...served, 'OPTIONS'])
  if (all.has('GET')) all.add('HEAD')
  return [...all].sort()
}

function routerPath({ segments }: PathTemplate): string {
  const parts = segments.map((part) => {
    if (part.kind === 'literal') return part.text
    // One segment, or with `**` one and all that follow.
    return part.type === 'path' ? `**:${part.name}` : `:${part.name}`
  })
  return `/${parts.join('/')}`
}

function typedSegments({ segments }: PathTemplate): Entry<unknown>['typed'] {
  return segments.flatMap((part) => {
    if (part.kind !== 'param' || part.type === 'string' || part.type === 'path') return []
    return [[part.name, part.type === 'int' ? isSafeInt : isDigits] as const]
  })
}

function isDigits(text: string): boolean {
  return INT.test(text)
}

function isSafeInt(text: string): boolean {
  return INT.test(text) && Number.isSafeInteger(Number(text))
}
