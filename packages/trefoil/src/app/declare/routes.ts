import type { Awaitable } from '../../base/promise.ts'
import type { ErrorClass, ErrorHandler, Handler, Middleware } from '../../contract/call/action.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import type { Params } from '../../contract/params/params.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AppTypes } from './app-types.ts'
import { checkGroupOptions } from './check-declared-options.ts'
import type { Declaration, DeclaredOptions, Level } from './declaration.ts'
import type { AddAction, AddRoute, AnyCallOf, NoParams, SharedOptions } from './route-types.ts'

/** Options of a group. */
export interface GroupOptions<P extends Params> extends SharedOptions {
  /** Parameters and dependencies that every route of the group has too. */
  readonly params?: P
}

type Arguments = readonly [options: DeclaredOptions, handler: Handler] | readonly [handler: Handler]

/** What the app and its groups share: adding routes, actions, middleware and error handlers. */
export class Routes<
  T extends AppTypes,
  Inherited extends Params = NoParams,
  Prefix extends string = '',
> {
  readonly get: AddRoute<T, Inherited, Prefix> = this.#adder('GET')
  readonly post: AddRoute<T, Inherited, Prefix> = this.#adder('POST')
  readonly put: AddRoute<T, Inherited, Prefix> = this.#adder('PUT')
  readonly patch: AddRoute<T, Inherited, Prefix> = this.#adder('PATCH')
  readonly delete: AddRoute<T, Inherited, Prefix> = this.#adder('DELETE')
  /** An action that is only a tool and/or a CLI action: no HTTP path. */
  readonly action: AddAction<T, Inherited, boolean> = this.#actionAdder({})
  /** An action with `tool: true`. */
  readonly tool: AddAction<T, Inherited, true> = this.#actionAdder({ tool: true })
  readonly #levels: readonly Level[]
  readonly #declare: (declaration: Declaration) => void
  readonly #middleware: Middleware[] = []
  readonly #errorHandlers: ErrorHandler[] = []

  constructor(
    outer: readonly Level[],
    declare: (declaration: Declaration) => void,
    prefix: string,
    options: GroupOptions<Params>,
  ) {
    this.#levels = [
      ...outer,
      { prefix, options, middleware: this.#middleware, errorHandlers: this.#errorHandlers },
    ]
    this.#declare = declare
  }

  /** Adds a route for any method. */
  route(method: string): AddRoute<T, Inherited, Prefix> {
    if (!/^[A-Za-z-]+$/.test(method)) {
      throw new ImproperlyConfigured(`'${method}' is not an HTTP method`)
    }
    return this.#adder(method.toUpperCase())
  }

  /**
   * A group of routes under a prefix. It inherits guards, roles, tags, metadata, middleware and
   * parameters, and can only add to them.
   */
  group<const Segment extends string, const P extends Params = NoParams>(
    prefix: Segment,
    options: GroupOptions<P> = {},
  ): Routes<T, Inherited & P, `${Prefix}${Segment}`> {
    checkGroupOptions(prefix, options)
    return new Routes(this.#levels, this.#declare, prefix, options)
  }

  /** Wraps every handler declared here and below; runs after approval. */
  use(middleware: Middleware<AnyCallOf<T>>): void {
    if (typeof middleware !== 'function') {
      throw new ImproperlyConfigured(`use() takes a middleware, got ${valueKind(middleware)}`)
    }
    this.#middleware.push(middleware as Middleware)
  }

  /**
   * Answers for errors of this class thrown by handlers, middleware or dependencies below. The
   * most specific class wins; returning `undefined` leaves the error to the next handler.
   */
  onError<E>(
    type: ErrorClass<E>,
    handle: (error: E, call: AnyCallOf<T>) => Awaitable<unknown>,
  ): void {
    this.#errorHandlers.push({ type, handle: handle as ErrorHandler['handle'] })
  }

  #adder(method: string): AddRoute<T, Inherited, Prefix> {
    const add = (path: string, ...rest: Arguments) => {
      if (typeof path !== 'string') {
        throw new ImproperlyConfigured(
          `${method}: the first argument of a route is its path, such as '/orders', got ${valueKind(path)}`,
        )
      }
      const [options, handler] = rest.length === 1 ? [{}, rest[0]] : rest
      this.#add(method, path, options, handler)
    }
    return add as AddRoute<T, Inherited, Prefix>
  }

  #actionAdder<ToolChoice extends boolean>(
    fixed: DeclaredOptions,
  ): AddAction<T, Inherited, ToolChoice> {
    const add = (name: string, options: DeclaredOptions, handler: Handler) => {
      this.#add(null, null, { ...options, ...fixed, name }, handler)
    }
    return add as AddAction<T, Inherited, ToolChoice>
  }

  #add(
    method: string | null,
    path: string | null,
    options: DeclaredOptions,
    handler: Handler,
  ): void {
    if (typeof handler !== 'function') {
      const what = `${method ?? 'Action'} ${path ?? options.name}`
      throw new ImproperlyConfigured(`${what} has no handler: the last argument is its function`)
    }
    this.#declare({ method, path, levels: this.#levels, options, handler })
  }
}

/** An entry of `errorHandlers` in route and group options. */
export function onError<E>(
  type: ErrorClass<E>,
  handle: (error: E, call: AnyCallOf<AppTypes>) => Awaitable<unknown>,
): ErrorHandler {
  return { type, handle: handle as ErrorHandler['handle'] }
}
