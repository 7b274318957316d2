import type { Action } from '../contract/action.ts'
import { AuthContext, type Identity } from '../contract/auth-context.ts'
import type { AuthConfig } from '../contract/authenticator.ts'
import type { Outcome } from '../contract/outcome.ts'
import type { ParamSpec } from '../contract/param-spec.ts'
import type { Problem } from '../contract/problem.ts'
import type { Schema } from '../contract/schema.ts'
import { NO_SURFACE, type SurfaceName } from '../contract/surface-name.ts'
import { CREDENTIAL_HEADERS } from '../web/raw-headers.ts'
import { layOutArguments } from './action-arguments.ts'
import type { AppContext } from './app-context.ts'
import { BackgroundTasks } from './background.ts'
import type { Inbound, RawArguments } from './inbound.ts'
import { compilePlan } from './plan.ts'
import { run } from './run.ts'
import { RunningCall } from './running-call.ts'

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
}

export interface StartedCall {
  readonly call: RunningCall
  readonly inbound: TestInbound
  readonly log: readonly LogLine[]
  readonly outcome: ReturnType<typeof run>
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
export function knownAs(identity: Identity): AuthConfig {
  return { authenticate: () => new AuthContext(identity), surfaces: ['api', 'mcp', 'cli'] }
}

/** Compiles an action on a surface and runs one call of it. */
export function startCall(options: CallOptions = {}): StartedCall {
  const log: LogLine[] = []
  const write = (level: string) => (fields: object, message: string) => {
    log.push({ level, message, fields: { ...fields } })
  }
  const logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
  const app: AppContext = {
    name: 'test',
    state: {},
    callState: () => ({}),
    debug: false,
    logger,
    clock: { now: () => 0, elapsed: () => 0 },
    nextId: () => 'id',
    auth: {},
    credentialHeaders: CREDENTIAL_HEADERS,
    approval: null,
    limits: null,
    audit: null,
    background: new BackgroundTasks(logger),
    ...options.app,
  }
  const surface = options.surface ?? 'api'
  const inbound = new TestInbound(options, surface)
  const call = new RunningCall(
    compilePlan({ ...ACTION, ...options.action }, surface, app),
    inbound,
    'server',
    'r1',
  )
  return { call, inbound, log, outcome: run(call) }
}

/** Runs a call to its end; fails when it was refused. */
export async function resultOf(options: CallOptions): Promise<unknown> {
  const outcome: Outcome = await startCall(options).outcome
  if (!outcome.ok) throw outcome.problem
  return outcome.value
}

/** Runs a call to its end; fails when it was not refused. */
export async function problemOf(options: CallOptions): Promise<Problem> {
  const outcome: Outcome = await startCall(options).outcome
  if (outcome.ok) throw new Error('The call was not refused')
  return outcome.problem
}

/** A caller of the test's making. */
export class TestInbound implements Inbound {
  readonly method = 'POST'
  readonly path = '/test'
  readonly search = ''
  readonly scheme = 'http'
  readonly host = 'localhost'
  readonly clientAddress = '127.0.0.1'
  readonly showsHeaders = true
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

  readArguments(action: Action): RawArguments {
    this.reads++
    return layOutArguments(action, this.#args, this.#surface)
  }
}

const ACTION: Action = {
  name: 'test.action',
  title: null,
  description: null,
  method: 'POST',
  path: '/test',
  exposed: { api: true, mcp: true, cli: true },
  public: NO_SURFACE,
  approval: NO_SURFACE,
  guards: [],
  params: [],
  dependencies: [],
  returns: null,
  inputSchema: {},
  outputSchema: null,
  answers: 'by-value',
  middleware: [],
  errorHandlers: [],
  handler: () => 'done',
  tags: [],
  metadata: {},
  hints: {},
  deprecated: false,
  status: null,
  headers: null,
  timeout: 0,
}
