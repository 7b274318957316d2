import type { Awaitable } from '../base/promise.ts'
import type { AuthEntry } from '../contract/auth/authenticator.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { HookTime } from './hook-time.ts'
import { entriesOf, type StartWarning, startAuthenticators } from './start-authenticators.ts'

/** A start-up or shutdown hook. When a start-up hook returns a function, that function undoes it. */
export type StartupHook<State> = (app: { readonly state: State }) => Awaitable<unknown>
/** Called when the app begins to stop, before anything is waited for. */
export type DrainHook<State> = (app: { readonly state: State }) => Awaitable<unknown>
/** Runs when the app stops. @see App.onShutdown */
export type ShutdownHook<State> = (app: { readonly state: State }) => Awaitable<unknown>

/** Something to be done at shutdown, under the name it is told by. */
interface Closer {
  readonly name: string
  readonly run: () => unknown
}

/** What a part does at the beginning and the end. */
export interface PartLife {
  readonly name: string
  readonly start: (() => Awaitable<unknown>) | null
  readonly drain: (() => Awaitable<unknown>) | null
  readonly stop: (() => Awaitable<unknown>) | null
}

type Phase = 'idle' | 'starting' | 'started' | 'stopping' | 'failed'

/**
 * Start-up and shutdown of an app. The first shutdown hook is taken to undo the first start-up
 * hook, and so on: when a start-up hook fails, those of the completed ones run, newest first. At
 * shutdown every hook runs and the failures are collected (W-16b).
 */
export class Lifecycle<State> {
  readonly #parts: PartLife[] = []
  readonly #startup: StartupHook<State>[] = []
  readonly #drain: DrainHook<State>[] = []
  readonly #shutdown: ShutdownHook<State>[] = []
  readonly #app: { readonly state: State }
  #authenticators: readonly AuthEntry[] = []
  #warn: StartWarning = () => {}
  #undo: Closer[] = []
  #completed = 0
  #phase: Phase = 'idle'
  #starting: Promise<void> | null = null
  #stopping: Promise<void> | null = null

  constructor(app: { readonly state: State }) {
    this.#app = app
  }

  get started(): boolean {
    return this.#phase === 'started'
  }

  /** True when there are hooks and nobody has begun to run them. */
  get neglected(): boolean {
    return (
      this.#phase === 'idle' &&
      this.#startup.length + this.#drain.length + this.#shutdown.length + this.#parts.length > 0
    )
  }

  /** Before all hooks, and stopped after all of them. */
  addPart(part: PartLife): void {
    this.#refuseLate()
    const { start, drain, stop } = part
    if (start !== null || drain !== null || stop !== null) this.#parts.push(part)
  }

  /** Started when the parts are, since they may bring what it needs, and before all hooks. */
  setAuthenticators(auth: Readonly<Partial<Record<string, AuthEntry>>>, warn: StartWarning): void {
    if (this.#phase !== 'idle') return
    this.#authenticators = entriesOf(auth)
    this.#warn = warn
  }

  onStartup(hook: StartupHook<State>): void {
    this.#refuseLate()
    this.#startup.push(hook)
  }

  onDrain(hook: DrainHook<State>): void {
    this.#refuseLate()
    this.#drain.push(hook)
  }

  onShutdown(hook: ShutdownHook<State>): void {
    this.#refuseLate()
    this.#shutdown.push(hook)
  }

  #refuseLate(): void {
    if (this.#phase !== 'idle') {
      throw new ImproperlyConfigured('Cannot register lifecycle hooks after start-up has begun')
    }
  }

  /** Idempotent; a second caller waits for the first. */
  start(): Promise<void> {
    if (this.#phase === 'failed') {
      return Promise.reject(new ImproperlyConfigured('Cannot start an app after start-up failed'))
    }
    if (this.#stopping !== null) {
      const again = () => this.start()
      return this.#stopping.then(again, again)
    }
    this.#starting ??= this.#run()
    return this.#starting
  }

  async #run(): Promise<void> {
    this.#phase = 'starting'
    try {
      for (const part of this.#parts) await this.#startPart(part)
      await this.#startAuthenticators()
      for (const hook of this.#startup) {
        const undo = await hook(this.#app)
        if (typeof undo === 'function') {
          this.#undo.push({ name: `undoing ${nameOf(hook, 'start-up hook')}`, run: () => undo() })
        }
        this.#completed++
      }
      this.#phase = 'started'
    } catch (error) {
      this.#phase = 'failed'
      const failures = await this.#close()
      throw failures.length === 0
        ? error
        : new AggregateError([error, ...failures], 'Start-up failed, and undoing it failed too')
    }
  }

  /** What one has begun that failed is undone too: it may have been another that failed. */
  async #startAuthenticators(): Promise<void> {
    for (const { name, stop } of this.#authenticators) {
      if (stop !== null) this.#undo.push({ name: `authenticator '${name}'`, run: () => stop() })
    }
    await startAuthenticators(this.#authenticators, this.#warn)
  }

  /** One whose own start fails has nothing to stop. */
  async #startPart({ name, start, stop }: PartLife): Promise<void> {
    try {
      await start?.()
    } catch (cause) {
      throw partFailed(name, 'start', cause)
    }
    if (stop === null) return
    const run = async () => {
      try {
        await stop()
      } catch (cause) {
        throw partFailed(name, 'stop', cause)
      }
    }
    this.#undo.push({ name: `part '${name}'`, run })
  }

  /**
   * Tells every drain hook, in order and without waiting for one before the next: what one of them
   * waits for must not keep the others from hearing it. None for an app that was never started.
   *
   * @param failed called with what one has thrown
   * @returns settles when all have; never rejects
   */
  async drain(failed: (error: unknown) => void): Promise<void> {
    if (this.#phase !== 'started') return
    const ofParts = this.#parts.map(async ({ name, drain }) => {
      try {
        await drain?.()
      } catch (cause) {
        failed(partFailed(name, 'drain', cause))
      }
    })
    const ofHooks = this.#drain.map(async (hook) => {
      try {
        await hook(this.#app)
      } catch (error) {
        failed(error)
      }
    })
    await Promise.all([...ofParts, ...ofHooks])
  }

  /**
   * Runs every shutdown hook once.
   *
   * @param ms for all of them together; one that takes longer counts as failed, and the rest still run
   * @throws AggregateError with everything that failed
   */
  stop(ms: number = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#phase !== 'started' && this.#phase !== 'starting') {
      return this.#stopping ?? Promise.resolve()
    }
    this.#stopping ??= this.#finish(ms)
    return this.#stopping
  }

  async #finish(ms: number): Promise<void> {
    try {
      await this.#starting
    } catch {
      // Told to whoever started; what had been done is undone already.
      this.#stopping = null
      return
    }
    this.#phase = 'stopping'
    const failures = await this.#close(ms)
    this.#phase = 'idle'
    this.#starting = null
    this.#stopping = null
    if (failures.length > 0) throw shutdownFailed(failures)
  }

  /** Shutdown hooks and undo functions, newest first; none is skipped because another failed. */
  async #close(ms: number = Number.POSITIVE_INFINITY): Promise<unknown[]> {
    const failures: unknown[] = []
    const hooks =
      this.#phase === 'failed' ? this.#shutdown.slice(0, this.#completed) : this.#shutdown
    const named = hooks.map((hook) => ({
      name: nameOf(hook, 'shutdown hook'),
      run: () => hook(this.#app),
    }))
    const closers: readonly Closer[] = [...this.#undo, ...named].reverse()
    const time = new HookTime(ms)
    this.#undo = []
    this.#completed = 0
    for (const { name, run } of closers) {
      try {
        await time.wait(run(), name)
      } catch (error) {
        failures.push(error)
      }
    }
    time.stop()
    return failures
  }
}

/** All that failed, in one error whose message says each. */
export function shutdownFailed(failures: readonly unknown[]): AggregateError {
  return new AggregateError(failures, `Shutdown failed: ${failures.map(messageOf).join('; ')}`)
}

function partFailed(name: string, to: 'start' | 'drain' | 'stop', cause: unknown): Error {
  const message = `Part '${name}' failed to ${to}: ${messageOf(cause)}`
  return cause instanceof ImproperlyConfigured
    ? new ImproperlyConfigured(message, { cause })
    : new Error(message, { cause })
}

function nameOf(hook: { readonly name: string }, kind: string): string {
  return hook.name === '' ? `an unnamed ${kind}` : `${kind} '${hook.name}'`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
