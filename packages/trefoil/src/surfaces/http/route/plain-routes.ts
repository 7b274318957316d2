import type { PathTemplate } from '../../../web/path-template.ts'

/** What {@link PlainRoutes} finds, in the shape in which the router finds it. */
export interface PlainMatch<Data> {
  readonly data: Data
  /** Missing for a path without parameters. */
  readonly params?: Readonly<Record<string, string>>
}

/** An object without a prototype whose members are found as fast as those of any class. */
const Params = function Params() {} as unknown as new () => Record<string, string>
Params.prototype = Object.freeze(Object.create(null))

/** Segments that mean themselves to every router. */
const PLAIN = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/

/**
 * The two commonest kinds of route, all literal (`/orders`) and literal with one parameter at the
 * end (`/orders/{id}`), looked up whole in a map instead of segment by segment: the router was the
 * dearest part of a small call that is ours (decisions/0006). Whatever is found here the router
 * would have found too, because a literal segment beats a parameter at every level; what is not
 * found here is the router's.
 */
export class PlainRoutes<Data> {
  readonly #methods = new Map<string, MethodRoutes<Data>>()

  /** @returns false for a route of another kind, which is not taken in */
  add(method: string, { segments }: PathTemplate, data: Data): boolean {
    const last = segments.at(-1)
    const fixed = last?.kind === 'param' ? segments.slice(0, -1) : segments
    if (last?.kind === 'param' && last.type === 'path') return false
    let path = ''
    for (const part of fixed) {
      if (part.kind !== 'literal' || !PLAIN.test(part.text)) return false
      path += `/${part.text}`
    }
    const routes = this.#methods.get(method) ?? { whole: new Map(), before: new Map() }
    this.#methods.set(method, routes)
    if (last?.kind === 'param') routes.before.set(path, { name: last.name, data })
    else routes.whole.set(path === '' ? '/' : path, { data })
    return true
  }

  /** @param path without empty segments, and without a slash at the end */
  find(method: string, path: string): PlainMatch<Data> | undefined {
    const routes = this.#methods.get(method)
    if (routes === undefined) return undefined
    const whole = routes.whole.get(path)
    if (whole !== undefined) return whole
    const slash = path.lastIndexOf('/')
    const route = routes.before.get(path.slice(0, slash))
    if (route === undefined || slash === path.length - 1) return undefined
    const params = new Params()
    params[route.name] = path.slice(slash + 1)
    return { data: route.data, params }
  }
}

interface MethodRoutes<Data> {
  readonly whole: Map<string, PlainMatch<Data>>
  /** By what stands before the parameter. */
  readonly before: Map<string, { readonly name: string; readonly data: Data }>
}
