import type { Awaitable } from '../base/promise.ts'
import type { AuthContext } from '../contract/auth-context.ts'
import { schemesOf } from '../contract/authenticator.ts'
import type { Guard } from '../contract/call.ts'
import type { ActionFacts, CallRequest, HeaderReader } from '../contract/call-facts.ts'
import type { Dependency } from '../contract/dependency.ts'
import type { Logger } from '../contract/logger.ts'
import { ImproperlyConfigured, type Problem, refuse } from '../contract/problem.ts'
import type { ReplyOptions } from '../contract/reply.ts'
import type { RequestBody, RequestForm } from '../contract/request-body.ts'
import { type SecurityScheme, UNKNOWN_SCHEME } from '../contract/security-scheme.ts'
import type { Entrypoint, SurfaceName } from '../contract/surface-name.ts'
import { HeaderView } from '../web/raw-headers.ts'
import type { AppContext } from './app-context.ts'
import { CookieExchange } from './cookie-exchange.ts'
import { decideGuard, type GuardedCall } from './decide-guard.ts'
import { DependencyScopes, type Failure } from './dependency-scope.ts'
import type { CloseHooks, Inbound } from './inbound.ts'
import { logSafely } from './log-safely.ts'
import type { PlanOf } from './plan-shape.ts'

type Arguments = Readonly<Record<string, unknown>>

const NO_ARGUMENTS: Arguments = Object.freeze({})

/** One call while it runs. Handlers see it as `Call`; members marked `~` are the engine's. */
export class RunningCall implements GuardedCall {
  readonly source: SurfaceName
  readonly entrypoint: Entrypoint
  readonly requestId: string
  auth: AuthContext | null = null
  args: Arguments = NO_ARGUMENTS
  readonly '~plan': PlanOf<RunningCall>
  readonly '~app': AppContext
  readonly '~inbound': Inbound
  /** Hash of action and arguments, when approval or a dry run needed it. */
  '~argumentsHash': string | null = null
  /** What the handler returned, reply unwrapped. */
  '~value': unknown
  '~reply': ReplyOptions | null = null
  /** True once the developer's code has been entered. */
  '~executing' = false
  /** True once the call has been settled: nothing more may start. */
  '~ended' = false
  #request: CallRequest | null = null
  #state: unknown
  #hasState = false
  #abort: AbortController | null = null
  #deadline: ReturnType<typeof setTimeout> | null = null
  #scopes: DependencyScopes | null = null
  #background: (() => Awaitable<unknown>)[] | null = null
  #closeHooks: (() => Awaitable<void>)[] | null = null
  /** `null` until something asks for cookies. */
  '~cookieExchange': CookieExchange | null = null

  constructor(
    plan: PlanOf<RunningCall>,
    inbound: Inbound,
    entrypoint: Entrypoint,
    requestId: string,
  ) {
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
    this.#request ??= new RequestView(this['~inbound'], this)
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

  /**
   * What a logger or an error tracker prints of a call. Left to itself it would print all there
   * is, and the raw request holds the caller's credentials (PW-02).
   */
  toJSON(): object {
    const { source, entrypoint, requestId, action, auth } = this
    return { source, entrypoint, requestId, action: action.name, subject: auth?.subject ?? null }
  }

  /** The ways in of the surface the call came through. */
  '~schemes'(): readonly SecurityScheme[] {
    const config = this['~app'].auth[this.source]
    return config === undefined ? UNKNOWN_SCHEME : schemesOf(config)
  }

  /** Made on first use; `null` where there are no cookies. */
  '~cookies'(): CookieExchange | null {
    if (this.source !== 'api') return null
    this['~cookieExchange'] ??= new CookieExchange(this['~inbound'].rawHeaders)
    return this['~cookieExchange']
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
    this['~ended'] = true
    if (this.#deadline !== null) clearTimeout(this.#deadline)
    if (this.#background !== null) this.#handOver(this.#background)
    const closing = this.#scopes === null ? null : this.#scopes.close('request', failure)
    return this.#closeHooks === null ? closing : this.#closeLast(closing, this.#closeHooks)
  }

  '~onClose'(hook: () => Awaitable<void>): void {
    if (this['~ended']) {
      // Of work that outlives its call: what it opens now nobody else would close.
      void this.#closeLast(null, [hook])
      return
    }
    this.#closeHooks ??= []
    this.#closeHooks.push(hook)
  }

  /** After the dependencies, which may still use what the hooks take away. */
  async #closeLast(
    closing: Awaitable<Failure | null>,
    hooks: readonly (() => Awaitable<void>)[],
  ): Promise<Failure | null> {
    const failure = await closing
    for (const hook of hooks) {
      try {
        await hook()
      } catch (error) {
        const fields = { error, request_id: this.requestId }
        logSafely(this.log, 'warn', fields, 'Closing after a call failed')
      }
    }
    return failure
  }

  #handOver(tasks: readonly (() => Awaitable<unknown>)[]): void {
    this.#background = null
    const { background } = this['~app']
    this['~inbound'].onDone(() => {
      for (const task of tasks) background.start(task, this.requestId)
    })
  }
}

// The inspector (console.log) looks past toJSON.
Object.defineProperty(RunningCall.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: RunningCall): object {
    return this.toJSON()
  },
})

const ALL_HEADERS_HIDDEN: readonly string[] = []

class RequestView implements CallRequest {
  readonly method: string
  readonly path: string
  readonly search: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly clientAddress: string | null
  readonly headers: HeaderReader

  readonly #inbound: Inbound
  readonly #call: CloseHooks

  constructor(inbound: Inbound, call: RunningCall) {
    this.#inbound = inbound
    this.#call = call
    this.method = inbound.method
    this.path = inbound.path
    this.search = inbound.search
    this.scheme = inbound.scheme
    this.host = inbound.host
    this.clientAddress = inbound.clientAddress
    const raw = inbound.showsHeaders ? inbound.rawHeaders : ALL_HEADERS_HIDDEN
    this.headers = new HeaderView(raw, call['~app'].credentialHeaders)
  }

  body(): Promise<Uint8Array> {
    return this.#read('body', (body) => body.body())
  }

  json(): Promise<unknown> {
    return this.#read('json', (body) => body.json())
  }

  form(): Promise<RequestForm> {
    return this.#read('form', (body) => body.form())
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.#open('stream').stream()
  }

  /**
   * A handler may fail before it awaits what it asked for. Left unhandled, the failure of the
   * reading would end the process, and a caller needs no more than half a body for that.
   */
  #read<Value>(member: string, read: (body: RequestBody) => Promise<Value>): Promise<Value> {
    const reading = this.#start(member, read)
    reading.catch(() => {})
    return reading
  }

  async #start<Value>(member: string, read: (body: RequestBody) => Promise<Value>): Promise<Value> {
    return read(this.#open(member))
  }

  #open(member: string): RequestBody {
    const body = this.#inbound.openBody?.(this.#call)
    if (body !== undefined) return body
    throw new ImproperlyConfigured(
      `call.request.${member}() is for calls over HTTP only; what agents send too belongs in params`,
    )
  }
}
