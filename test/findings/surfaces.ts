// What the files of this folder share: one app called over every surface, from outside, and the
// words of version 0.2 that 0.1 has no types for yet.
import { spawn } from 'node:child_process'
import type { Call, Logger } from 'trefoil'
import type { AuthContext } from 'trefoil/auth'
import { type RunningServer, serve } from 'trefoil/node'
import { expect, vi } from 'vitest'

// The machine may have other things to do; a test that is right ends long before.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 })

export const ALL = ['api', 'mcp', 'cli'] as const
/** No test may hang on the environment of whoever runs it. */
export const ENV: Readonly<Record<string, string>> = {}
/** Options of an action that is on every surface: `app.post('/x', { ...on('x') }, …)`. */
export const on = <const Name extends string>(name: Name) =>
  ({ name, description: `Does ${name}.`, tool: true, cli: true }) as const

export type Json = Readonly<Record<string, unknown>>
type Served = Parameters<typeof serve>[0]

/** A way to call an app. */
export type SurfaceId = 'http' | 'mcp-legacy' | 'mcp-modern' | 'cli-local' | 'cli-remote'
export const SURFACE_IDS = ['http', 'mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote'] as const
export const NETWORK_IDS = ['http', 'mcp-legacy', 'mcp-modern', 'cli-remote'] as const

export interface CallOptions {
  readonly token?: string
  readonly approval?: string
  readonly dryRun?: boolean
  /** Aborting it destroys the connection, or interrupts the call in this process. */
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
  /** HTTP only. Default `POST`. */
  readonly method?: string
}

/** An answer in words that all surfaces share. */
export interface Answer {
  readonly ok: boolean
  readonly value: unknown
  /** Members of the problem, `code` among them; `null` for success and for a lost connection. */
  readonly problem: Json | null
  /** HTTP status; `null` in this process and for a lost connection. */
  readonly status: number | null
  readonly headers: Headers
  /** The whole document: body, tool result or envelope. */
  readonly document: unknown
  /** Everything that left the server: head and body. */
  readonly raw: string
}

export interface Surface {
  readonly id: SurfaceId
  readonly source: 'api' | 'mcp' | 'cli'
  readonly url: string
  readonly server: RunningServer
  call(action: string, args?: Json, options?: CallOptions): Promise<Answer>
}

/** The same answer from every surface, to compare with what {@link everywhere} saw. */
export function alike<Value>(
  value: Value,
  ids: readonly SurfaceId[] = SURFACE_IDS,
): Partial<Record<SurfaceId, Value>> {
  return Object.fromEntries(ids.map((id) => [id, value]))
}

/**
 * Builds and serves one app for each surface on a real socket, calls all at once, and gives what
 * was seen by surface. Apart, because what one surface leaves behind must not look like another's.
 */
export async function everywhere<Built extends { readonly app: Served }, Seen>(
  build: () => Built,
  ask: (surface: Surface, built: Built) => Promise<Seen>,
  ids: readonly SurfaceId[] = SURFACE_IDS,
): Promise<Partial<Record<SurfaceId, Seen>>> {
  const seen = await Promise.all(
    ids.map(async (id) => [id, await oneSurface(id, build(), ask)] as const),
  )
  return Object.fromEntries(seen)
}

/** One surface of {@link everywhere}. */
export async function oneSurface<Built extends { readonly app: Served }, Seen>(
  id: SurfaceId,
  built: Built,
  ask: (surface: Surface, built: Built) => Promise<Seen>,
): Promise<Seen> {
  const server = await serve(built.app, { port: 0, signals: false, drainTimeout: '200ms' })
  try {
    return await ask(surfaceOf(id, built.app, server), built)
  } finally {
    await within(server.close(), 'server.close()', 15_000)
  }
}

export function surfaceOf(id: SurfaceId, app: Served, server: RunningServer): Surface {
  const { url } = server
  const about = { id, url, server }
  switch (id) {
    case 'http':
      return { ...about, source: 'api', call: (...spec) => overHttp(url, ...spec) }
    case 'mcp-legacy':
    case 'mcp-modern':
      return { ...about, source: 'mcp', call: (...spec) => overMcp(id, url, ...spec) }
    case 'cli-remote':
      return { ...about, source: 'cli', call: (...spec) => overProtocol(url, ...spec) }
    case 'cli-local':
      return { ...about, source: 'cli', call: (...spec) => inProcess(app, ...spec) }
  }
}

/** Waits, but not for ever: an answer that never comes is a failure with words of its own. */
export async function within<Value>(
  promise: Promise<Value>,
  what: string,
  ms = 5_000,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing came within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Lets everything run that can run without waiting for anything. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** A door that a test opens. `reached` resolves when somebody waits at it. */
export class Gate {
  readonly #arrival = Promise.withResolvers<void>()
  readonly #opening = Promise.withResolvers<void>()

  get reached(): Promise<void> {
    return this.#arrival.promise
  }
  wait(): Promise<void> {
    this.#arrival.resolve()
    return this.#opening.promise
  }
  open(): void {
    this.#opening.resolve()
  }
}

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly fields: Json
  readonly message: string
}

/** A console-like logger without `child`, keeping what it was told. */
export class Lines {
  readonly all: Line[] = []
  readonly logger: Logger = {
    debug: (...entry: readonly unknown[]) => this.#keep('debug', entry),
    info: (...entry: readonly unknown[]) => this.#keep('info', entry),
    warn: (...entry: readonly unknown[]) => this.#keep('warn', entry),
    error: (...entry: readonly unknown[]) => this.#keep('error', entry),
  }

  at(level: Line['level']): readonly Line[] {
    return this.all.filter((line) => line.level === level)
  }
  /** Lines of refusals and failures. */
  get complaints(): readonly Line[] {
    return this.all.filter(({ level }) => level !== 'debug')
  }
  #keep(level: Line['level'], entry: readonly unknown[]): void {
    const [first, second] = entry
    this.all.push(
      typeof first === 'string'
        ? { level, fields: {}, message: first }
        : { level, fields: membersOf(first), message: String(second) },
    )
  }
}

/** How a program of its own ended, and what it printed. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/**
 * Runs a module of JavaScript in a process of its own, for what is about the process: its
 * standard error, and whether it survives.
 */
export async function runModule(source: string, env: Record<string, string> = {}): Promise<Ran> {
  const args = ['--input-type=module', '--eval', source]
  const child = spawn(process.execPath, args, {
    cwd: new URL('../..', import.meta.url),
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const { promise, resolve } = Promise.withResolvers<number | null>()
  child.on('close', resolve)
  return { code: await within(promise, 'the end of the process', 20_000), out, err }
}

/** What an assignment did: `TypeError`, another error, or `assigned`. */
export function assigning(target: object, member: PropertyKey, value: unknown): string {
  try {
    // What a handler in plain JavaScript may write, whatever the types say.
    ;(target as Record<PropertyKey, unknown>)[member] = value
    return 'assigned'
  } catch (error) {
    return error instanceof TypeError ? 'TypeError' : String(error)
  }
}

/** Does something hostile and says how it ended. */
export function trying(act: () => unknown): string {
  try {
    act()
    return 'done'
  } catch (error) {
    return error instanceof TypeError ? 'TypeError' : String(error)
  }
}

export function membersOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** `call.client` of 0.2. */
export interface Client {
  readonly address: string | null
  readonly userAgent: string | null
}

/** Every view of a call has `client` in 0.2. */
export function clientOf(view: object): Client | undefined {
  // 0.1 has no such member in its types; remove with it.
  return (view as { readonly client?: Client }).client
}

/** Members that views have in 0.2 and the types of 0.1 do not. */
export interface Tomorrow {
  readonly auth: AuthContext | null
  readonly client: Client
  readonly log: Logger
  readonly signal: AbortSignal
  resolve<Value>(dependency: unknown): Promise<Value>
}

export function tomorrow(view: object): Tomorrow {
  // Providers and approval requests of 0.1 lack some of these; remove with it.
  return view as Tomorrow
}

/** `call.background(task, { always: true })`. */
export function backgroundAlways(call: Call, task: () => unknown): void {
  // 0.1 takes one argument; remove with it.
  ;(call.background as (task: () => unknown, options: object) => void)(task, { always: true })
}

/** One frozen record per call (`createApp({ onCall })`). */
export interface CallRecord {
  readonly callId: string
  readonly requestId: string
  readonly time: number
  readonly duration: number
  readonly surface: 'api' | 'mcp' | 'cli'
  readonly entrypoint: 'server' | 'local'
  readonly action: string | null
  readonly driven: 'person' | 'agent' | 'unknown'
  readonly subject: string | null
  readonly kind: 'person' | 'agent' | 'service' | 'unknown' | null
  readonly tenant: string | null
  readonly actor: unknown
  readonly client: Client
  readonly outcome: 'ok' | 'refused' | 'failed' | 'dry_run' | 'aborted'
  readonly problem: string | null
  readonly status: number | null
  readonly rule: string | null
  readonly approvalId: string | null
  readonly argumentsHash: string | null
  readonly dryRun: boolean
  readonly bytes: number | null
  readonly meta: Json | null
  readonly http: { readonly method: string; readonly path: string; readonly scheme: string } | null
}

/** Keeps records and says when there are so many. */
export class Records {
  readonly all: CallRecord[] = []
  readonly onCall = (record: CallRecord): void => void this.all.push(record)

  async atLeast(count: number): Promise<readonly CallRecord[]> {
    await vi.waitFor(() => expect(this.all.length).toBeGreaterThanOrEqual(count), {
      timeout: 5_000,
      interval: 5,
    })
    return this.all
  }
}

const MODERN = '2026-07-28'
const LEGACY = '2025-11-25'

async function overHttp(
  url: string,
  action: string,
  args: Json = {},
  options: CallOptions = {},
): Promise<Answer> {
  const { method = 'POST', approval } = options
  const bodiless = method === 'GET' || Object.keys(args).length === 0
  const query = new URLSearchParams()
  if (method === 'GET')
    for (const [name, value] of Object.entries(args)) query.set(name, `${value}`)
  return exchange(
    `${url}/${action}${query.size === 0 ? '' : `?${query}`}`,
    options,
    {
      method,
      headers: {
        ...(bodiless ? {} : { 'content-type': 'application/json' }),
        ...(approval === undefined ? {} : { 'approval-token': approval }),
      },
      ...(bodiless ? {} : { body: JSON.stringify(args) }),
    },
    (response, text) => {
      const document = jsonOrText(text)
      return response.ok
        ? { ok: true, document, value: text === '' ? null : document, problem: null }
        : { ok: false, document, value: undefined, problem: membersOf(document) }
    },
  )
}

async function overMcp(
  era: 'mcp-legacy' | 'mcp-modern',
  url: string,
  action: string,
  args: Json = {},
  options: CallOptions = {},
): Promise<Answer> {
  const modern = era === 'mcp-modern'
  const _meta = {
    ...(modern
      ? {
          'io.modelcontextprotocol/protocolVersion': MODERN,
          'io.modelcontextprotocol/clientCapabilities': {},
        }
      : {}),
    ...(options.approval === undefined ? {} : { approvalToken: options.approval }),
    ...(options.dryRun === undefined ? {} : { dryRun: options.dryRun }),
  }
  const params = { name: action, arguments: args, _meta }
  return exchange(
    `${url}/mcp`,
    options,
    {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': modern ? MODERN : LEGACY,
        ...(modern ? { 'mcp-method': 'tools/call', 'mcp-name': action } : {}),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    },
    (_, text) => fromMcp(membersOf(jsonOrText(text))),
  )
}

function fromMcp(message: Json): ReadAnswer {
  const result = membersOf(message['result'])
  const [content] = Array.isArray(result['content']) ? result['content'] : []
  if (content === undefined) {
    const { error } = message
    const refusal =
      typeof error === 'string'
        ? { ...message, message: message['error_description'] }
        : error === undefined
          ? message
          : {
              ...membersOf(membersOf(error)['data']),
              code: membersOf(membersOf(error)['data'])['problem'],
              message: membersOf(error)['message'],
            }
    return { ok: false, document: message, value: undefined, problem: refusal }
  }
  const text = membersOf(content)['text']
  const value = typeof text === 'string' ? jsonOrText(text) : result['content']
  if (result['isError'] !== true) return { ok: true, document: result, value, problem: null }
  return { ok: false, document: result, value, problem: membersOf(membersOf(value)['error']) }
}

async function overProtocol(
  url: string,
  action: string,
  args: Json = {},
  options: CallOptions = {},
): Promise<Answer> {
  return exchange(
    `${url}/__trefoil__/actions/call`,
    options,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(actionRequest(action, args, options)),
    },
    (_, text) => fromEnvelope(jsonOrText(text)),
  )
}

async function inProcess(
  app: Served,
  action: string,
  args: Json = {},
  options: CallOptions = {},
): Promise<Answer> {
  const headers = Object.entries(requestHeaders(options)).flat()
  const { signal } = options
  const target = app.localActions({ headers, ...(signal === undefined ? {} : { signal }) })
  const envelope = await within(target.call(actionRequest(action, args, options)), 'local answer')
  return {
    ...fromEnvelope(envelope),
    status: null,
    headers: new Headers(),
    raw: JSON.stringify(envelope),
  }
}

function actionRequest(action: string, args: Json, { approval, dryRun }: CallOptions) {
  return {
    action,
    arguments: args,
    ...(approval === undefined ? {} : { approval_token: approval }),
    ...(dryRun === undefined ? {} : { dry_run: dryRun }),
  }
}

function fromEnvelope(envelope: unknown): ReadAnswer {
  const { ok, body, error, dry_run: dryRun } = membersOf(envelope)
  if (ok === true) {
    return { ok, document: envelope, value: dryRun === true ? envelope : body, problem: null }
  }
  // A reply with a status of failure, in the action's own words (RPC-6).
  if (ok === false && error === undefined) {
    return { ok, document: envelope, value: body, problem: null }
  }
  // What the edge refuses never reaches a surface: HTTP's own words, a problem document.
  return { ok: false, document: envelope, value: undefined, problem: membersOf(error ?? envelope) }
}

type ReadAnswer = Pick<Answer, 'ok' | 'value' | 'problem' | 'document'>

async function exchange(
  url: string,
  options: CallOptions,
  init: RequestInit & { readonly headers: Record<string, string> },
  read: (response: Response, text: string) => ReadAnswer,
): Promise<Answer> {
  const { signal } = options
  try {
    const response = await within(
      fetch(url, {
        ...init,
        headers: { ...init.headers, ...requestHeaders(options) },
        ...(signal === undefined ? {} : { signal }),
      }),
      `answer of ${url}`,
    )
    const text = await within(response.text(), `body of ${url}`)
    const head = [...response.headers].map(([name, value]) => `${name}: ${value}`)
    const { status, headers } = response
    return { ...read(response, text), status, headers, raw: [status, ...head, '', text].join('\n') }
  } catch (error) {
    if (error instanceof Error && error.message.includes('nothing came')) throw error
    const gone = { ok: false, document: null, value: undefined, problem: null, status: null }
    return { ...gone, headers: new Headers(), raw: `(connection lost: ${String(error)})` }
  }
}

function requestHeaders({ token, headers }: CallOptions): Record<string, string> {
  return { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers }
}

/** JSON when it is, the last event's when it is a stream of events, the text itself otherwise. */
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const last = text.match(/^data: (\{"jsonrpc".*)$/gm)?.at(-1)
    return last === undefined ? text : JSON.parse(last.slice('data: '.length))
  }
}
