import { deepFreeze } from '../base/plain/freeze.ts'
import { snapshot } from '../base/plain/snapshot.ts'
import type { Awaitable } from '../base/promise.ts'
import type { Answer } from '../contract/answer/answer.ts'
import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { BackgroundCall, Call } from '../contract/call/call.ts'
import type { CallRequest } from '../contract/call/call-facts.ts'
import type { Logger } from '../contract/call/logger.ts'
import type { Outcome } from '../contract/call/outcome.ts'
import type { Entrypoint } from '../contract/call/surface-name.ts'
import type { CacheUse } from '../contract/limits/cache.ts'
import type { RateRule } from '../contract/limits/rate-rule.ts'
import type { Redemption } from '../contract/ports/approval-decider.ts'
import type { Lease } from '../contract/ports/limits.ts'
import type { RateStanding } from '../contract/ports/rate-store.ts'
import { type Problem, refuse } from '../contract/problems/problem.ts'
import { createCallLogger } from '../record/call-logger.ts'
import { SentCookies } from '../web/cookie-header.ts'
import type { Asking } from './asking/asking.ts'
import { type CallIds, idFields } from './call-ids.ts'
import type { CallSite } from './call-site.ts'
import { CookieExchange } from './cookie-exchange.ts'
import type { DependencyScopes, Failure } from './dependencies/dependency-scope.ts'
import { DrainWatch } from './ending/draining.ts'
import type { CloseHooks, Inbound } from './inbound.ts'
import { CallInSight, type ObservedIds } from './views/observed-call.ts'
import { inView } from './views/view-frame.ts'

type Arguments = Readonly<Record<string, unknown>>

/** What a call has before its arguments are bound. No other empty object: it is told apart. */
export const UNBOUND: Arguments = Object.freeze({})

/** Work for after the answer. */
export interface BackgroundTask {
  readonly run: (call: BackgroundCall) => Awaitable<unknown>
  /** Also after a call that failed. */
  readonly always: boolean
}

/** A call that can be run again from where the developer's code begins. */
export interface Repeatable {
  again(error: unknown): Promise<Outcome>
}

/** Whose view of the call is looked at. */
export type Looker = 'call' | 'provider' | 'authenticator'

/** How long a call may take. */
export interface TimeLimit {
  readonly hasPassed: boolean
  /** What its caller is told when it has passed. */
  problem(): Problem
  /** Ends the call where no timer could. */
  expire(): void
}

/**
 * How far a call has come: its checks, the developer's code, the making of the answer; then it is
 * closing, and then over.
 */
export type Phase = 'checking' | 'executing' | 'closing' | 'over'

/**
 * The call that runs. The engine's alone: whatever is handed to foreign code is a view of it
 * (`engine/views`), so that nothing a middleware, a guard or a plugin does can change what was
 * checked, hashed and approved (FND-8, FND-9).
 */
export class CallState implements CallIds, CloseHooks {
  readonly site: CallSite
  readonly inbound: Inbound
  readonly entrypoint: Entrypoint
  readonly requestId: string
  auth: AuthContext | null = null
  /** What the authenticator said, where `onAuthenticated` has put something else into its place. */
  identified: AuthContext | null = null
  args: Arguments = UNBOUND
  /** True when they hold something that freezing does not hold still. */
  hasLooseArguments = false
  phase: Phase = 'checking'
  /** True from then on, whatever phase comes after. */
  hasEntered = false
  /** True once the developer's code has begun to read the body by itself. */
  readsBody = false
  /** True once that has failed by what the caller sent. */
  hasWrongBody = false
  /** Hash of action and arguments, when approval or a dry run needed it. */
  argumentsHash: string | null = null
  redemption: Redemption | null = null
  /** What it asks, and what has been answered; `null` while nothing is. */
  asking: Asking | null = null
  /** True once the developer's code has given back what it answers. */
  hasReturned = false
  /** What decided a refusal: the name of a guard, or `approval`. */
  rule: string | null = null
  /** Code of a credential that was refused. */
  refusal: string | null = null
  /**
   * True when it ended because nobody knows who is calling: no answer of the action, whatever the
   * problem, so that no surface writes it as one (FND-36).
   */
  isUnidentified = false
  /** What the cache came to; `null` where nothing was looked for. */
  cacheUse: CacheUse | null = null
  /**
   * Who has looked at what the caller sent beside the arguments, since the checks: what they answer may
   * depend on it. `provider` stays, because what was provided stays.
   */
  looked: 'call' | 'provider' | null = null
  /** The same of who is calling. */
  askedWho: 'call' | 'provider' | null = null
  /** The same of a request id that the caller chose. */
  askedId: 'call' | 'provider' | null = null
  /** True once a check was given a dependency, in which it may have left what it saw. */
  hasLent = false
  /** When it began, for what is kept of it; `null` where nothing is. */
  keptSince: {
    readonly since: { readonly elapsed: number; readonly now: number }
    readonly seen: number
  } | null = null
  /** What the developer's code returned, until an answer is made of it. */
  returned: unknown
  /** What is to be answered. */
  answer: Answer | null = null
  /** What the dependencies are told when they are closed; `null` for nothing but the end. */
  failure: Failure | null = null
  /** What the closing of the function scope came to: no code of the developer's answers for it. */
  closeFailure: Failure | null = null
  /** `null` when the call may take any time. */
  deadline: TimeLimit | null = null
  /** Ends the reading of a stream for a surface that wants all of it; `null` while none is read. */
  interrupt: ((problem: Problem) => void) | null = null
  /** True when everything is to be rolled back once there is an answer. */
  rehearses = false
  /** The view that handlers, middleware and guards are given. */
  view: Call | null = null
  requestView: CallRequest | null = null
  scopes: DependencyScopes | null = null
  leases: Lease[] | null = null
  /** Told that the first piece of a stream is on its way; `null` where nobody asks. */
  onFirstPiece: (() => void) | null = null
  /** Of the rates that were asked, the one that is nearest to its end, and where it stands. */
  rateRule: RateRule | null = null
  rateStanding: RateStanding | null = null
  tasks: BackgroundTask[] | null = null
  /** What became of a stream while it was sent; `null` while nothing has failed. */
  failedLate: Problem | null = null
  /** What was logged last: a stream, and who makes the answer, meet the same error. */
  logged: { readonly error: unknown } | null = null
  cookies: CookieExchange | null = null
  /** What the call hears of the beginning of its app's end; `null` while nobody asks. */
  drainWatch: DrainWatch | null = null
  closeHooks: (() => Awaitable<void>)[] | null = null
  /** What those see of it who look on; `null` while nobody does. */
  observed: CallInSight | null = null
  /**
   * How often the developer's code has been run again, because its unit of work met another; and so the number
   * of the run, by which what is left of an earlier one is told apart.
   */
  repeats = 0
  /** Runs it again; `null` for a call that never waited, and so has no unit. */
  waiting: Repeatable | null = null
  #abort: AbortController | null = null
  #log: Logger | null = null
  readonly #ids: ObservedIds
  #own: unknown
  #hasOwn = false

  constructor(site: CallSite, inbound: Inbound, entrypoint: Entrypoint, ids: ObservedIds) {
    this.site = site
    this.inbound = inbound
    this.entrypoint = entrypoint
    this.requestId = ids.requestId
    this.#ids = ids
  }

  /** When it came, by the clock that never steps back; `null` where nobody asked. */
  get receivedAt(): number | null {
    return this.#ids.receivedAt ?? this.inbound.receivedAt
  }

  /** Asked for only where it is wanted: it may have to be made. */
  get callId(): string {
    return this.#ids.callId
  }

  /** Read, or begun, when somebody asks. */
  get trace(): NonNullable<CallIds['trace']> | null {
    return this.#ids.trace ?? null
  }

  /** Made on first use: apps without observers have none. */
  observe(): CallInSight {
    if (this.observed === null) {
      const { surface, isListing, facts, app } = this.site
      const action = isListing ? null : facts
      const site = { surface, entrypoint: this.entrypoint, action }
      this.observed = new CallInSight(this.#ids, site, app.clock)
    }
    return this.observed
  }

  /** True once the developer's code has been entered. */
  get hasBegun(): boolean {
    return this.phase !== 'checking'
  }

  /**
   * True once its caller has been, or is about to be, told how it ended: nothing of the developer's
   * may start any more. Whoever has waited for something asks before it goes on.
   */
  get ended(): boolean {
    return this.phase === 'closing' || this.phase === 'over'
  }

  /**
   * Asks the clock: a timer cannot fire while the developer's code keeps the thread, and what comes
   * next would start though the time is up.
   *
   * @returns what the caller is told; `null` while there is time
   */
  overdue(): Problem | null {
    const { deadline } = this
    if (deadline === null || !deadline.hasPassed) return null
    const problem = deadline.problem()
    deadline.expire()
    return problem
  }

  /** Told of every look at the request; who is calling is in the identity, and what follows an answer is late. */
  look(looker: Looker): void {
    if (looker === 'authenticator' || this.ended || this.looked === 'provider') return
    this.looked = looker
  }

  /** Told of every look at who is calling. */
  askWho(looker: Looker): void {
    if (looker === 'authenticator' || this.ended || this.askedWho === 'provider') return
    // Nobody is the same for all.
    if (this.auth !== null) this.askedWho = looker
  }

  /** Told of every look at the request id, which may be any text of a caller's. */
  askId(looker: Looker): void {
    if (this.site.action.cache === null || looker === 'authenticator') return
    if (this.ended || this.askedId === 'provider' || this.callId === this.requestId) return
    this.askedId = looker
  }

  /** `call.state`, made on first use. */
  get own(): unknown {
    if (!this.#hasOwn) {
      // Not called as a method: its `this` would be what every call of the app shares, the list of
      // headers that hide credentials included.
      const { callState } = this.site.app
      this.#own = callState()
      this.#hasOwn = true
    }
    return this.#own
  }

  /** True once somebody has asked for `call.state`. */
  get hasOwn(): boolean {
    return this.#hasOwn
  }

  get log(): Logger {
    this.#log ??= createCallLogger(this.site.app.logger, () => this.#fixedFields())
    return this.#log
  }

  #fixedFields(): Readonly<Record<string, unknown>> {
    return {
      ...idFields(this),
      action: this.site.facts.name,
      source: this.site.surface,
      subject: this.auth?.subject ?? null,
    }
  }

  /** Made on first use; `null` where there are no cookies. */
  openCookies(): CookieExchange | null {
    if (this.site.surface !== 'api') return null
    this.cookies ??= new CookieExchange(
      this.inbound.cookies ?? new SentCookies(this.inbound.rawHeaders),
      () => this.hasEntered,
    )
    return this.cookies
  }

  /** Made on first use. */
  openDrainWatch(): DrainWatch {
    this.drainWatch ??= new DrainWatch(this.site.app.draining, (tell) => inView(this.view, tell))
    return this.drainWatch
  }

  /** Made on first use: most calls never look at their signal. */
  get signal(): AbortSignal {
    return this.#controller().signal
  }

  /** True once code that looks at a signal of it was told to stop: what it then gave may be the half of it. */
  get wasToldToStop(): boolean {
    return this.#abort?.signal.aborted === true || this.drainWatch?.hasTold === true
  }

  abort(reason: Problem): void {
    this.#controller().abort(reason)
  }

  #controller(): AbortController {
    if (this.#abort !== null) return this.#abort
    const controller = new AbortController()
    this.#abort = controller
    // Whoever leaves may do so in the middle of another call, which is not the one that listens.
    const leave = () => controller.abort(refuse('client_disconnected'))
    const gone = () => inView(this.view, leave)
    if (this.inbound.aborted) gone()
    else this.inbound.onAbort(gone)
    this.inbound.onCallOff?.(gone)
    return controller
  }

  addTask(run: BackgroundTask['run'], always: boolean): void {
    this.tasks ??= []
    this.tasks.push({ run, always })
  }

  onClose(hook: () => Awaitable<void>): void {
    this.closeHooks ??= []
    this.closeHooks.push(hook)
    // Of work that outlives its call: what it opens now nobody else would close. Once it is open.
    if (this.phase === 'over') queueMicrotask(() => void this.runCloseHooks())
  }

  /**
   * After the dependencies, which may still use what the hooks take away. One by one off the list,
   * so that none is lost: not one that comes while another runs (a caller who leaves just then
   * would have no record of its call), and not what stands behind one that hangs.
   */
  async runCloseHooks(): Promise<void> {
    for (;;) {
      const hook = this.closeHooks?.shift()
      if (hook === undefined) return
      try {
        await hook()
      } catch (err) {
        this.log.warn({ err }, 'Closing after a call failed')
      }
    }
  }
}

/**
 * The arguments of a call, for whoever is given them. The bound ones themselves, frozen; where they
 * hold what cannot be frozen (dates, bytes, maps, sets), a copy for each who asks: a middleware that
 * calls `args.when.setTime(0)` must not change what was approved (FND-8, FND-10).
 */
export function argumentsOf(state: CallState): Readonly<Record<string, unknown>> {
  if (!state.hasLooseArguments) return state.args
  return deepFreeze(snapshot(state.args) as Readonly<Record<string, unknown>>)
}
