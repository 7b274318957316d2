import type { Awaitable } from '../../base/promise.ts'
import type { ActionCache } from '../limits/cache.ts'
import type { BreakerRule, ConcurrencyLimit } from '../limits/capacity.ts'
import type { RateRule } from '../limits/rate-rule.ts'
import type { PromptFacts, ResourceFacts } from '../mcp/mcp-facts.ts'
import type { ParamSpec } from '../params/param-spec.ts'
import type { JsonSchema, Schema } from '../params/schema.ts'
import type { ProblemPage } from '../problems/problem-page.ts'
import type { ProblemRow } from '../problems/problem-row.ts'
import type { Call, Guard } from './call.ts'
import type { Dependency } from './dependency.ts'
import { type NeedTable, NO_NEED } from './need.ts'
import { NO_SURFACE, type PerSurface, type SurfaceName } from './surface-name.ts'

/** Any handler of an action, as the catalogue has it. */
export type Handler = (args: never, call: never) => unknown

/**
 * What a middleware returns: any value, or `null` for none. Not `undefined`, because a function that
 * forgot its `return` returns just that; and no promise, of which it returns one at most.
 */
export type Returned =
  | (object & { readonly then?: never })
  | string
  | number
  | boolean
  | bigint
  | symbol
  | null

/** The rest of a call, as its middleware sees it. */
export type Next = () => Promise<Returned>

/**
 * Wraps the handler: runs after approval, sees `call.source`, and calls `next()` at most once.
 * What it returns is the outcome. The type asks for it: one that forgot `return next()` would
 * answer nothing in the place of everything (FND-35).
 */
export type Middleware<C = Call> = (call: C, next: Next) => Awaitable<Returned>

/** Any class of errors, abstract ones included. */
export type ErrorClass<E = Error> = abstract new (...args: never[]) => E

/** Turns an error of the developer's code into a value or another error. */
export interface ErrorHandler {
  readonly type: ErrorClass<unknown>
  /** Returns a value (or `reply(…)`) to answer with; `undefined` leaves the error to the next handler. */
  readonly handle: (error: never, call: Call) => unknown
}

/** Hints for agents about what a tool does (MCP tool annotations). */
export interface ToolHints {
  readonly readOnlyHint?: boolean
  readonly destructiveHint?: boolean
  readonly idempotentHint?: boolean
  readonly openWorldHint?: boolean
}

/**
 * How HTTP sends what the handler returns; `null` and `undefined` are sent as nothing in any case.
 *
 * - `by-value`: there is no `returns`, so the value alone decides: text as `text/plain`, bytes and
 *   streams as they are, everything else as JSON.
 * - `text`: `returns` admits nothing but text, which is sent as it is.
 * - `json`: everything is JSON, text too, because a caller cannot tell the text `5` from the number.
 */
export type AnswerForm = 'by-value' | 'text' | 'json'

/** A failure that an action answers with on purpose. */
export interface DeclaredProblem {
  readonly code: string
  readonly row: ProblemRow
}

/** A frozen action: everything known about it once the app is compiled. */
export interface Action {
  /** External name; for actions that are on HTTP only and unnamed: `METHOD /path`. */
  readonly name: string
  readonly title: string | null
  readonly description: string | null
  /** Upper-case HTTP method; `null` when the action has no HTTP path. */
  readonly method: string | null
  /** Path template; `null` when the action has no HTTP path. */
  readonly path: string | null
  /** The same as it was written, `/files/{rest:path}`. */
  readonly template: string | null
  /** Surfaces on which the action exists; on MCP as a tool, a resource, a prompt, or several of them. */
  readonly exposed: PerSurface
  /** True for what MCP lists and calls as a tool. */
  readonly tool: boolean
  /** How MCP reads it; `null` for what is no resource. */
  readonly resource: ResourceFacts | null
  /** How MCP gets it; `null` for what is no prompt. */
  readonly prompt: PromptFacts | null
  /** Surfaces on which it is open to anonymous callers by the developer's `public`. */
  readonly public: PerSurface
  /** Surfaces on which a call may need approval; whose, `need` says. */
  readonly approval: PerSurface
  /** What a call needs before it runs, by surface and by who calls. */
  readonly need: Readonly<Record<SurfaceName, NeedTable>>
  readonly guards: readonly Guard[]
  /**
   * Guards of the app's parts. They stand before its own wherever callers are authenticated; where
   * they are not there is nobody to ask about.
   */
  readonly appGuards: readonly Guard[]
  /** Caller-facing arguments, in declaration order. */
  readonly params: readonly ParamSpec[]
  readonly dependencies: readonly (readonly [name: string, dependency: Dependency<unknown>])[]
  readonly returns: Schema | null
  /** Flat object of all arguments: MCP `inputSchema`, `input_schema` of the manifest. */
  readonly inputSchema: JsonSchema
  /** True where the arguments are one value, which its one parameter is; their names are nobody's. */
  readonly isWhole: boolean
  /** From `returns`; `null` when there is none. */
  readonly outputSchema: JsonSchema | null
  /** From `outputSchema`, and the `content-type` among `headers`. */
  readonly answers: AnswerForm
  /** Outermost first. */
  readonly middleware: readonly Middleware[]
  /** One list per level: route, then groups from the inside out, then app. */
  readonly errorHandlers: readonly (readonly ErrorHandler[])[]
  readonly handler: Handler
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  readonly hints: ToolHints
  /** Listed by MCP also where tools are searched for. */
  readonly listed: boolean
  /** `_meta` of the tool, for the program around the model; `null` for none. */
  readonly toolMeta: Readonly<Record<string, unknown>> | null
  /** True when it may change something: what the method says, or the action itself. */
  readonly changes: boolean
  /** True when it acts outside the database, where nothing can be taken back. */
  readonly external: boolean
  /** True when it says that it may ask its caller while it runs. */
  readonly asks: boolean
  /** True when its body fields may come as an urlencoded form. */
  readonly forms: boolean
  /** True when calls of other sites are refused whatever they bring. */
  readonly refusesOtherSites: boolean
  /** What it says of the audit log; `null` for nothing. */
  readonly audit: boolean | 'required' | null
  readonly deprecated: boolean
  /** What it declares to answer with, beside what the framework itself refuses. */
  readonly problems: readonly DeclaredProblem[]
  /** HTTP status of success; `null` for 200, or 204 when there is no value. */
  readonly status: number | null
  /** Response headers of this action: a value replaces, `null` removes; `null` for none. */
  readonly headers: Readonly<Record<string, string | null>> | null
  /** Shows refusals to people; `null`: as problem documents. */
  readonly problemPage: ProblemPage | null
  /** Rates that each call takes from, the app's first. */
  readonly rates: readonly RateRule[]
  /** Milliseconds a call may take; 0 means no limit. */
  readonly timeout: number
  /**
   * Milliseconds that a stream may take to be sent over HTTP: the route's own `timeout`, or 0. Those
   * of app and groups count up to its first piece.
   */
  readonly streamTimeout: number
  /** Its limits of calls at the same time, at most one for each scope. */
  readonly concurrency: readonly ConcurrencyLimit[]
  /** The app's limit, which its calls count for too; `null` for none. */
  readonly appConcurrency: number | null
  /** Its circuit breaker; `null` for none. */
  readonly breaker: BreakerRule | null
  /** How its answers are kept; `null` for not at all. */
  readonly cache: ActionCache | null
  /** True for what is asked all the time, such as probes: no line in the log, unless it is refused. */
  readonly isQuiet: boolean
}

/** An action with nothing to check and nothing to do: what others are made of. */
export function emptyAction(name: string): Action {
  return {
    name,
    title: null,
    description: null,
    method: null,
    path: null,
    template: null,
    exposed: NO_SURFACE,
    tool: false,
    resource: null,
    prompt: null,
    public: NO_SURFACE,
    approval: NO_SURFACE,
    need: { api: NO_NEED, mcp: NO_NEED, cli: NO_NEED },
    guards: [],
    appGuards: [],
    params: [],
    dependencies: [],
    returns: null,
    answers: 'by-value',
    inputSchema: {},
    isWhole: false,
    outputSchema: null,
    middleware: [],
    errorHandlers: [],
    handler: () => undefined,
    tags: [],
    metadata: {},
    hints: {},
    listed: false,
    toolMeta: null,
    changes: true,
    external: false,
    asks: false,
    forms: false,
    refusesOtherSites: false,
    audit: null,
    problems: [],
    deprecated: false,
    status: null,
    headers: null,
    problemPage: null,
    rates: [],
    timeout: 0,
    streamTimeout: 0,
    concurrency: [],
    appConcurrency: null,
    breaker: null,
    cache: null,
    isQuiet: false,
  }
}

/**
 * The guards of an action on a surface, in order. Those of the whole app hold where nobody has an
 * authenticator too: a surface that was forgotten must not be the way round them.
 */
export function guardsOn(
  { guards, appGuards, public: isPublic }: Action,
  surface: SurfaceName,
): readonly Guard[] {
  return isPublic[surface] ? guards : [...appGuards, ...guards]
}

/**
 * A name that no other action has that can be called: kinds that are only read have names of their own, and
 * by the name alone the limit of a tool would be that of a resource.
 */
export function nameAmongAll({
  name,
  path,
  exposed,
  tool,
  resource,
  prompt,
}: Pick<Action, 'name' | 'path' | 'exposed' | 'tool' | 'resource' | 'prompt'>): string {
  if (tool || path !== null || exposed.cli) return name
  if (resource !== null) return `resource:${name}`
  return prompt === null ? name : `prompt:${name}`
}
