import type { AuthContext } from '../auth/auth-context.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { checkText } from '../options/option-values.ts'
import { type ProductionRisk, readRisks } from '../options/production-risk.ts'
import { valueKind } from '../options/value-kind.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import type { CallFacts } from './call-facts.ts'

/**
 * How long a value lives: `request` until the answer is complete, shared by the authenticator,
 * other dependencies and the handler; `function` until the handler returns.
 */
export type DependencyScope = 'request' | 'function'

const BRAND: unique symbol = Symbol('trefoil.dependency')

/** The value behind what a provider returns: itself, a promise of it, or a generator yielding it once. */
export type ProvidedValue<Returned> = Returned extends
  | Generator<infer Value, unknown, unknown>
  | AsyncGenerator<infer Value, unknown, unknown>
  ? Value
  : Awaited<Returned>

/** Dependencies by the name under which a provider receives them. */
export type Uses = Readonly<Record<string, Dependency<unknown>>>

export type UsedValues<U extends Uses> = { readonly [Name in keyof U]: DependencyValue<U[Name]> }

/** What a dependency gives: `DependencyValue<typeof db>`. */
export type DependencyValue<D> = D extends Dependency<infer Value> ? Value : never

/** What a provider knows about the call it works for. */
export interface ProviderCall extends CallFacts {
  /** Who is calling; `null` for nobody, and while the authenticator itself resolves. */
  readonly auth: AuthContext | null
  /**
   * The bound arguments, as the handler's `call.args`.
   *
   * @throws ImproperlyConfigured before they are bound: for an authenticator, and a guard without input
   */
  readonly args: Readonly<Record<string, unknown>>
  /** True for a call that is only tried: whatever it does has to be taken back when it closes. */
  readonly rehearses: boolean
  /** Another dependency of the same call. */
  resolve<Value>(dependency: Dependency<Value>): Promise<Value>
}

/** An injected value: opened for a call, closed with it, never an argument a caller can send. */
export interface Dependency<Value> {
  readonly [BRAND]: true
  readonly name: string
  readonly scope: DependencyScope
  /** True when every use gets a value of its own. */
  readonly fresh: boolean
  /** `safe` when it may be opened for a preview, which is taken back; else `null`. */
  readonly preview: 'safe' | null
  /** True for a unit of work: only in actions that may change something. */
  readonly unit: boolean
  /** Runs the handler; `null` where it need not know. */
  readonly within: Within | null
  /** Other dependencies handed to the provider, or a function giving them. */
  readonly uses: () => Uses
  readonly provide: (uses: never, call: ProviderCall) => unknown
  /**
   * True when it tells callers apart by something that browsers add by themselves, such as a cookie:
   * an app that uses it needs protection from other sites.
   */
  readonly ambient: boolean
  /** What makes it unfit for production. */
  readonly risks: readonly ProductionRisk[]
  /** Carries the type only. */
  readonly '~value'?: Value
}

/** Runs the handler of a call that has the dependency: calls `run` at once and returns what it returns. */
export type Within = <Returned>(value: unknown, run: () => Returned) => Returned

/** Options of {@link dependency}. */
export interface DependencyOptions<U extends Uses> {
  /** Default `request`. */
  readonly scope?: DependencyScope
  /**
   * True: every use opens a value of its own (each parameter, each dependency that uses it, each
   * `resolve`), and all of them are closed. Default false: one value for the whole call.
   */
  readonly fresh?: boolean
  /**
   * `safe`: may be opened while the effect of a call is only looked at, because nothing of it is left
   * behind then: it reads, or takes part in the transaction that is rolled back. Default: not so.
   */
  readonly preview?: 'safe'
  /**
   * True for the unit of work of a call, a transaction that is committed when it closes: parts with
   * `transaction` join it, and an action that changes nothing cannot have it. A generator. Default false.
   */
  readonly unit?: boolean
  /**
   * Runs the handler of every call that has the dependency declared, for an `AsyncLocalStorage` say.
   * Default: nothing does.
   */
  readonly within?: Within
  /** Shown in errors; default: the provider's name. */
  readonly name?: string
  /** Dependencies of this one; a function when they are declared later in the file. */
  readonly uses?: U | (() => U)
  /** True for a value that knows its caller by what browsers add by themselves. Default false. */
  readonly ambient?: boolean
  /** What makes it unfit for production, for `validateProduction()`. Default: nothing. */
  readonly risks?: readonly ProductionRisk[]
}

const OPTIONS: OptionNames<DependencyOptions<Uses>> = {
  scope: true,
  fresh: true,
  name: true,
  uses: true,
  preview: true,
  unit: true,
  within: true,
  ambient: true,
  risks: true,
}

/**
 * Declares a value that calls can have injected.
 *
 * A generator's code after `yield` runs when the value is closed; when the call failed, the
 * error is thrown at the `yield`, so a transaction rolls back (PW-16). A value with
 * `Symbol.asyncDispose` or `Symbol.dispose` is disposed of instead.
 *
 * @param provide receives the values named in `uses` and facts about the call
 * @throws ImproperlyConfigured for an unknown option or scope, and a provider that is not a function
 */
export function dependency<Returned, const U extends Uses = Record<never, never>>(
  provide: (uses: UsedValues<U>, call: ProviderCall) => Returned,
  options?: DependencyOptions<U>,
): Dependency<ProvidedValue<Returned>>
/**
 * Declares a value that calls can have injected: of a class, the instance that is made for the call.
 *
 * @param provide a class; its constructor is given the values named in `uses` and facts about the call
 * @throws ImproperlyConfigured for an unknown option or scope, and for a class of the language
 */
export function dependency<Value, const U extends Uses = Record<never, never>>(
  provide: new (uses: UsedValues<U>, call: ProviderCall) => Value,
  options?: DependencyOptions<U>,
): Dependency<Value>
export function dependency(
  provide: ((uses: never, call: ProviderCall) => unknown) | ProviderClass,
  options: DependencyOptions<Uses> = {},
): Dependency<unknown> {
  checkOptionNames('dependency()', options, OPTIONS)
  checkText('dependency(): name', options.name)
  const { scope = 'request', fresh = false, uses, preview, ambient = false } = options
  const { unit = false, within = null } = options
  if (typeof provide !== 'function') {
    throw new ImproperlyConfigured(
      `dependency() takes a function that provides the value, or a class, got ${valueKind(provide)}`,
    )
  }
  const provider = providerOf(provide)
  if (scope !== 'request' && scope !== 'function') {
    throw new ImproperlyConfigured("Dependency scope must be 'function' or 'request'")
  }
  if (preview !== undefined && preview !== 'safe') {
    throw new ImproperlyConfigured("Dependency preview must be 'safe', or left out")
  }
  if (typeof fresh !== 'boolean') {
    throw new ImproperlyConfigured('Dependency fresh must be true or false')
  }
  if (typeof ambient !== 'boolean') {
    throw new ImproperlyConfigured('Dependency ambient must be true or false')
  }
  if (typeof unit !== 'boolean') {
    throw new ImproperlyConfigured('Dependency unit must be true or false')
  }
  if (within !== null && typeof within !== 'function') {
    throw new ImproperlyConfigured(`Dependency within must be a function, got ${valueKind(within)}`)
  }
  const name = options.name ?? (provide.name || 'dependency')
  return Object.freeze({
    [BRAND]: true as const,
    name,
    scope,
    fresh,
    uses: fixed(name, uses),
    preview: preview ?? null,
    unit,
    within,
    provide: provider,
    ambient,
    risks: readRisks(`risks of dependency '${name}'`, options.risks),
  })
}

/** A class is constructed, whatever else is called; which of the two is settled once. */
function providerOf(
  provide: ((uses: never, call: ProviderCall) => unknown) | ProviderClass,
): Dependency<unknown>['provide'] {
  if (isProviderClass(provide)) return (uses, call) => new provide(uses, call as never)
  return provide
}

/** A class whose instances a dependency gives. */
type ProviderClass = new (uses: never, call: never) => unknown

/**
 * True for what has to be constructed and cannot be called. Neither is tried: a plain function that is
 * constructed gives an empty object in the place of its value, and a class that is called throws in
 * the middle of somebody's call.
 *
 * @throws ImproperlyConfigured for a class of the language, such as `Map`: what a provider is given
 *   would be its contents
 */
function isProviderClass(provide: unknown): provide is ProviderClass {
  if (typeof provide !== 'function') return false
  const prototype = Reflect.getOwnPropertyDescriptor(provide, 'prototype')
  // That of a class can never be written, that of a function can until somebody freezes it. Arrow
  // functions, methods, async and bound functions have none.
  if (prototype === undefined || prototype.writable !== false) return false
  const text = Function.prototype.toString.call(provide)
  if (text.endsWith('{ [native code] }')) {
    throw new ImproperlyConfigured(
      `dependency(): ${provide.name || 'that'} is a class of the language; write () => new ${provide.name || 'It'}(…)`,
    )
  }
  // A generator that somebody froze has such a prototype too, and need not say `function`: `*open() {}`.
  return /^(?:class\b|@)/.test(text)
}

/**
 * Taken once: the graph is checked when the app starts, and what is put into the object later would
 * run in every call unchecked, in the place of what was declared.
 */
function fixed(name: string, uses: Uses | (() => Uses) | undefined): () => Uses {
  if (typeof uses !== 'function') {
    const taken = checked(name, { ...uses })
    return () => taken
  }
  // Declared later in the file: not before somebody asks.
  let taken: Uses | null = null
  return () => {
    taken ??= checked(name, { ...uses() })
    return taken
  }
}

function checked(name: string, uses: Uses): Uses {
  for (const [used, entry] of Object.entries(uses)) {
    // What is not there yet is told when the graph is looked at, with what to write.
    if (entry === undefined || isDependency(entry)) continue
    throw new ImproperlyConfigured(
      `dependency '${name}': uses.${used} must be a dependency, got ${valueKind(entry)}`,
    )
  }
  return Object.freeze(uses)
}

export function isDependency(value: unknown): value is Dependency<unknown> {
  return typeof value === 'object' && value !== null && BRAND in value
}
