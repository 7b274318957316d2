import { endsWithin } from '../base/ends-within.ts'
import type { HttpHandler } from '../contract/answer/exchange.ts'
import type {
  AppHandle,
  LocalCredentials,
  ShutdownLimits,
  StartupOptions,
} from '../contract/call/app-handle.ts'
import { APP_MARK, type AppInternals, befriendApps } from '../contract/call/app-internals.ts'
import type { Catalogue } from '../contract/call/catalogue.ts'
import type { Logger } from '../contract/call/logger.ts'
import type { CircuitStats, ConcurrencyStats } from '../contract/limits/capacity.ts'
import { joinVariables, variableWarnings } from '../contract/options/environment.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import type { ProductionRisk } from '../contract/options/production-risk.ts'
import type { NamedCommand, PartApp, PartWork } from '../contract/part.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import type { ActionTarget } from '../contract/protocol/action-protocol.ts'
import type { StdioChannel } from '../contract/protocol/stdio-channel.ts'
import { runOwnCall } from '../engine/background/own-call.ts'
import { Draining } from '../engine/ending/draining.ts'
import { Capacity } from '../engine/limits/capacity.ts'
import { toolCallHook } from '../record/audit/tool-call-hook.ts'
import { writeSafely } from '../record/write-safely.ts'
import { type FetchContext, handleFetch } from '../surfaces/http/fetch.ts'
import { type CompiledApp, compileApp } from './compile/compiled-app.ts'
import { type JoinedParts, joinParts } from './compile/join-parts.ts'
import type { AnyTypes, AppTypes } from './declare/app-types.ts'
import type { Declaration } from './declare/declaration.ts'
import { declaredEndpoints } from './declare/declared-endpoints.ts'
import { readPart } from './declare/define-part.ts'
import type { Part, PartRoutes } from './declare/part-types.ts'
import { type Registrar, RouteGroup } from './declare/routes.ts'
import { openness } from './fitness/openness.ts'
import { productionIssues, UnfitForProduction } from './fitness/production.ts'
import type { AppConfig } from './options/app-config.ts'
import { KNOWN_VARIABLES } from './options/known-variables.ts'
import { NO_LIMITS, shutDown } from './shut-down.ts'
import {
  type DrainHook,
  Lifecycle,
  type PartLife,
  type ShutdownHook,
  type StartupHook,
} from './start-stop.ts'
import { allowVariants, type Variant, variantConfig } from './variant.ts'

const STARTUP_OPTIONS: OptionNames<StartupOptions> = { announce: true }

/** Milliseconds that drain hooks get where no server says how long. */
const DRAIN_MS = 10_000

/** An application: one handler per action, whatever surface calls it. */
export class App<T extends AppTypes = AnyTypes> extends RouteGroup<T> implements AppHandle {
  readonly name: string
  readonly state: T['state']
  readonly #config: AppConfig
  readonly #declarations: Declaration[]
  readonly #lifecycle: Lifecycle<T['state']>
  readonly #callState: () => unknown
  readonly #internals: AppInternals
  readonly #parts: Part[] = []
  /** Parts as they were given. */
  readonly #included = new Set<unknown>()
  /** Those that others brought, and nobody gave yet. */
  readonly #brought = new Set<unknown>()
  /** The part whose actions are being registered. */
  #including: string | null = null
  readonly #draining = new Draining()
  readonly #capacity: Capacity
  /** Settles when the drain hooks have; `null` until draining begins. */
  #drained: Promise<void> | null = null
  #joined: Joined | null = null
  #compiled: CompiledApp | null = null
  #mounted = false
  #warnedAboutVariables = false
  #announced = false
  #host: string | null = null

  static {
    // What is not on the app itself can be reached by nobody who only holds one.
    befriendApps((value) => (#internals in value ? value.#internals : null))
    Object.defineProperty(App.prototype, APP_MARK, { value: true })
  }

  /** Use {@link createApp}. */
  constructor(config: AppConfig) {
    const declarations: Declaration[] = []
    const registrar: Registrar = {
      declare: (declaration) => this.#declare(declaration),
      refuseLate: (what) => this.#refuseLate(what),
    }
    super([], registrar, '', {})
    this.#declarations = declarations
    this.#config = config
    this.#callState = config.callState ?? (() => ({}))
    this.name = config.name
    this.#capacity = new Capacity(config.limits.concurrency)
    // What the developer gave, or `{}` where the type says so.
    this.state = (config.state ?? {}) as T['state']
    this.#lifecycle = new Lifecycle<T['state']>(this)
    allowVariants(this, (variant) => this.#variant(variant))
    this.#internals = Object.freeze({
      http: () => this.#compile().http,
      mounted: () => this.#mountedHandler(),
      logger: () => this.#logger,
      closeTimeout: config.limits.close,
      shutdown: (limits: ShutdownLimits) => this.#shutdown(limits),
      listensAt: (host: string) => {
        this.#host = host
      },
      idle: async () => this.#compiled?.background.idle(),
      giveUpWork: () => void this.#compiled?.background.giveUp(),
      connect: (channel: StdioChannel) => this.#compile().mcp.connect(channel),
      commands: () => this.#commands(),
      variables: () => this.#join().parts.variableSections,
    })
    for (const part of config.parts) this.#include(part)
  }

  /**
   * Adds a part, as `createApp({ parts })` does. Its actions are registered at once, and everything
   * else holds for the whole app. What it says of authentication is not in the types of this app:
   * give a part with an authenticator to `createApp`.
   *
   * @throws ImproperlyConfigured naming the part and what is wrong with it; for a part that is in
   * already, and once the app has been used
   */
  include(part: Part): void {
    this.#include(part)
  }

  /** The compiled actions, in order of registration. @throws ImproperlyConfigured */
  get catalogue(): Catalogue {
    return this.#compile().catalogue
  }

  /**
   * Calls that run at the same time: of the whole app with `limits.concurrency`, and of each action
   * with `concurrency`; of this process alone. Compiles the app. @throws ImproperlyConfigured
   */
  concurrency(): ConcurrencyStats {
    this.#compile()
    return this.#capacity.concurrency()
  }

  /**
   * The circuit of each action with a `breaker`, by name; of this process alone. Compiles the app.
   *
   * @throws ImproperlyConfigured
   */
  circuits(): Readonly<Record<string, CircuitStats>> {
    this.#compile()
    return this.#capacity.circuits()
  }

  /** Runs before the first call is served; a returned function undoes it. */
  onStartup(hook: StartupHook<T['state']>): void {
    this.#lifecycle.onStartup(hook)
  }

  /**
   * Runs when the app begins to stop: nothing new is accepted, and calls in flight have
   * `drainTimeout` to end. All hooks at once; stopping waits for them no longer than for the calls,
   * and an error is logged.
   */
  onDrain(hook: DrainHook<T['state']>): void {
    this.#lifecycle.onDrain(hook)
  }

  /** Runs when the app stops, newest first. */
  onShutdown(hook: ShutdownHook<T['state']>): void {
    this.#lifecycle.onShutdown(hook)
  }

  /** Compiles the app, says how open it is, runs the start-up hooks. Idempotent. */
  async startup(options: StartupOptions = {}): Promise<void> {
    checkOptionNames('app.startup()', options, STARTUP_OPTIONS)
    this.#compile()
    if (options.announce === false) this.#announced = true
    else if (!this.#lifecycle.started) this.#announce()
    this.#compile().background.resume()
    this.#lifecycle.setAuthenticators(this.#join().config.auth, (fields, message) =>
      this.#warn(fields, message),
    )
    await this.#lifecycle.start()
  }

  /**
   * Begins to stop: aborts `call.draining` of every call and runs the drain hooks. Calls go on, and
   * new ones are answered. `serve` does it first of all when it closes; for servers of your own.
   * Idempotent.
   *
   * @returns settles when the hooks have; never rejects
   */
  drain(): Promise<void> {
    if (this.#drained === null) {
      this.#draining.begin()
      this.#drained = this.#lifecycle.drain((err) => {
        writeSafely(this.#logger, 'error', { err }, 'Drain hook failed')
      })
    }
    return this.#drained
  }

  /**
   * Begins to stop if that has not been done, waits for background tasks, then runs every shutdown
   * hook. @throws AggregateError
   */
  async shutdown(): Promise<void> {
    // Who has begun before has waited as long as it wanted to.
    if (this.#drained === null) await endsWithin(DRAIN_MS, this.drain())
    await this.#shutdown(NO_LIMITS)
  }

  /** The rest of it for a server, which has begun to stop before, and has to end. */
  async #shutdown(limits: ShutdownLimits): Promise<void> {
    try {
      await shutDown(this.#compiled?.background ?? null, this.#lifecycle, limits)
    } finally {
      this.#compiled?.flushLines()
      this.#drained = null
      this.#draining.reset()
    }
  }

  /** @throws UnfitForProduction listing everything that is unfit for production, with codes */
  validateProduction(): void {
    const issues = this.#productionIssues()
    if (issues.length === 0) return
    // What is missing may have been given under another name.
    this.#warnAboutVariables()
    throw new UnfitForProduction(issues)
  }

  #productionIssues(): readonly ProductionRisk[] {
    const { catalogue } = this.#compile()
    const { config, parts } = this.#join()
    return productionIssues(catalogue, config, parts.risks)
  }

  /** Once, by whichever way the app is first used: nobody must serve it unaware (FND-54). */
  #announce(): void {
    if (this.#announced) return
    this.#announced = true
    const { catalogue, toolWarnings } = this.#compile()
    this.#warnAboutVariables()
    const { config } = this.#join()
    for (const { fields, message } of openness(catalogue, config)) this.#warn(fields, message)
    for (const message of toolWarnings()) this.#warn({ surface: 'mcp' }, message)
  }

  #warnAboutVariables(): void {
    if (this.#warnedAboutVariables) return
    this.#warnedAboutVariables = true
    const { config, parts } = this.#join()
    const known = joinVariables(KNOWN_VARIABLES, parts.variables)
    for (const message of variableWarnings(config.env, known)) this.#warn({}, message)
  }

  #warn(fields: object, message: string): void {
    writeSafely(this.#logger, 'warn', fields, message)
  }

  /**
   * Answers a web `Request`; compiles the app on first use. Start-up hooks are the caller's to
   * run (`app.startup()`).
   */
  readonly fetch = (request: Request, context: FetchContext = {}): Promise<Response> =>
    handleFetch(this.#mountedHandler(), request, context)

  /** Actions called in this process: source `cli`, entrypoint `local`. */
  localActions(credentials: LocalCredentials): ActionTarget {
    return this.#compile().cli.local(credentials)
  }

  /** See {@link AppInternals.mounted}. */
  #mountedHandler(): HttpHandler {
    const { http } = this.#compile()
    if (!this.#mounted) {
      this.#mounted = true
      if (!this.#lifecycle.started) this.#announce()
      if (this.#lifecycle.neglected) {
        this.#warn(
          { app: this.name },
          'Start-up and shutdown hooks are registered, but app.startup() has not run: call it before the first request',
        )
      }
    }
    return http
  }

  get #logger(): Logger {
    return this.#joined?.config.logger ?? this.#config.logger
  }

  #include(given: unknown): void {
    // Given after the part that brought it: it is in already, once.
    if (this.#brought.delete(given)) return
    if (this.#included.has(given)) {
      throw new ImproperlyConfigured('A part is included twice; include each once')
    }
    const part = readPart(given)
    const { name } = part
    this.#refuseLate(`Part '${name}' must be included`)
    for (const needed of part.parts ?? []) this.#bring(needed)
    if (this.#parts.some((other) => other.name === name)) {
      throw new ImproperlyConfigured(
        `Two parts have the name '${name}'; make one of them with another name`,
      )
    }
    this.#including = name
    try {
      part.actions?.(this.group('') as unknown as PartRoutes)
    } catch (error) {
      throw ofPart(name, error)
    } finally {
      this.#including = null
    }
    this.#declarations.push(...declaredEndpoints(part))
    this.#lifecycle.addPart(this.#lifeOf(part))
    this.#included.add(given).add(part)
    this.#parts.push(part)
  }

  #bring(needed: Part): void {
    if (this.#included.has(needed)) return
    this.#include(needed)
    this.#brought.add(needed)
  }

  #lifeOf({ name, start, drain, stop }: Part): PartLife {
    const bound = (hook: Part['start']) => (hook === undefined ? null : () => hook(this.#partApp()))
    return { name, start: bound(start), drain: bound(drain), stop: bound(stop) }
  }

  /** What a part may know of its app. */
  #partApp(): PartApp {
    return Object.freeze({
      name: this.name,
      state: this.state,
      log: this.#logger,
      host: this.#host,
      perform: (work: PartWork<never>) => this.#perform(work),
      isReady: () => this.#lifecycle.started && this.#drained === null,
      figures: () => this.#join().parts.figures(),
    })
  }

  #perform<Value>(work: PartWork<Value>): Promise<Value> {
    const { name, auth = null, source = 'cli', requestId = null, traceparent = null } = work
    const { signal = new AbortController().signal } = work
    const run = work.run.bind(work)
    const own = { name, auth, source, requestId, traceparent, signal, run }
    return runOwnCall(this.#compile().context, own)
  }

  #commands(): readonly NamedCommand[] {
    this.#compile()
    return this.#join().parts.commands.map((entry) => ({ ...entry, app: this.#partApp() }))
  }

  #join(): Joined {
    this.#joined ??= join(this.#config, this.#parts)
    return this.#joined
  }

  #declare(declaration: Declaration): void {
    const { method, path, options } = declaration
    // Of a name that is no text nobody knows what its conversion would do.
    if (this.#compiled !== null) {
      this.#refuseLate(`${method ?? 'Action'} '${path ?? options.name}' must be added`)
    }
    const part = this.#including
    this.#declarations.push(part === null ? declaration : { ...declaration, part })
  }

  /** What comes after that is in no plan, and would be missing without a word (P-PIPE-4). */
  #refuseLate(what: string): void {
    if (this.#compiled === null) return
    throw new ImproperlyConfigured(
      `${what} before the app is first used (by serve(), app.startup(), app.fetch() or a test client; start-up hooks run later)`,
    )
  }

  #compile(): CompiledApp {
    if (this.#compiled !== null) return this.#compiled
    this.#compiled = this.#compileWith(this.#join().config, null, null)
    return this.#compiled
  }

  /** The app as one test client has it. Its background work is the app's to wait for. */
  #variant(variant: Variant): CompiledApp {
    const { background } = this.#compile()
    return this.#compileWith(
      variantConfig(this.#join().config, variant),
      variant.substitutes,
      background,
    )
  }

  #compileWith(
    config: AppConfig,
    substitutes: Variant['substitutes'],
    background: CompiledApp['background'] | null,
  ): CompiledApp {
    return compileApp(this.#declarations, this.#join().parts, config, {
      state: this.state,
      callState: this.#callState,
      draining: this.#draining,
      capacity: this.#capacity,
      substitutes,
      background,
    })
  }
}

/** The parts as one, and the options with what they bring. */
interface Joined {
  readonly parts: JoinedParts
  readonly config: AppConfig
}

function join(config: AppConfig, all: readonly Part[]): Joined {
  const { auth, approval, guards, log, debug } = config
  const { onToolCall } = config.audit
  const audit = onToolCall === null ? null : toolCallHook(onToolCall, debug)
  const parts = joinParts({ auth, approval, audit, guards, logger: log.logger }, all)
  return {
    parts,
    config: Object.freeze({ ...config, auth: parts.auth, logger: parts.logger ?? config.logger }),
  }
}

function ofPart(name: string, error: unknown): unknown {
  if (!(error instanceof ImproperlyConfigured)) return error
  return new ImproperlyConfigured(`Part '${name}': ${error.message}`, { cause: error })
}
