import type { Awaitable } from '../../base/promise.ts'
import type { ErrorClass, ErrorHandler, Handler, Middleware } from '../../contract/call/action.ts'
import type { AnyHandle } from '../../contract/call/action-handle.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import type { Params } from '../../contract/params/params.ts'
import { ImproperlyConfigured, type Problem } from '../../contract/problems/problem.ts'
import { Forgetting } from '../../engine/cached/forgetting.ts'
import type { AnyTypes, AppTypes } from './app-types.ts'
import { checkGroupOptions } from './check-declared-options.ts'
import {
  type Declaration,
  type DeclaredOptions,
  GROUP_OPTIONS,
  type Level,
  ROUTE_OPTIONS,
} from './declaration.ts'
import { remember } from './forget-answers.ts'
import { makeHandle } from './make-handle.ts'
import { splitPrompt, splitResource } from './mcp-declaration.ts'
import type { AddPrompt, AddResource } from './mcp-types.ts'
import { membersOf, shownName, takenOnce } from './members-of.ts'
import type {
  AddAction,
  AddRoute,
  AddTool,
  AnyCallOf,
  Args,
  NoParams,
  SharedOptions,
} from './route-types.ts'

const GROUP_NAMES = Object.keys(GROUP_OPTIONS)
const ROUTE_NAMES = Object.keys(ROUTE_OPTIONS)

/** Options of a group. */
export interface GroupOptions<P extends Params> extends SharedOptions {
  /** Parameters and dependencies that every route of the group has too. */
  readonly params?: P
}

/** What handlers of a group may count on. */
interface GroupTypes<T extends AppTypes, Inherited extends Params, Prefix extends string> {
  readonly payload: T['payload']
  readonly state: T['state']
  readonly callState: T['callState']
  readonly args: Args<Prefix, Inherited>
}

/**
 * Where routes are added, for functions in other files: an app, or a group of one.
 *
 * `Routes<typeof app>` takes that app, its groups, and any app on which handlers may count on the
 * same: surfaces with an authenticator, the payload, `state`. `Routes` alone takes every app, and its
 * handlers have to ask whether there is a caller.
 */
export type Routes<Of = AnyTypes> = 0 extends Of & 1
  ? RouteGroup<AnyTypes>
  : Of extends RouteGroup<infer T, infer Inherited, infer Prefix>
    ? RouteGroup<T, Inherited, Prefix>
    : never

/** Of the class `Problem` the compiler concludes that its code is none, where it may be any. */
type Thrown<E> = [E] extends [Problem<never>] ? ([Problem<never>] extends [E] ? Problem : E) : E

/** Where a group hands on what it is told: the app. */
export interface Registrar {
  readonly declare: (declaration: Declaration) => void
  /** @throws ImproperlyConfigured saying what came too late, once the app has been used */
  readonly refuseLate: (what: string) => void
}

type Arguments = readonly [options: DeclaredOptions, handler: Handler] | readonly [handler: Handler]

/** What the app and its groups share: adding routes, actions, middleware and error handlers. */
export class RouteGroup<
  T extends AppTypes,
  Inherited extends Params = NoParams,
  Prefix extends string = '',
> {
  /**
   * Only for the compiler, which would otherwise take any group for any other: a handler that counts
   * on a caller must not be added where nobody is asked who is calling.
   */
  declare readonly '~types'?: (covered: T['covered'] | null) => GroupTypes<T, Inherited, Prefix>
  readonly get: AddRoute<T, Inherited, Prefix> = this.#adder('GET')
  readonly post: AddRoute<T, Inherited, Prefix> = this.#adder('POST')
  readonly put: AddRoute<T, Inherited, Prefix> = this.#adder('PUT')
  readonly patch: AddRoute<T, Inherited, Prefix> = this.#adder('PATCH')
  readonly delete: AddRoute<T, Inherited, Prefix> = this.#adder('DELETE')
  /** An action that is only a tool and/or a CLI action: no HTTP path. */
  readonly action: AddAction<T, Inherited, boolean> = this.#actionAdder({})
  /** An action with `tool: true`. */
  readonly tool: AddTool<T, Inherited> = this.#actionAdder<true>({ tool: true }) as AddTool<
    T,
    Inherited
  >
  /**
   * What MCP reads under a URI (`store://products`), or under every URI of a template (`order://{order_id}`), whose
   * variables are arguments. What the handler returns is its text, its bytes or its JSON.
   */
  readonly resource: AddResource<T, Inherited> = this.#resourceAdder()
  /** A template of messages that people choose, in MCP. */
  readonly prompt: AddPrompt<T, Inherited> = this.#promptAdder()
  readonly #levels: readonly Level[]
  readonly #registrar: Registrar
  readonly #middleware: Middleware[] = []
  readonly #errorHandlers: ErrorHandler[] = []

  constructor(
    outer: readonly Level[],
    registrar: Registrar,
    prefix: string,
    options: GroupOptions<Params>,
  ) {
    this.#levels = [
      ...outer,
      { prefix, options, middleware: this.#middleware, errorHandlers: this.#errorHandlers },
    ]
    this.#registrar = registrar
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
  ): RouteGroup<T, Inherited & P, `${Prefix}${Segment}`> {
    const own = takenOnce(options, GROUP_NAMES)
    checkGroupOptions(prefix, own)
    return new RouteGroup(this.#levels, this.#registrar, prefix, own)
  }

  /**
   * Wraps every handler declared here and below; runs after approval.
   *
   * @throws ImproperlyConfigured once the app has been used: it would never run
   */
  use(middleware: Middleware<AnyCallOf<T>>): void {
    if (typeof middleware !== 'function') {
      throw new ImproperlyConfigured(`use() takes a middleware, got ${valueKind(middleware)}`)
    }
    this.#registrar.refuseLate('use() must be called')
    this.#middleware.push(middleware as Middleware)
  }

  /**
   * Answers for errors of this class thrown by handlers, middleware or dependencies below. The
   * most specific class wins; returning `undefined` leaves the error to the next handler.
   *
   * @throws ImproperlyConfigured once the app has been used: it would never be asked
   */
  onError<E>(
    type: ErrorClass<E>,
    answer: (error: Thrown<E>, call: AnyCallOf<T>) => Awaitable<unknown>,
  ): void {
    this.#registrar.refuseLate('onError() must be called')
    this.#errorHandlers.push(errorHandler('onError()', type, answer))
  }

  #adder(method: string): AddRoute<T, Inherited, Prefix> {
    const add = (path: string, ...rest: Arguments) => {
      if (typeof path !== 'string') {
        throw new ImproperlyConfigured(
          `${method}: the first argument of a route is its path, such as '/orders', got ${valueKind(path)}`,
        )
      }
      const [options, handler] = rest.length === 1 ? [{}, rest[0]] : rest
      return this.#add(method, path, takenOnce(options, ROUTE_NAMES), handler)
    }
    // The handle has the types of its route, which nothing at run time can show.
    return add as unknown as AddRoute<T, Inherited, Prefix>
  }

  #actionAdder<ToolChoice extends boolean>(
    fixed: DeclaredOptions,
  ): AddAction<T, Inherited, ToolChoice> {
    const add = (name: string, options: DeclaredOptions, handler: Handler) => {
      const members = membersOf(`Action ${shownName(name)}`, options, ROUTE_NAMES)
      return this.#add(null, null, { ...members, ...fixed, name }, handler)
    }
    return add as unknown as AddAction<T, Inherited, ToolChoice>
  }

  #resourceAdder(): AddResource<T, Inherited> {
    const add = (uri: string, given: Readonly<Record<string, unknown>>, handler: Handler) => {
      const { own, options } = splitResource(uri, given)
      this.#add(null, null, options, handler, { resource: own })
    }
    return add as unknown as AddResource<T, Inherited>
  }

  #promptAdder(): AddPrompt<T, Inherited> {
    const add = (name: string, given: Readonly<Record<string, unknown>>, handler: Handler) => {
      const { own, options } = splitPrompt(name, given)
      this.#add(null, null, options, handler, { prompt: own })
    }
    return add as unknown as AddPrompt<T, Inherited>
  }

  #add(
    method: string | null,
    path: string | null,
    options: DeclaredOptions,
    handler: Handler,
    kind: Pick<Declaration, 'resource' | 'prompt'> = {},
  ): AnyHandle {
    if (typeof handler !== 'function') {
      const what = `${method ?? 'Action'} ${path ?? kind.resource?.uri ?? options.name}`
      throw new ImproperlyConfigured(`${what} has no handler: the last argument is its function`)
    }
    const forgetting = new Forgetting()
    const levels = this.#levels
    const declaration = { method, path, levels, options, handler, forgetting, ...kind }
    this.#registrar.declare(declaration)
    return remember(makeHandle(declaration), forgetting)
  }
}

/**
 * An entry of `errorHandlers` in route and group options; for an app or group as a whole there is
 * `onError(Class, answer)`.
 *
 * @param type class of errors that handlers, middleware and dependencies throw; the framework's own
 * refusals (TIMEOUT, a refused caller) are never among them
 * @param answer returns the value to answer with, or `undefined` to leave the error to the next
 * @throws ImproperlyConfigured for what is no class, or no function
 */
export function handle<E>(
  type: ErrorClass<E>,
  answer: (error: Thrown<E>, call: AnyCallOf<AppTypes>) => Awaitable<unknown>,
): ErrorHandler {
  return errorHandler('handle()', type, answer)
}

function errorHandler(
  where: string,
  type: ErrorClass<unknown>,
  answer: (error: never, call: never) => unknown,
): ErrorHandler {
  if (!isClass(type) || typeof answer !== 'function') {
    throw new ImproperlyConfigured(
      `${where} takes a class of errors and a function: (Class, (error, call) => …)`,
    )
  }
  return Object.freeze({ type, handle: answer as ErrorHandler['handle'] })
}

/** An arrow function has no `prototype`, and `instanceof` throws at it when an error has come. */
function isClass(type: unknown): boolean {
  return typeof type === 'function' && typeof type.prototype === 'object' && type.prototype !== null
}
