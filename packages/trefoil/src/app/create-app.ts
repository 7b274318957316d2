import { endsWithin } from '../base/ends-within.ts'
import type {
  AppHandle,
  LocalCredentials,
  ShutdownLimits,
  StartupOptions,
} from '../contract/call/app-handle.ts'
import type { Catalogue } from '../contract/call/catalogue.ts'
import type { Logger } from '../contract/call/logger.ts'
import { variableWarnings } from '../contract/options/environment.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import type { ActionTarget } from '../contract/protocol/action-protocol.ts'
import { Draining } from '../engine/ending/draining.ts'
import { writeSafely } from '../record/write-safely.ts'
import { type FetchContext, handleFetch } from '../surfaces/http/fetch.ts'
import type { HttpHandler } from '../surfaces/http/http-surface.ts'
import { assumedRequired } from './compile/assumed-required.ts'
import { type CompiledApp, compileApp } from './compile/compiled-app.ts'
import type { AnyAuthConfig, AppTypes, OwnPayloads, TypesOf } from './declare/app-types.ts'
import type { Declaration } from './declare/declaration.ts'
import { Routes } from './declare/routes.ts'
import { ambiguousApprovals } from './fitness/ambiguous-approval.ts'
import { describeExposure } from './fitness/exposure.ts'
import { productionIssues, UnfitForProduction } from './fitness/production.ts'
import { assertSupportedNode } from './fitness/supported-node.ts'
import type { AppConfig } from './options/app-config.ts'
import type { AppOptions } from './options/app-options.ts'
import { readConfig } from './options/config.ts'
import { KNOWN_VARIABLES } from './options/known-variables.ts'
import { NO_LIMITS, shutDown } from './shut-down.ts'
import { type DrainHook, Lifecycle, type ShutdownHook, type StartupHook } from './start-stop.ts'

/** Options of {@link createApp}. */
export interface CreateAppOptions<Auth extends readonly AnyAuthConfig[], State, CallState>
  extends Omit<AppOptions, 'auth' | 'state' | 'callState'> {
  /** Authenticators, at most one per surface. Default none: every surface is public. */
  readonly auth?: Auth & OwnPayloads<Auth>
  /** Values that live as long as the app: `app.state`, `call.app.state`. Default `{}`. */
  readonly state?: State
  /** Makes `call.state` on first use. Default `{}` each time. */
  readonly callState?: () => CallState
}

const STARTUP_OPTIONS: OptionNames<StartupOptions> = { announce: true }

/** Milliseconds that drain hooks get where no server says how long. */
const DRAIN_MS = 10_000

/** An application: one handler per action, whatever surface calls it. */
export class App<T extends AppTypes> extends Routes<T> implements AppHandle {
  readonly '~trefoil.app': true = true
  readonly name: string
  readonly state: T['state']
  readonly #config: AppConfig
  readonly #declarations: Declaration[]
  readonly #lifecycle: Lifecycle<T['state']>
  readonly #callState: () => unknown
  readonly #draining = new Draining()
  /** Settles when the drain hooks have; `null` until draining begins. */
  #drained: Promise<void> | null = null
  #compiled: CompiledApp | null = null
  #mounted = false
  #warnedAboutVariables = false
  #announced = false

  /** Use {@link createApp}. */
  constructor(config: AppConfig, state: T['state'], callState: () => unknown) {
    const declarations: Declaration[] = []
    super([], (declaration) => this.#declare(declaration), '', {})
    this.#declarations = declarations
    this.#config = config
    this.#callState = callState
    this.name = config.name
    this.state = state
    this.#lifecycle = new Lifecycle<T['state']>(this)
  }

  /** The compiled actions, in order of registration. @throws ImproperlyConfigured */
  get catalogue(): Catalogue {
    return this.#compile().catalogue
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
        writeSafely(this.#config.logger, 'error', { err }, 'Drain hook failed')
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
    await this['~shutdown'](NO_LIMITS)
  }

  /** The rest of it for a server, which has begun to stop before, and has to end. */
  readonly '~shutdown' = async (limits: ShutdownLimits): Promise<void> => {
    try {
      await shutDown(this.#compiled?.background ?? null, this.#lifecycle, limits)
    } finally {
      this.#drained = null
      this.#draining.reset()
    }
  }

  /** For programs that end the process without a shutdown. */
  async '~idle'(): Promise<void> {
    await this.#compiled?.background.idle()
  }

  /** @throws UnfitForProduction listing everything that is unfit for production, with codes */
  validateProduction(): void {
    const issues = productionIssues(this.#compile().catalogue, this.#config)
    if (issues.length === 0) return
    // What is missing may have been given under another name.
    this.#warnAboutVariables()
    throw new UnfitForProduction(issues)
  }

  /** Once, by whichever way the app is first used: nobody must serve it unaware (FND-54). */
  #announce(): void {
    if (this.#announced) return
    this.#announced = true
    const { catalogue, toolWarnings } = this.#compile()
    this.#warnAboutVariables()
    for (const { surface, message } of describeExposure(catalogue, this.#config)) {
      this.#warn({ surface }, message)
    }
    for (const { action, parameters, message } of ambiguousApprovals(catalogue)) {
      this.#warn({ action, parameters }, message)
    }
    for (const { action, parameter, message } of assumedRequired(catalogue)) {
      this.#warn({ action, parameter }, message)
    }
    for (const message of toolWarnings()) this.#warn({ surface: 'mcp' }, message)
  }

  #warnAboutVariables(): void {
    if (this.#warnedAboutVariables) return
    this.#warnedAboutVariables = true
    const { env } = this.#config
    for (const message of variableWarnings(env, KNOWN_VARIABLES)) this.#warn({}, message)
  }

  #warn(fields: object, message: string): void {
    writeSafely(this.#config.logger, 'warn', fields, message)
  }

  /**
   * Answers a web `Request`; compiles the app on first use. Start-up hooks are the caller's to
   * run (`app.startup()`).
   */
  readonly fetch = (request: Request, context: FetchContext = {}): Promise<Response> =>
    handleFetch(this['~mounted'](), request, context)

  /** Actions called in this process: source `cli`, entrypoint `local`. */
  localActions(credentials: LocalCredentials): ActionTarget {
    return this.#compile().cli.local(credentials)
  }

  /** For servers: the handler behind {@link App.fetch}. */
  readonly '~http' = (): HttpHandler => this.#compile().http

  /**
   * For runtimes and frameworks that answer requests but run no hooks: the same handler. Says
   * once, at the first request, how open the app is, and when start-up was forgotten (ADAPT-4).
   */
  readonly '~mounted' = (): HttpHandler => {
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

  /** For servers that have something to say before a call begins. */
  get '~logger'(): Logger {
    return this.#config.logger
  }

  /** For servers that wait for calls to be closed, in milliseconds. */
  get '~closeTimeout'(): number {
    return this.#config.limits.close
  }

  #declare(declaration: Declaration): void {
    if (this.#compiled !== null) {
      throw new ImproperlyConfigured('Cannot add routes after the app has been compiled')
    }
    this.#declarations.push(declaration)
  }

  #compile(): CompiledApp {
    this.#compiled ??= compileApp(this.#declarations, this.#config, {
      state: this.state,
      callState: this.#callState,
      draining: this.#draining,
    })
    return this.#compiled
  }
}

/**
 * Creates an application.
 *
 * @throws ImproperlyConfigured naming the option that is wrong, or when Node is too old
 */
export function createApp<
  const Auth extends readonly AnyAuthConfig[],
  State extends object = Record<string, unknown>,
  CallState extends object = Record<string, unknown>,
>(options: CreateAppOptions<Auth, State, CallState> = {}): App<TypesOf<Auth, State, CallState>> {
  assertSupportedNode(globalThis.process?.versions ?? {})
  const config = readConfig(options)
  return new App<TypesOf<Auth, State, CallState>>(
    config,
    (config.state ?? {}) as State,
    config.callState ?? (() => ({})),
  )
}
