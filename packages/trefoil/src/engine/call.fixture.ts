import type { Awaitable } from '../base/promise.ts'
import type { ServerStop } from '../contract/answer/exchange.ts'
import { AuthContext, type Identity } from '../contract/auth/auth-context.ts'
import type { AuthEntry } from '../contract/auth/authenticator.ts'
import { issuerAndSubject } from '../contract/auth/person-of.ts'
import { UNKNOWN_SCHEME } from '../contract/auth/security-scheme.ts'
import { type Action, emptyAction } from '../contract/call/action.ts'
import type { Outcome } from '../contract/call/outcome.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import type { ParamSpec } from '../contract/params/param-spec.ts'
import type { Schema } from '../contract/params/schema.ts'
import type { Problem } from '../contract/problems/problem.ts'
import { needTable } from '../policy/need.ts'
import { layOutArguments } from '../surfaces/agent/action-arguments.ts'
import { CREDENTIAL_HEADERS } from '../web/raw-headers.ts'
import { unwrapReply } from './answer/stream.ts'
import type { AppContext } from './app-context.ts'
import { BackgroundTasks } from './background/background-tasks.ts'
import type { CallIds } from './call-ids.ts'
import { CallState } from './call-state.ts'
import { Draining } from './ending/draining.ts'
import { LastingCalls } from './ending/lasting-calls.ts'
import type { CloseHooks, Inbound, UseArguments } from './inbound.ts'
import { Capacity } from './limits/capacity.ts'
import { compilePlan, type Plan } from './plan.ts'
import { rehearse, run } from './run.ts'
import type { Stage } from './stage.ts'

/** One line a test's logger was given. */
export interface LogLine {
  readonly level: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** What a test may choose; everything else has the plainest value there is. */
export interface CallOptions {
  readonly action?: Partial<Action>
  readonly app?: Partial<AppContext>
  readonly surface?: SurfaceName
  readonly args?: Readonly<Record<string, unknown>>
  readonly headers?: readonly string[]
  readonly approvalToken?: string | null
  readonly dryRun?: boolean
  /** Bytes of the largest answer, for a surface whose answers are documents. */
  readonly wholeAnswers?: number
  readonly cancels?: boolean
  readonly stop?: ServerStop
  readonly receivedAt?: number
  readonly rehearse?: boolean
}

/** A call that has not begun. */
export interface PreparedCall {
  readonly plan: Plan
  readonly call: CallState
  readonly inbound: TestInbound
  readonly log: readonly LogLine[]
}

export interface StartedCall extends PreparedCall {
  readonly outcome: ReturnType<typeof run>
  /** What the developer's code returned, before anything was made of it; `null` before that. */
  returned(): { readonly value: unknown } | null
}

/** A required argument in a JSON body. */
export function field(name: string, schema: Schema): ParamSpec {
  const result = schema['~standard'].validate(undefined)
  const optional = !(result instanceof Promise) && result.issues === undefined
  return {
    name,
    source: 'field',
    wire: name,
    schema,
    jsonSchema: {},
    text: [],
    list: false,
    required: !optional,
    description: null,
  }
}

/** An authenticator that always answers with this identity. */
export function knownAs(identity: Identity): AuthEntry {
  return authEntry({ authenticate: () => new AuthContext(identity) })
}

/** An entry of `auth` as calls go by it. */
export function authEntry(more: Partial<AuthEntry>): AuthEntry {
  return {
    name: 'test',
    surfaces: ['api', 'mcp', 'cli'],
    schemes: UNKNOWN_SCHEME,
    kinds: null,
    widens: false,
    missing: null,
    audiences: null,
    given: null,
    ambient: true,
    risks: [],
    authenticate: () => null,
    onAuthenticated: null,
    recheck: null,
    start: null,
    stop: null,
    ...more,
  }
}

const IDS: CallIds = { requestId: 'r1', callId: 'c1' }

/** Compiles an action on a surface and makes a call of it that waits to be run. */
export function prepareCall(options: CallOptions = {}): PreparedCall {
  const log: LogLine[] = []
  const write = (level: string) => (fields: object | string, message?: string) => {
    log.push({ level, message: message ?? '', fields: Object(fields) })
  }
  const logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
  const app: AppContext = {
    name: 'test',
    facts: { name: 'test', state: {} },
    callState: () => ({}),
    debug: false,
    verboseDenials: true,
    logger,
    clock: { now: () => 0, elapsed: () => 0 },
    nextId: () => 'id',
    tracing: null,
    auth: {},
    credentialHeaders: CREDENTIAL_HEADERS,
    approval: null,
    personOf: issuerAndSubject,
    admit: [],
    limits: [],
    audit: [],
    rates: null,
    transaction: [],
    observers: null,
    background: new BackgroundTasks({ running: 100, waiting: 1000 }),
    answers: null,
    draining: new Draining(),
    mcpResource: null,
    lasting: new LastingCalls({ now: () => 0, elapsed: () => 0 }),
    capacity: new Capacity(null),
    substitutes: null,
    timeout: 0,
    closeTimeout: 0,
    ...options.app,
  }
  const surface = options.surface ?? 'api'
  const inbound = new TestInbound(options, surface)
  const { approval } = options.action ?? {}
  const need = approval === undefined ? {} : { need: needOf(approval) }
  const plan = compilePlan({ ...ACTION, ...need, ...options.action }, surface, app)
  return { plan, call: new CallState(plan, inbound, 'server', IDS), inbound, log }
}

/** Compiles an action on a surface and runs one call of it. */
export function startCall(options: CallOptions = {}): StartedCall {
  const prepared = prepareCall(options)
  const { plan, call } = prepared
  let returned: { readonly value: unknown } | null = null
  const stages = plan.stages.map(({ name, run: stage }): Stage => {
    if (name !== 'answer') return stage
    return (state) => {
      returned = { value: unwrapReply(state.returned) }
      return stage(state)
    }
  })
  const observed: Plan = { ...plan, run: stages }
  const outcome = options.rehearse === true ? rehearse(observed, call) : run(observed, call)
  return { ...prepared, outcome, returned: () => returned }
}

/**
 * Runs a call to its end; fails when it was refused.
 *
 * @returns the very value the developer's code gave, where no `returns` makes another of it; the
 *   stream that is handed out; else what the answer says
 */
export async function resultOf(options: CallOptions): Promise<unknown> {
  const started = startCall(options)
  const outcome: Outcome = await started.outcome
  if (outcome.kind !== 'answer') throw outcome.kind === 'problem' ? outcome.problem : outcome
  const { kind, body } = outcome.answer
  if (kind === 'stream') return body
  const returned = started.returned()
  if (returned !== null && (options.action?.returns ?? null) === null) return returned.value
  return kind === 'json' ? JSON.parse(String(body)) : body
}

/** Runs a call to its end; fails when it was not refused. */
export async function problemOf(options: CallOptions): Promise<Problem> {
  const outcome: Outcome = await startCall(options).outcome
  if (outcome.kind !== 'problem') throw new Error('The call was not refused')
  return outcome.problem
}

/** A caller of the test's making. */
export class TestInbound implements Inbound {
  readonly method = 'POST'
  readonly path = '/test'
  readonly search = ''
  readonly scheme = 'http'
  readonly host = 'localhost'
  readonly client = { address: '127.0.0.1', userAgent: 'test' }
  readonly showsHeaders = true
  readonly wholeAnswers: number | null
  readonly receivedAt: number | null
  readonly cancels: boolean
  readonly stop: ServerStop | null
  readonly cspNonce = ''
  readonly rawHeaders: readonly string[]
  readonly approvalToken: string | null
  readonly dryRun: boolean
  aborted = false
  /** How often the arguments were read. */
  reads = 0
  readonly #args: Readonly<Record<string, unknown>>
  readonly #surface: SurfaceName
  readonly #abortListeners: (() => void)[] = []
  readonly #doneListeners: (() => void)[] = []

  constructor(options: CallOptions, surface: SurfaceName) {
    this.rawHeaders = options.headers ?? []
    this.approvalToken = options.approvalToken ?? null
    this.dryRun = options.dryRun ?? false
    this.wholeAnswers = options.wholeAnswers ?? null
    this.receivedAt = options.receivedAt ?? null
    this.cancels = options.cancels ?? false
    this.stop = options.stop ?? null
    this.#args = options.args ?? {}
    this.#surface = surface
  }

  onAbort(listener: () => void): void {
    this.#abortListeners.push(listener)
  }

  onDone(listener: () => void): void {
    this.#doneListeners.push(listener)
  }

  abort(): void {
    this.aborted = true
    for (const listener of this.#abortListeners) listener()
  }

  done(): void {
    for (const listener of this.#doneListeners) listener()
  }

  readArguments<T>(action: Action, _call: CloseHooks, use: UseArguments<T>): Awaitable<T> {
    this.reads++
    return use(layOutArguments(action, this.#args, this.#surface))
  }
}

/** The need that `needsApproval` comes to on these surfaces. */
function needOf(everybody: Action['approval']): Action['need'] {
  const asks = everybody.api || everybody.mcp || everybody.cli
  const callers = { isPublic: false, isCovered: true }
  const rules = { asks, everybody, changes: true, agentWrites: 'allow' } as const
  return {
    api: needTable(rules, 'api', callers),
    mcp: needTable(rules, 'mcp', callers),
    cli: needTable(rules, 'cli', callers),
  }
}

const ACTION: Action = {
  ...emptyAction('test.action'),
  method: 'POST',
  path: '/test',
  exposed: { api: true, mcp: true, cli: true },
  tool: true,
  handler: () => 'done',
}
