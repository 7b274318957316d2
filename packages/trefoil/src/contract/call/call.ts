import type { Awaitable } from '../../base/promise.ts'
import type { AnswersOf, AskOptions, Questions } from '../ask/question.ts'
import type { AuthContext } from '../auth/auth-context.ts'
import type { GuardDecision } from '../auth/guard-decision.ts'
import type {
  ActionFacts,
  CallClient,
  CallFacts,
  ClientFacts,
  HeaderReader,
  SentValues,
} from './call-facts.ts'
import type { Dependency } from './dependency.ts'
import type { Logger } from './logger.ts'
import type { Entrypoint, SurfaceName } from './surface-name.ts'
import type { Trace } from './trace.ts'

/**
 * One use of an action, whatever surface it came from. The second argument of every handler. It is
 * a view: nothing can be assigned, added or enumerated, and nothing leads to a credential.
 */
export interface Call<
  Auth extends AuthContext | null = AuthContext | null,
  State = unknown,
  AppState = unknown,
> extends Omit<CallFacts, 'client'> {
  /** The program at the other end, and what it can be asked for. */
  readonly client: CallClient
  /** Who is calling. Not `null` exactly when every exposed surface is covered and not public. */
  readonly auth: Auth
  /**
   * The bound arguments, frozen: the same values that were hashed for approval. Dates, bytes, maps
   * and sets among them are copies, made anew each time.
   *
   * @throws ImproperlyConfigured before they are bound, in a guard that is not made with `inputGuard()`
   */
  readonly args: Readonly<Record<string, unknown>>
  /**
   * Nonce for inline scripts and styles of this answer; the same as in its
   * Content-Security-Policy. Empty when the policy has none.
   */
  readonly cspNonce: string
  /**
   * Aborted when the server begins to stop: the call may go on for `drainTimeout`, and what has no
   * end of its own should come to one. Its reason is a `Problem`, `unavailable`. An event stream
   * whose handler does not look at it is ended by itself, once it has been silent for a second.
   */
  readonly draining: AbortSignal
  /** Scratch values of this call, made by the app's `callState` on first use. */
  readonly state: State
  /** Values that live as long as the app. */
  readonly app: { readonly name: string; readonly state: AppState }
  /** A dependency of this call, opened on first use. */
  resolve<Value>(dependency: Dependency<Value>): Promise<Value>
  /**
   * Asks a guard where it takes something to know what is asked: a row that was loaded, say. It can only
   * tighten: the guards of the action have passed before. Those that read `call.args` find them bound.
   *
   * @throws Problem `ACCESS_DENIED` as a guard of the action would end the call with; the record names
   * the guard. `AUTHENTICATION_ERROR` where nobody knows who is calling
   * @throws ImproperlyConfigured for what is no guard
   * @throws Error when the call has ended
   */
  authorize(guard: Guard): Promise<void>
  /**
   * Asks the caller: `const { sure } = await call.ask({ sure: ask.form('Refund it?', schema) })`. Nothing waits. The call ends
   * here, what it has done in `data.db` is rolled back, and the caller is told the questions; with the answers the handler
   * runs again from the top, and this gives them back. So ask before you write, and before what cannot be taken back. An
   * answer was said by the caller's program: it proves no person, and is no approval.
   *
   * @param questions by keys of yours: made by `ask.form()` and `ask.visit()`; 1 to 20
   * @returns for each key `accept` with its value, `decline` or `cancel`
   * @throws Problem `input_required`, which ends the call whatever is made of it
   * @throws Problem `capability_missing` where the client cannot be asked; `call.client.can()` tells before
   * @throws ImproperlyConfigured outside of a handler, in an action that may need an approval, on HTTP without `asks: true`,
   *   and for one key with two questions
   */
  ask<const Asked extends Questions>(
    questions: Asked,
    options?: AskOptions,
  ): Promise<AnswersOf<Asked>>
  /**
   * Says how far the call has come: `call.progress(3, 10, 'row 3 of 10')`. An MCP client that asked for it is told
   * while it waits, at most ten times a second on the whole; of more, the newest is kept. At a terminal the CLI
   * shows it. Everywhere else, in guards, in a rehearsal and after the end, it does nothing.
   *
   * @param done more than the last time; what is not is left out
   * @param total how much there is, in the same unit; leave it out where nobody knows
   * @param message for people; what is longer than 1,000 characters is cut
   * @throws ImproperlyConfigured for a number that is none, or a message that is no text
   */
  progress(done: number, total?: number | null, message?: string | null): void
  /**
   * Runs after the answer is complete, if it is below 400 and everything was closed well: the tasks of
   * a call one after another, as they were added. A failure is logged, and the next one runs. A task
   * is given a call of its own, with dependencies of its own. A stopping server waits for it.
   *
   * @throws Problem `unavailable` when too many wait (`limits.background`)
   * @throws Error when the call has ended
   */
  background(
    task: (call: BackgroundCall<Auth, AppState>) => Awaitable<unknown>,
    options?: BackgroundOptions,
  ): void
}

/**
 * What a background task is given: who asked for it and by what, and dependencies of its own. The
 * request and its arguments are over: what a task needs of them is taken before.
 */
export interface BackgroundCall<
  Auth extends AuthContext | null = AuthContext | null,
  AppState = unknown,
> {
  readonly source: SurfaceName
  readonly entrypoint: Entrypoint
  /** Those of the call that added the task. */
  readonly requestId: string
  readonly callId: string
  /** Where it stands in the trace of the call; `null` where `log.trace` is `off`. */
  readonly trace: Trace | null
  readonly action: ActionFacts
  readonly client: ClientFacts
  /** Who called. */
  readonly auth: Auth
  /** Values that live as long as the app. */
  readonly app: { readonly name: string; readonly state: AppState }
  /** Aborted when a stopping server gives the task up; its dependencies are then told so, and closed. */
  readonly signal: AbortSignal
  /** Aborted when the server begins to stop: what has no end of its own should come to one. */
  readonly draining: AbortSignal
  /** The app's logger; every line says which call it is of. */
  readonly log: Logger
  /**
   * A dependency of this task, opened on first use and closed with it; told the error if the task
   * throws. Never one of the call's.
   */
  resolve<Value>(dependency: Dependency<Value>): Promise<Value>
  /**
   * Another task, which runs after this one if that ends well.
   *
   * @throws Problem `unavailable` when too many wait (`limits.background`)
   */
  background(
    task: (call: BackgroundCall<Auth, AppState>) => Awaitable<unknown>,
    options?: BackgroundOptions,
  ): void
}

/** Options of `call.background()`. */
export interface BackgroundOptions {
  /** Run it however the call ends. Default false. */
  readonly always?: boolean
}

/**
 * What an authenticator sees: the request with its credentials, and where it came in. A view, as
 * {@link Call} is; the only one that shows credentials.
 */
export interface AuthRequest extends Omit<CallFacts, 'action'> {
  /** What is about to be called; `null` where nothing is yet, such as for lists and documents. */
  readonly action: ActionFacts | null
  /** The headers as sent, credentials included. */
  readonly headers: HeaderReader
  /** What stands in the query, decoded. Empty for one that is malformed: the call is refused later. */
  readonly query: SentValues
  /** The cookies as sent. */
  readonly cookies: SentValues
  /** The token after `Authorization: Bearer`, scheme in any case; `null` when there is none. */
  readonly bearer: string | null
  /**
   * The certificate that the client showed when it connected, as DER bytes: a copy. Only one that the
   * server's TLS has verified, and never a proxy's own; `null` for none.
   */
  readonly certificate: Uint8Array | null
  /**
   * True when the peer of the connection is a trusted proxy (`edge.proxies`), so that what it alone may
   * write into headers can be believed.
   */
  readonly viaProxy: boolean
  /**
   * The bytes of the body, for credentials that sign them. Read at most once, under the limits of
   * every body and the deadline of the call; arguments are read from the same bytes. `null` where
   * there is no body of the caller's: on MCP and the CLI, which send arguments.
   *
   * @throws Problem when it is too large, or the caller leaves
   */
  body(): Promise<Uint8Array | null>
  /** A dependency of this call; the handler is given the same one. */
  resolve<Value>(dependency: Dependency<Value>): Promise<Value>
}

/**
 * A permission test. Having one means having to be authenticated: a guard never sees an
 * anonymous caller (PW-04).
 */
export interface Guard {
  /** Shown as `details.guard`. */
  readonly name: string
  /** True when {@link Guard.decide} reads `call.args`: it then runs after validation. */
  readonly needsInput: boolean
  /** Scopes that it asks for, for the documentation. */
  readonly scopes?: readonly string[] | undefined
  /** Everything but a decision that allows denies, and so does a throw. */
  decide(auth: AuthContext, call: Call): Awaitable<GuardDecision>
}
