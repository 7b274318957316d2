import type { Awaitable } from '../base/promise.ts'
import type { AuthContext } from './auth/auth-context.ts'
import type { AuthConfig, Authenticate, Authenticator } from './auth/authenticator.ts'
import type { BackgroundCall, Call, Guard } from './call/call.ts'
import type { Logger } from './call/logger.ts'
import type { SurfaceName } from './call/surface-name.ts'
import type { AnyOptionGroup } from './options/option-rows.ts'
import type { ProductionRisk } from './options/production-risk.ts'
import type { ApprovalDecider } from './ports/approval-decider.ts'
import type { AuditPort } from './ports/audit.ts'
import type { PartFigure } from './ports/figures.ts'
import type { AdmitPort, LimitsPort } from './ports/limits.ts'
import type { ObserverPort } from './ports/observer.ts'
import type { TransactionPort } from './ports/transaction.ts'
import type { ProblemSet } from './problems/define-problems.ts'

/** The app as its parts see it. */
export interface PartApp {
  readonly name: string
  /** The developer's `state` of `createApp`. */
  readonly state: unknown
  readonly log: Logger
  /**
   * Where `serve` is about to listen, or listens: a host name or an address. `null` where no server of
   * Trefoil's does, as in tests and behind servers of others.
   */
  readonly host: string | null
  /** True from the end of the last start-up hook until the app begins to stop. Asked whenever. */
  isReady(): boolean
  /**
   * The `figures` of all parts, asked now. What fails, or takes longer than a second, is left out.
   */
  figures(): Promise<readonly PartFigure[]>
  /**
   * Runs work that no caller waits for, such as a job, in a call of its own: with dependencies of its own,
   * which are closed when it ends and told the error if it throws.
   *
   * @returns what it gave, once all of them were closed well: a unit of work has been committed then
   * @throws whatever it threw, what closing it threw, or the reason of `signal`
   */
  perform<Value>(work: PartWork<Value>): Promise<Value>
}

/** Work of a part, as {@link PartApp.perform} takes it. */
export interface PartWork<Value> {
  /** What log lines call it, and `call.action.name`. */
  readonly name: string
  /** On whose behalf. Default nobody's. */
  readonly auth?: AuthContext | null
  /** The way in of whoever asked for it. Default `cli`. */
  readonly source?: SurfaceName
  /** That of the call that asked for it. Default one of its own. */
  readonly requestId?: string | null
  /** `traceparent` of the call that asked for it: its trace goes on. Default a trace that begins here. */
  readonly traceparent?: string | null
  /** Ends it at once: its dependencies are told and closed, and nothing of a unit of work is kept. */
  readonly signal?: AbortSignal
  run(call: BackgroundCall): Awaitable<Value>
}

/**
 * An HTTP endpoint that is no action: no tool, no flag, not in the OpenAPI document, no parameters. It
 * is checked like a route all the same: behind the authenticator of HTTP unless it says `public`.
 */
export interface PartEndpoint {
  /** Upper-case HTTP method. */
  readonly method: string
  /** Path template, such as `/health` or `/files/{id}`. */
  readonly path: string
  /** Open to anonymous callers. Default false. */
  readonly public?: boolean
  /**
   * Who may call it, in the place of the app's authenticator, and with no guards of parts: for what another
   * machine asks with a key of its own. Not together with `public`. Default the app's.
   */
  readonly authenticate?: Authenticator | Authenticate
  /** True: its calls leave no line in the log and none in the access log, unless they are refused (4xx). Default false. */
  readonly quiet?: boolean
  /** Answers with any value, or `reply(…)`. The request is `call.request`. */
  handle(call: Call): unknown
}

/** A variable that a part reads by itself, beside those of its options. */
export interface PartVariable {
  /** `TREFOIL_<PART>_<NAME>`. */
  readonly name: string
  /** One line for the documentation. */
  readonly doc: string
}

/**
 * A feature as one value: everything that a package or a folder brings to an app. Made by
 * `definePart()`; in by `createApp({ parts: […] })` or `app.include(part)`, and in no other way. Parts
 * are asked, started and listed in the order in which they came in.
 *
 * @typeParam Routes what `actions` registers with
 * @typeParam Auth an entry of `authenticator`
 */
export interface PartOf<Routes, Auth = AuthConfig> {
  /** In kebab-case, at most 32 characters. No two parts of an app share one. */
  readonly name: string
  /**
   * Parts that it needs, none of them with an authenticator: in front of it, unless the app has that very part
   * already. They are the app's, with their variables and commands.
   */
  readonly parts?: readonly PartOf<Routes, Auth>[]
  /** Rows of its options: what variables it reads, and its table in the documentation. */
  readonly options?: AnyOptionGroup
  /** Who is calling, and on which surfaces. A surface has one authenticator. */
  readonly authenticator?: Auth | readonly Auth[]
  /** Refuses strangers before anybody is asked who they are; all parts are asked, in order. */
  readonly admit?: AdmitPort
  /** Refuses callers that are known; all parts are asked, in order. */
  readonly limits?: LimitsPort
  /** Guards of every action and endpoint that is not public. They can only tighten. */
  readonly guards?: readonly Guard[]
  /** Decides approvals. An app has one decider. */
  readonly approval?: ApprovalDecider
  /** Told what is about to happen, and what happened. All are; what one of them cannot write down is not done. */
  readonly audit?: AuditPort
  /** Joins the unit of work of a call: what it writes is kept with the call, or not at all. All are asked, in order. */
  readonly transaction?: TransactionPort
  /** Looks on at every call: counts, spans. Changes nothing. */
  readonly observe?: ObserverPort
  /**
   * What it counts, for a part such as `metrics()` that collects figures: asked when the app starts and at each
   * scrape, and never where nobody collects them, so it need not count before it is first asked.
   */
  readonly figures?: () => Awaitable<readonly PartFigure[]>
  /** Registers routes, actions and tools, with the names, paths and guards of any other. */
  readonly actions?: (routes: Routes) => void
  /** Reserved: names of tools of its own that every list of tools has, however short. */
  readonly tools?: readonly string[]
  /**
   * Names of actions of its own that change something over HTTP or the CLI though nobody is asked, and are meant
   * to, such as a login: start-up says nothing of them there. Of tools it always does. Names of others count for nothing.
   */
  readonly asksNobody?: readonly string[]
  readonly endpoints?: readonly PartEndpoint[]
  /** Tables made by `defineProblems()`. */
  readonly problems?: ProblemSet | readonly ProblemSet[]
  /** Variables beside those of its options. */
  readonly variables?: readonly PartVariable[]
  /** What makes it unfit for production, for `validateProduction()`. */
  readonly risks?: () => readonly ProductionRisk[]
  /** Commands of the program: `trefoil <part> <command>`. */
  readonly commands?: readonly PartCommand[]
  /** Where everything is logged. An app has one logger. */
  readonly logger?: Logger
  /** Before the start-up hooks of the app, in order. One that fails has the parts before it stopped. */
  readonly start?: (app: PartApp) => Awaitable<unknown>
  /** When the app begins to stop. All at once; calls go on. */
  readonly drain?: (app: PartApp) => Awaitable<unknown>
  /** After the shutdown hooks of the app, newest first, within the server's limits. */
  readonly stop?: (app: PartApp) => Awaitable<unknown>
}

/** An option of a command, by its name in camelCase: `olderThan` is `--older-than`. */
export interface CommandOption {
  /** Shown in the help. */
  readonly describe: string
  /** `flag` takes no value. Default `text`. */
  readonly kind?: 'text' | 'flag'
  /** Must be given; for texts only. Default false. */
  readonly required?: boolean
}

/** What a command is run with. */
export interface CommandContext {
  /** Texts and flags by name; `undefined` for what was not given. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>
  /** The app, started unless the command says `starts: false`. */
  readonly app: PartApp
  /**
   * Aborted when the command has to end: Ctrl-C, or its `--timeout`. What it returns within half a second is its
   * answer; after that, or when it throws, it is told why it was ended.
   */
  readonly signal: AbortSignal
  /** Shows something before the command is done: a line each, as text, whether `--json` or not. */
  print(line: string): void
}

/** What a command leaves behind. */
export interface CommandResult {
  /** What people read, on standard output. Default none. */
  readonly text?: string
  /**
   * More of it, for what is too long to be held: each piece is written when whoever reads is ready for it. With
   * `--json` they are the member `lines` of the document. Default none.
   */
  readonly lines?: AsyncIterable<string>
  /** What programs read with `--json`. Default `{ ok }`. */
  readonly json?: unknown
  /** Exit code, 0 to 125. Default 0, or that of what ended it: 130, 143 or 124. */
  readonly exit?: number
}

/**
 * A command that a part brings to the program: `trefoil <part> <command>`. It runs in the program's
 * process with the app loaded and started; nobody is authenticated, because whoever can run it can
 * read the app's code and secrets.
 */
export interface PartCommand {
  /** In kebab-case. */
  readonly name: string
  /** One line for the help. */
  readonly describe: string
  readonly options?: Readonly<Record<string, CommandOption>>
  /** False where the app must not be started for it: what it does is needed before. Default true. */
  readonly starts?: boolean
  /**
   * True: `trefoil <command>` runs it, too. Where several parts have one of that name all are run, in
   * order, and the exit code is the highest. Default false.
   */
  readonly short?: boolean
  /**
   * A `Problem` that it throws is shown with its exit code; anything else thrown is a failure.
   *
   * @returns an exit code, or what to show; nothing means success
   */
  run(context: CommandContext): Awaitable<CommandResult | number | undefined>
}

/** A command with the part it is of. */
export interface NamedCommand {
  readonly part: string
  readonly command: PartCommand
  readonly app: PartApp
}

/** Commands that the program has of its own: no part that brings commands can have such a name. */
export const PROGRAM_COMMANDS: readonly string[] = [
  'dev',
  'run',
  'work',
  'actions',
  'call',
  'mcp',
  'access',
  'connect',
  'login',
  'remotes',
  'variables',
  'help',
]
