import type { Awaitable } from '../base/promise.ts'
import type { AuthContext } from '../contract/auth-context.ts'
import type { ActionFacts, Call, CallRequest, HeaderReader } from '../contract/call.ts'
import type { Dependency } from '../contract/dependency.ts'
import type { Guard } from '../contract/guard.ts'
import type { Logger } from '../contract/logger.ts'
import { type Problem, refuse } from '../contract/problem.ts'
import type { ReplyOptions } from '../contract/reply.ts'
import type { Entrypoint, SurfaceName } from '../contract/surface-name.ts'
import { CREDENTIAL_HEADERS, HeaderView } from '../web/raw-headers.ts'
import type { AppContext } from './app-context.ts'
import { decideGuard } from './decide-guard.ts'
import { DependencyScopes, type Failure } from './dependency-scope.ts'
import type { Inbound } from './inbound.ts'
import type { Plan } from './plan.ts'

type Arguments = Readonly<Record<string, unknown>>

const NO_ARGUMENTS: Arguments = Object.freeze({})

/** One call while it runs. Handlers see it as `Call`; members marked `~` are the engine's. */
export class RunningCall implements Call {
  readonly source: SurfaceName
  readonly entrypoint: Entrypoint
  readonly requestId: string
  auth: AuthContext | null = null
  args: Arguments = NO_ARGUMENTS
  readonly '~plan': Plan
  readonly '~app': AppContext
  readonly '~inbound': Inbound
  /** Hash of action and arguments, when approval or a dry run needed it. */
  '~argumentsHash': string | null = null
  /** What the handler returned, reply unwrapped. */
  '~value': unknown
  '~reply': ReplyOptions | null = null
  /** True once the developer's code has been entered. */
  '~executing' = false
  #request: CallRequest | null = null
  #state: unknown
  #hasState = false
  #abort: AbortController | null = null
  #deadline: ReturnType<typeof setTimeout> | null = null
  #scopes: DependencyScopes | null = null
  #background: (() => Awaitable<unknown>)[] | null = null

  constructor(plan: Plan, inbound: Inbound, entrypoint: Entrypoint, requestId: string) {
    this['~plan'] = plan
    this['~app'] = plan.app
    this['~inbound'] = inbound
    this.source = plan.surface
    this.entrypoint = entrypoint
    this.requestId = requestId
  }

  get action(): ActionFacts {
    return this['~plan'].action
  }

  get request(): CallRequest {
    this.#request ??= new RequestView(this['~inbound'])
    return this.#request
  }

  get app(): { readonly name: string; readonly state: unknown } {
    return this['~app']
  }

  get state(): unknown {
    if (!this.#hasState) {
      this.#state = this['~app'].callState()
      this.#hasState = true
    }
    return this.#state
  }

  get signal(): AbortSignal {
    return this['~abortController']().signal
  }

  get cspNonce(): string {
    return this['~inbound'].cspNonce
  }

  get log(): Logger {
    return this['~app'].logger
  }

  async resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return (await this['~scopes']().resolve(dependency)) as Value
  }

  async authorize(guard: Guard): Promise<void> {
    const refusal = await decideGuard(guard, this)
    if (refusal !== undefined) throw refusal
  }

  background(task: () => Awaitable<unknown>): void {
    this.#background ??= []
    this.#background.push(task)
  }

  /** Made on first use: most calls never look at their signal. */
  '~abortController'(): AbortController {
    if (this.#abort !== null) return this.#abort
    const controller = new AbortController()
    this.#abort = controller
    const inbound = this['~inbound']
    const gone = () => controller.abort(refuse('client_disconnected'))
    if (inbound.aborted) gone()
    else inbound.onAbort(gone)
    return controller
  }

  /** Starts the deadline; `expired` is called with the problem when it passes. */
  '~startDeadline'(ms: number, expired: (problem: Problem) => void): void {
    this.#deadline = setTimeout(() => {
      const problem = refuse('TIMEOUT')
      this['~abortController']().abort(problem)
      expired(problem)
    }, ms)
  }

  '~scopes'(): DependencyScopes {
    this.#scopes ??= new DependencyScopes(this, this.log)
    return this.#scopes
  }

  /** Closes the function scope; `null` at once when no dependency was used. */
  '~closeFunctionScope'(failure: Failure | null): Awaitable<Failure | null> {
    return this.#scopes === null ? null : this.#scopes.close('function', failure)
  }

  /** Ends the call: stops the deadline, closes what is open, hands over background work. */
  '~close'(failure: Failure | null): Awaitable<Failure | null> {
    if (this.#deadline !== null) clearTimeout(this.#deadline)
    if (this.#background !== null) this.#handOver(this.#background)
    return this.#scopes === null ? null : this.#scopes.close('request', failure)
  }

  #handOver(tasks: readonly (() => Awaitable<unknown>)[]): void {
    this.#background = null
    const { background } = this['~app']
    this['~inbound'].onDone(() => {
      for (const task of tasks) background.start(task, this.requestId)
    })
  }
}

const ALL_HEADERS_HIDDEN: readonly string[] = []

class RequestView implements CallRequest {
  readonly method: string
  readonly path: string
  readonly search: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly clientAddress: string | null
  readonly headers: HeaderReader

  constructor(inbound: Inbound) {
    this.method = inbound.method
    this.path = inbound.path
    this.search = inbound.search
    this.scheme = inbound.scheme
    this.host = inbound.host
    this.clientAddress = inbound.clientAddress
    const raw = inbound.showsHeaders ? inbound.rawHeaders : ALL_HEADERS_HIDDEN
    this.headers = new HeaderView(raw, CREDENTIAL_HEADERS)
  }
}
