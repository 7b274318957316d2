import { isPromiseLike } from '../base/promise.ts'
import type { Dependency, DependencyScope, ProviderCall } from '../contract/dependency.ts'
import type { Logger } from '../contract/logger.ts'

interface Opened {
  readonly name: string
  readonly scope: DependencyScope
  /** Closes the value; told the error when the call failed. */
  close(failure: Failure | null): unknown
}

/** Wrapped, because a handler may throw anything, `undefined` included. */
export interface Failure {
  readonly error: unknown
}

type Chain = readonly Dependency<unknown>[]

/**
 * The dependencies of one call: each resolved once, concurrent `resolve` sharing one promise
 * (W-16), closed in exactly the reverse order of opening (RES-6).
 */
export class DependencyScopes {
  readonly #values = new Map<Dependency<unknown>, Promise<unknown>>()
  readonly #opened: Opened[] = []
  readonly #call: ProviderCall
  readonly #logger: Logger

  constructor(call: ProviderCall, logger: Logger) {
    this.#call = call
    this.#logger = logger
  }

  resolve(dependency: Dependency<unknown>, chain: Chain = []): Promise<unknown> {
    if (chain.includes(dependency)) {
      const names = [...chain.slice(chain.indexOf(dependency)), dependency].map(({ name }) => name)
      return Promise.reject(new Error(`Dependency cycle detected: ${names.join(' -> ')}`))
    }
    const known = this.#values.get(dependency)
    if (known !== undefined) return known
    const opening = this.#open(dependency, [...chain, dependency])
    this.#values.set(dependency, opening)
    // A failed resolution is not kept (RES-5): the next one may succeed.
    opening.catch(() => this.#values.delete(dependency))
    return opening
  }

  async #open(dependency: Dependency<unknown>, chain: Chain): Promise<unknown> {
    const uses: Record<string, unknown> = {}
    for (const [name, used] of Object.entries(dependency.uses())) {
      uses[name] = await this.resolve(used, chain)
    }
    const call = new ChainedCall(this.#call, this, chain)
    const provided = dependency.provide(uses as never, call)
    if (isGenerator(provided)) return this.#openGenerator(dependency, provided)
    const value: unknown = isPromiseLike(provided) ? await provided : provided
    const dispose = disposerOf(value)
    if (dispose !== null) this.#track(dependency, () => dispose())
    return value
  }

  async #openGenerator(dependency: Dependency<unknown>, generator: AnyGenerator): Promise<unknown> {
    const first = await generator.next()
    if (first.done === true) {
      throw new Error(`Dependency provider '${dependency.name}' did not yield a value`)
    }
    this.#track(dependency, (failure) => closeGenerator(dependency.name, generator, failure))
    return first.value
  }

  #track(dependency: Dependency<unknown>, close: Opened['close']): void {
    const { name, scope } = dependency
    this.#opened.push({ name, scope, close })
  }

  /**
   * Closes what is open in a scope, newest first; `request` closes everything left. All are
   * closed even when one fails.
   *
   * @returns the first failure of closing, which makes a successful call fail: a transaction
   * that could not commit must not be reported as done. After a failed call it is only logged.
   */
  async close(scope: DependencyScope, failure: Failure | null): Promise<Failure | null> {
    let closeFailure: Failure | null = null
    const closing = this.#opened.filter((opened) => scope === 'request' || opened.scope === scope)
    for (const opened of closing.reverse()) {
      this.#opened.splice(this.#opened.indexOf(opened), 1)
      try {
        await opened.close(failure ?? closeFailure)
      } catch (error) {
        if (error === failure?.error) continue
        this.#logger.error({ error, dependency: opened.name }, 'Dependency cleanup failed')
        closeFailure ??= { error }
      }
    }
    if (scope === 'function') this.#forgetFunctionScope()
    return failure === null ? closeFailure : null
  }

  #forgetFunctionScope(): void {
    for (const dependency of this.#values.keys()) {
      if (dependency.scope === 'function') this.#values.delete(dependency)
    }
  }
}

/** A provider's view of the call: its own `resolve` knows who is waiting for whom. */
class ChainedCall implements ProviderCall {
  readonly #call: ProviderCall
  readonly #scopes: DependencyScopes
  readonly #chain: Chain

  constructor(call: ProviderCall, scopes: DependencyScopes, chain: Chain) {
    this.#call = call
    this.#scopes = scopes
    this.#chain = chain
  }

  get source(): ProviderCall['source'] {
    return this.#call.source
  }
  get entrypoint(): ProviderCall['entrypoint'] {
    return this.#call.entrypoint
  }
  get requestId(): string {
    return this.#call.requestId
  }
  get action(): ProviderCall['action'] {
    return this.#call.action
  }
  get request(): ProviderCall['request'] {
    return this.#call.request
  }
  get signal(): AbortSignal {
    return this.#call.signal
  }
  get log(): Logger {
    return this.#call.log
  }

  resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return this.#scopes.resolve(dependency, this.#chain) as Promise<Value>
  }
}

type AnyGenerator = Generator<unknown> | AsyncGenerator<unknown>

function isGenerator(value: unknown): value is AnyGenerator {
  const tag = Object.prototype.toString.call(value)
  return tag === '[object AsyncGenerator]' || tag === '[object Generator]'
}

async function closeGenerator(
  name: string,
  generator: AnyGenerator,
  failure: Failure | null,
): Promise<void> {
  // Thrown at the `yield`, so the provider's own catch and finally see the failed call (PW-16).
  const end = await (failure === null ? generator.next() : generator.throw(failure.error))
  if (end.done !== true) {
    await generator.return(undefined)
    throw new Error(`Dependency provider '${name}' yielded more than once`)
  }
}

function disposerOf(value: unknown): (() => unknown) | null {
  if (typeof value !== 'object' || value === null) return null
  const asynchronous: unknown = Reflect.get(value, Symbol.asyncDispose)
  if (typeof asynchronous === 'function') return () => asynchronous.call(value)
  const synchronous: unknown = Reflect.get(value, Symbol.dispose)
  return typeof synchronous === 'function' ? () => synchronous.call(value) : null
}
