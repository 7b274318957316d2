import { isPromiseLike } from '../../base/promise.ts'
import type { Dependency, DependencyScope, ProviderCall } from '../../contract/call/dependency.ts'
import type { Logger } from '../../contract/call/logger.ts'
import type { Substitutes } from './substitute.ts'

interface Opened {
  readonly name: string
  readonly scope: DependencyScope
  readonly unit: boolean
  /** Closes the value; told the error when the call failed. */
  close(failure: Failure | null): unknown
}

/** Wrapped, because a handler may throw anything, `undefined` included. */
export interface Failure {
  readonly error: unknown
}

/** What dependencies are told at the end of a rehearsal. */
export class RolledBack extends Error {
  override readonly name = 'RolledBack'

  constructor() {
    super('The call was a rehearsal')
  }
}

type Node = Dependency<unknown>

/** What is done right after a unit of work has been opened, and right before it is committed. */
export interface Joining {
  begin(unit: unknown): Promise<void>
  beforeCommit(unit: unknown): Promise<void>
}

/** The call that dependencies are opened for, as far as it matters to them. */
export interface ScopeSite {
  /** A provider's view of the call. */
  viewFor(resolve: (dependency: Node) => Promise<unknown>): ProviderCall
  /** True once nothing of the developer's may start any more. */
  hasEnded(): boolean
  readonly log: Logger
  readonly substitutes: Substitutes | null
  /** What takes part in the unit of work; `null` for nothing. */
  readonly joining: Joining | null
}

/**
 * The dependencies of one call: each resolved once, unless it is `fresh`, concurrent `resolve` sharing
 * one promise (W-16), closed in exactly the reverse order of opening (RES-6).
 */
export class DependencyScopes {
  readonly #values = new Map<Node, Promise<unknown>>()
  /** Whose provider is waiting for whom at this moment, and how often: one that is `fresh` is asked for again. */
  readonly #waits = new Map<Node, Map<Node, number>>()
  readonly #opened: Opened[] = []
  #closed = false
  #hasUnit = false
  #hasKept = false
  /** Of the function scope, once that has begun to be closed. */
  #closing: Promise<Failure | null> | null = null
  readonly #site: ScopeSite

  constructor(site: ScopeSite) {
    this.#site = site
  }

  /** True when the call can be taken back: it has a unit of work, and none of them has been kept. */
  get mayTakeBack(): boolean {
    return this.#hasUnit && !this.#hasKept
  }

  /** @param waiter the dependency whose provider asks; nobody for handlers and authenticators */
  resolve(dependency: Node, waiter?: Node): Promise<unknown> {
    if (waiter === undefined) return this.#values.get(dependency) ?? this.#start(dependency)
    const path = this.#pathOfWaits(dependency, waiter)
    if (path !== null) {
      const names = [...path, dependency].map(({ name }) => name)
      return Promise.reject(new Error(`Dependency cycle detected: ${names.join(' -> ')}`))
    }
    const waits = this.#waits.get(waiter) ?? new Map<Node, number>()
    this.#waits.set(waiter, waits)
    waits.set(dependency, (waits.get(dependency) ?? 0) + 1)
    const opening = this.#values.get(dependency) ?? this.#start(dependency)
    const arrived = () => {
      const left = (waits.get(dependency) ?? 0) - 1
      if (left > 0) waits.set(dependency, left)
      else waits.delete(dependency)
    }
    opening.then(arrived, arrived)
    return opening
  }

  /**
   * The dependencies from one to another, each waiting for the next. Two that wait for each other
   * need not have been asked for in one chain, and without this would wait for ever.
   */
  #pathOfWaits(from: Node, to: Node): readonly Node[] | null {
    if (from === to) return [from]
    for (const next of this.#waits.get(from)?.keys() ?? []) {
      const rest = this.#pathOfWaits(next, to)
      if (rest !== null) return [from, ...rest]
    }
    return null
  }

  #start(dependency: Node): Promise<unknown> {
    if (this.#isLate()) return Promise.reject(lateError(dependency))
    const opening = this.#open(dependency)
    if (dependency.fresh) {
      // Whoever asked may have left meanwhile.
      opening.catch(() => {})
      return opening
    }
    this.#values.set(dependency, opening)
    // A failed resolution is not kept (RES-5): the next one may succeed.
    opening.catch(() => this.#values.delete(dependency))
    return opening
  }

  async #open(dependency: Node): Promise<unknown> {
    const substitute = this.#site.substitutes?.get(dependency)
    // Whoever put it there closes it, too.
    if (substitute !== undefined && 'value' in substitute) return substitute.value
    const provider = substitute?.dependency ?? dependency
    const uses: Record<string, unknown> = {}
    for (const [name, used] of Object.entries(provider.uses())) {
      uses[name] = await this.resolve(used, dependency)
    }
    // What it uses may have taken until after the deadline: its own provider must not start (FND-16).
    if (this.#isLate()) throw lateError(dependency)
    const call = this.#site.viewFor((other) => this.resolve(other, dependency))
    const provided = provider.provide(uses as never, call)
    if (isGenerator(provided)) return this.#openGenerator(dependency, provided)
    const value: unknown = isPromiseLike(provided) ? await provided : provided
    const dispose = disposerOf(value)
    if (dispose !== null) await this.#track(dependency, () => dispose())
    return this.#inTime(dependency, value)
  }

  async #openGenerator(dependency: Node, generator: AnyGenerator): Promise<unknown> {
    if (dependency.unit) this.#hasUnit = true
    const first = await generator.next()
    if (first.done === true) {
      throw new Error(`Dependency provider '${dependency.name}' did not yield a value`)
    }
    const end = (failure: Failure | null) => closeGenerator(dependency.name, generator, failure)
    const { joining } = this.#site
    if (!dependency.unit || joining === null) {
      await this.#track(dependency, end)
      return this.#inTime(dependency, first.value)
    }
    try {
      await joining.begin(first.value)
    } catch (error) {
      // Not kept open: a handler that goes on without it would have it committed.
      await this.#closeOne(
        { name: dependency.name, scope: dependency.scope, unit: true, close: end },
        { error },
      )
      throw error
    }
    await this.#track(dependency, (failure) => closeUnit(joining, first.value, failure, end))
    return this.#inTime(dependency, first.value)
  }

  /** Whoever waited for it must not go on with it when the call has ended meanwhile (FND-16). */
  #inTime(dependency: Node, value: unknown): unknown {
    if (this.#isLate()) throw lateError(dependency)
    return value
  }

  /** Keeps what is to be closed. What arrives after the call has ended is closed at once. */
  async #track(dependency: Node, close: Opened['close']): Promise<void> {
    const { name, scope, unit } = dependency
    const opened = { name, scope, unit, close }
    // After the deadline it is still the closing that closes it, until that has been done.
    if (!this.#closed) {
      this.#opened.push(opened)
      return
    }
    const late = lateError(dependency)
    await this.#closeOne(opened, { error: late })
    throw late
  }

  /**
   * Closes what is open in a scope, newest first; `request` closes everything left. All are
   * closed even when one fails.
   *
   * @param late resolves when there is no more time: what is still open is then closed without
   * waiting for it, so that one that hangs keeps nothing else open
   * @returns the first failure of closing, which makes a successful call fail: a transaction
   * that could not commit must not be reported as done. After a failed call it is only logged.
   */
  async close(
    scope: DependencyScope,
    failure: Failure | null,
    late: Promise<Failure> | null = null,
  ): Promise<Failure | null> {
    if (scope === 'request') {
      this.#closed = true
      // The deadline may have passed in the middle of it. What it closes was opened last and uses the
      // rest: a connection given back under a commit is another call's in the middle of a transaction.
      const before = this.#closing
      if (before !== null) await (late === null ? before : Promise.race([before, late]))
      return this.#closeAll(scope, failure, late)
    }
    this.#closing = this.#closeAll(scope, failure, late)
    return this.#closing
  }

  async #closeAll(
    scope: DependencyScope,
    failure: Failure | null,
    late: Promise<Failure> | null,
  ): Promise<Failure | null> {
    let closeFailure: Failure | null = null
    const closing = this.#opened.filter((opened) => scope === 'request' || opened.scope === scope)
    for (const opened of closing.reverse()) {
      this.#opened.splice(this.#opened.indexOf(opened), 1)
      const ending = this.#closeOne(opened, failure ?? closeFailure)
      const failed = await (late === null ? ending : Promise.race([ending, late]))
      closeFailure ??= failed
    }
    this.#forget(scope)
    return failure === null ? closeFailure : null
  }

  async #closeOne(opened: Opened, failure: Failure | null): Promise<Failure | null> {
    try {
      await opened.close(failure)
      if (opened.unit && failure === null) this.#hasKept = true
      return null
    } catch (error) {
      // Thrown into a provider, the failure commonly comes out of it again.
      if (failure !== null && error === failure.error) return null
      this.#site.log.error({ err: error, dependency: opened.name }, 'Dependency cleanup failed')
      return { error }
    }
  }

  #isLate(): boolean {
    return this.#closed || this.#site.hasEnded()
  }

  /** A closed value must not be handed out again. */
  #forget(scope: DependencyScope): void {
    for (const dependency of this.#values.keys()) {
      if (scope === 'request' || dependency.scope === scope) this.#values.delete(dependency)
    }
  }
}

/** A handler that outlived its call (a timeout, a background task) would leak what it opens. */
function lateError({ name }: Node): Error {
  return new Error(`Dependency '${name}' was asked for after the call had ended`)
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

async function closeUnit(
  joining: Joining,
  unit: unknown,
  failure: Failure | null,
  end: (failure: Failure | null) => Promise<void>,
): Promise<void> {
  if (failure !== null) return end(failure)
  try {
    await joining.beforeCommit(unit)
  } catch (error) {
    await end({ error })
    // A provider may swallow it; what could not be written down is not done.
    throw error
  }
  await end(null)
}

function disposerOf(value: unknown): (() => unknown) | null {
  // A client may be something to call.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return null
  const asynchronous: unknown = Reflect.get(value, Symbol.asyncDispose)
  if (typeof asynchronous === 'function') return () => asynchronous.call(value)
  const synchronous: unknown = Reflect.get(value, Symbol.dispose)
  return typeof synchronous === 'function' ? () => synchronous.call(value) : null
}
