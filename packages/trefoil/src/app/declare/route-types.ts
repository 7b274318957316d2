import type { Duration } from '../../base/duration.ts'
import type { Awaitable } from '../../base/promise.ts'
import type { Reply } from '../../contract/answer/reply.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { ErrorHandler, Middleware, ToolHints } from '../../contract/call/action.ts'
import type { ActionHandle, RouteHandle } from '../../contract/call/action-handle.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import type { Dependency } from '../../contract/call/dependency.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import type { CacheOptions } from '../../contract/limits/cache.ts'
import type { BreakerOptions, ConcurrencyOptions } from '../../contract/limits/capacity.ts'
import type { MarkedParam, ParamSource, Params } from '../../contract/params/params.ts'
import type { PathNames, PathValue } from '../../contract/params/path-names.ts'
import type { InputOf, OutputOf, Schema } from '../../contract/params/schema.ts'
import type { ProblemPage } from '../../contract/problems/problem-page.ts'
import type { RateOption } from '../../policy/rate/rate-option.ts'
import type { AppTypes } from './app-types.ts'

/** What the handler receives for one entry of `params`. */
export type ParamValue<P> = P extends Schema
  ? OutputOf<P>
  : P extends MarkedParam<ParamSource, infer Value>
    ? Value
    : P extends Dependency<infer Value>
      ? Value
      : never

/** The handler's first argument: declared parameters, and path names nobody declared. */
export type Args<Path extends string, P> = {
  readonly [Name in keyof P]: ParamValue<P[Name]>
} & { readonly [Name in Exclude<PathNames<Path>, keyof P>]: PathValue<Path, Name> }

/** Open to anonymous callers: everywhere, nowhere, or on the listed surfaces. */
export type PublicOption = boolean | readonly SurfaceName[]

export type ExposedSurfaces<Api extends 'api', Tool, Cli> =
  | Api
  | (Tool extends true ? 'mcp' : never)
  | (Cli extends true ? 'cli' : never)

/** Surfaces on which an anonymous caller gets through: not covered, or made public. */
type OpenSurfaces<T extends AppTypes, Exposed extends SurfaceName, Pub> =
  | Exclude<Exposed, T['covered']>
  | (Pub extends true ? Exposed : Pub extends readonly SurfaceName[] ? Pub[number] : never)

/** `call.auth`: not `null` exactly when no exposed surface is open. */
export type CallAuth<T extends AppTypes, Exposed extends SurfaceName, Pub> = 0 extends T & 1
  ? // Of an app that is any app (`App`, `Routes` without saying which): nobody has promised a caller.
    AuthContext | null
  : [OpenSurfaces<T, Exposed, Pub>] extends [never]
    ? AuthContext<T['payload']>
    : AuthContext<T['payload']> | null

/** The call that a handler is given, by the surfaces it is on and those it is open on. */
export type CallOf<T extends AppTypes, Exposed extends SurfaceName, Pub> = Call<
  CallAuth<T, Exposed, Pub>,
  T['callState'],
  T['state']
>

/** A call as middleware and error handlers see it, whatever action it is for. */
export type AnyCallOf<T extends AppTypes> = Call<
  AuthContext<T['payload']> | null,
  T['callState'],
  T['state']
>

export type HandlerResult<R> = R extends Schema
  ? Awaitable<InputOf<R> | Reply<InputOf<R>>>
  : unknown

/** Tools and CLI actions are called by name and found by description. */
type Named<Name, Tool, Cli> = true extends Tool | Cli
  ? { readonly name: Name; readonly description: string }
  : { readonly name?: Name; readonly description?: string }

type FileNames<P> = {
  [Name in keyof P]: P[Name] extends { readonly source: 'file' | 'files' } ? Name : never
}[keyof P]

/** Files cannot travel as tool arguments: with one among its parameters, a flag can only be off. */
type Agents<Flag, P> = Flag & ([FileNames<P>] extends [never] ? unknown : false)

/** What is a tool with no flag to say so has no file parameter at all. */
type ToolParams<ToolChoice, P> = [ToolChoice] extends [true]
  ? [FileNames<P>] extends [never]
    ? unknown
    : { readonly params: never }
  : unknown

/** Options shared by routes and groups. Groups hand them down; nothing below can loosen them. */
export interface SharedOptions {
  /** Guards in order; outer groups first. */
  readonly guards?: readonly Guard[]
  /** Shorthand for a guard that passes for any of these roles. */
  readonly roles?: readonly string[]
  /** Shown in the documentation. */
  readonly tags?: readonly string[]
  /** Free facts; inner ones win per key. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Wraps the handler; outer groups outside. */
  readonly middleware?: readonly Middleware[]
  /** Maps errors of the handler, made with `handle(Class, answer)`. */
  readonly errorHandlers?: readonly ErrorHandler[]
  /**
   * Runs only with approval of its exact arguments: `true` on MCP and CLI (APPR-1), or on the
   * listed surfaces.
   */
  readonly needsApproval?: boolean | readonly SurfaceName[]
  /** Longest time a call may take; default none. */
  readonly timeout?: Duration
  /**
   * Most calls of an action that run at the same time; more are refused at once (P-MWL-3). A number
   * counts everybody's, 0 only counts; of a group it holds for each of its actions. Default any number.
   */
  readonly concurrency?: number | ConcurrencyOptions
  /**
   * Not tried any more for a while after failures in a row (P-MWL-6); of a group the default of its
   * actions, each with a circuit of its own. Default `false`.
   */
  readonly breaker?: boolean | BreakerOptions
  /**
   * How often each caller may call it, such as `'100/min'`: beside the rates of what is outside, which hold too.
   * `false` leaves those of them that are `skippable`. Default: none of its own.
   */
  readonly rate?: RateOption | false
  /**
   * Shows refusals to people, where their browser asks for HTML: see `ProblemPage`. The innermost wins; `false` leaves
   * that of what is outside. Default: problem documents.
   */
  readonly problemPage?: ProblemPage | false
}

/** What an operation says about itself. `P`: its own parameters; `Inherited`: its groups'. */
export interface OperationOptions<
  P extends Params,
  Inherited extends Params,
  R extends Schema | undefined,
  Tool extends boolean,
  Cli extends boolean,
  Pub extends PublicOption,
  Api extends 'api',
  Code extends string,
> extends SharedOptions {
  /** Human-readable name. */
  readonly title?: string
  /** Arguments and dependencies by name. */
  readonly params?: P
  /** Schema of the result: documented, and held to at run time. */
  readonly returns?: R
  /** Also an MCP tool. Default false. */
  readonly tool?: Agents<Tool, P & Inherited>
  /**
   * Also an MCP resource with this URI, or template of URIs whose variables are among `params`. Only for GET routes,
   * with a `name`. Default: none.
   */
  readonly resource?: string
  /** Also a CLI action. Default false. */
  readonly cli?: Agents<Cli, P & Inherited>
  /** Open to anonymous callers: everywhere it is exposed, or on the listed surfaces. */
  readonly public?: Pub & (boolean | readonly ExposedSurfaces<Api, Tool, Cli>[])
  /**
   * Codes of the problems it answers with on purpose: documented, and known to typed clients beside
   * those of the framework. Default none.
   */
  readonly problems?: readonly Code[]
  /** Hints for agents; default from the HTTP method. */
  readonly hints?: ToolHints
  /**
   * Listed by `tools/list` also where tools are searched for (`mcp: { tools: { mode: 'search' } }`). Default false; a tool
   * with a page of its own (`meta.ui`), and one whose arguments stand in headers, is listed in any case.
   */
  readonly listed?: boolean
  /**
   * `_meta` of the tool, for the program around the model: JSON, such as `{ ui: { resourceUri: 'ui://orders' } }` of
   * MCP Apps. Shown to whoever sees the tool. Default none.
   */
  readonly meta?: Readonly<Record<string, unknown>>
  /**
   * Whether it may change something. Default: GET, HEAD and OPTIONS do not, everything else does, and
   * so do actions and tools without a method.
   */
  readonly changes?: boolean
  /** Acts outside the database too: sends mail, takes money. Default false. */
  readonly external?: boolean
  /**
   * It may ask its caller while it runs (`call.ask()`). Needed where it is on HTTP, whose clients are answered 409 with the
   * questions. Not together with `needsApproval` or `cache`. Default false.
   */
  readonly asks?: boolean
  /**
   * Its body fields come as an urlencoded form as well, decoded as flags are. Not for secrets of browsers without
   * `csrf: 'always'`: any page can send a form anywhere. Default false.
   */
  readonly forms?: boolean
  /**
   * `always`: calls that another site makes through a visitor's browser are refused even where they bring nothing that
   * the browser adds by itself; for what signs somebody in, or an attacker could sign a visitor in as himself.
   * Default `authenticated`: where they do.
   */
  readonly csrf?: 'authenticated' | 'always'
  /**
   * Whether its calls are written into the audit log of the part `auditLog()`: `true` all of them,
   * `required` all of them and none runs that cannot be, `false` none but refusals. Default: what the part
   * says, which is those that change something or come from an agent.
   */
  readonly audit?: boolean | 'required'
  /** Response headers: a value replaces a default one, `null` removes it. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** HTTP status of success, 200…299. Default 200, or 204 when there is no value. */
  readonly status?: number
  /** Marked as deprecated in the documentation. */
  readonly deprecated?: boolean
  /**
   * Keeps what it answers, and gives it again to calls that ask the same. For actions that change
   * nothing. Default: nothing is kept.
   */
  readonly cache?: CacheOptions
}

/** No parameters. */
// biome-ignore lint/complexity/noBannedTypes: the empty object is the neutral element here
export type NoParams = {}

/** Adds a route: `app.get(path, options, handler)` or `app.get(path, handler)`. */
export interface AddRoute<T extends AppTypes, Inherited extends Params, Prefix extends string> {
  <
    const Path extends string,
    const P extends Params = NoParams,
    R extends Schema | undefined = undefined,
    const Tool extends boolean = false,
    const Cli extends boolean = false,
    const Pub extends PublicOption = false,
    const Code extends string = never,
    const Name extends string = string,
  >(
    path: Path,
    options: OperationOptions<P, Inherited, R, Tool, Cli, Pub, 'api', Code> &
      Named<Name, Tool, Cli>,
    handler: NoInfer<
      (
        args: Args<`${Prefix}${Path}`, Inherited & P>,
        call: CallOf<T, ExposedSurfaces<'api', Tool, Cli>, Pub>,
      ) => HandlerResult<R>
    >,
  ): RouteHandle<
    `${Prefix}${Path}`,
    Inherited & P,
    R,
    ExposedSurfaces<'api', Tool, Cli>,
    Code,
    Name
  >
  <const Path extends string>(
    path: Path,
    handler: (args: Args<`${Prefix}${Path}`, Inherited>, call: CallOf<T, 'api', false>) => unknown,
  ): RouteHandle<`${Prefix}${Path}`, Inherited, undefined, 'api', never>
}

/** Adds an action without an HTTP path. `ToolChoice`: what `tool` may be, and is by default. */
export type AddAction<T extends AppTypes, Inherited extends Params, ToolChoice extends boolean> = <
  const P extends Params = NoParams,
  R extends Schema | undefined = undefined,
  const Tool extends ToolChoice = false extends ToolChoice ? ToolChoice & false : ToolChoice,
  const Cli extends boolean = false,
  const Pub extends PublicOption = false,
  const Code extends string = never,
  const Name extends string = string,
>(
  name: Name,
  options: OperationOptions<P, Inherited, R, Tool, Cli, Pub, never, Code> & {
    readonly description: string
  } & ToolParams<ToolChoice, P & Inherited>,
  handler: NoInfer<
    (
      args: Args<'', Inherited & P>,
      call: CallOf<T, ExposedSurfaces<never, Tool, Cli>, Pub>,
    ) => HandlerResult<R>
  >,
) => ActionHandle<'', Inherited & P, R, ExposedSurfaces<never, Tool, Cli>, Code, Name>

/** What `input` gives the handler beside dependencies; nothing where there is none. */
export type WholeArgs<I> = I extends Schema | MarkedParam<'body'> ? ParamValue<I> : unknown

/** `app.tool`: arguments by name, or one object that `input` is the schema of. */
export type AddTool<T extends AppTypes, Inherited extends Params> = <
  const P extends Params = NoParams,
  R extends Schema | undefined = undefined,
  const Tool extends true = true,
  const Cli extends boolean = false,
  const Pub extends PublicOption = false,
  const Code extends string = never,
  const Name extends string = string,
  I extends Schema | MarkedParam<'body'> | undefined = undefined,
>(
  name: Name,
  options: OperationOptions<P, Inherited, R, Tool, Cli, Pub, never, Code> & {
    readonly description: string
    /**
     * Schema of all arguments as one object, in the place of arguments by name: clients are told its JSON Schema word for
     * word, and it is validated, hashed and handed to the handler as a whole. `body(schema, { jsonSchema })` says what
     * clients are told.
     */
    readonly input?: I
  } & ToolParams<true, P & Inherited>,
  handler: NoInfer<
    (
      args: WholeArgs<I> & Args<'', Inherited & P>,
      call: CallOf<T, ExposedSurfaces<never, Tool, Cli>, Pub>,
    ) => HandlerResult<R>
  >,
) => ActionHandle<'', Inherited & P, R, ExposedSurfaces<never, Tool, Cli>, Code, Name>
