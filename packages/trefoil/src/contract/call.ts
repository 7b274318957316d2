import type { Awaitable } from '../base/promise.ts'
import type { AuthContext } from './auth-context.ts'
import type { Dependency } from './dependency.ts'
import type { Guard } from './guard.ts'
import type { Logger } from './logger.ts'
import type { RequestBody } from './request-body.ts'
import type { Entrypoint, SurfaceName } from './surface-name.ts'

/** Request headers by lower-case name. */
export interface HeaderReader {
  /** The value, repeated headers joined with `, `; `null` when absent. */
  get(name: string): string | null
  has(name: string): boolean
}

/** What the transport knows about a request. Never taken from a header the edge did not trust. */
export interface RequestFacts {
  readonly method: string
  /** Path without the query, as received. */
  readonly path: string
  /** Query string without `?`; empty when there is none. */
  readonly search: string
  readonly scheme: 'http' | 'https'
  /** Host name and port as the edge accepted them; empty for local calls. */
  readonly host: string
  /** Address of the caller; `null` for local calls and when the transport does not know it. */
  readonly clientAddress: string | null
}

/**
 * The request as a handler sees it: credentials are already gone from its headers (PW-02). Its
 * body can be read on HTTP only; agents send arguments, not bodies.
 */
export interface CallRequest extends RequestFacts, RequestBody {
  readonly headers: HeaderReader
}

/** The action as a call sees it. */
export interface ActionFacts {
  readonly name: string
  readonly method: string | null
  /** Path template, such as `/orders/{order_id}`. */
  readonly path: string | null
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Provenance of a call: set by the framework from the way in, never by the caller (REQ-3). */
export interface CallFacts {
  readonly source: SurfaceName
  readonly entrypoint: Entrypoint
  readonly requestId: string
  readonly action: ActionFacts
  readonly request: CallRequest
  /** Aborted when the caller goes away, the deadline passes or the server gives up draining. */
  readonly signal: AbortSignal
  readonly log: Logger
}

/** One use of an action, whatever surface it came from. The second argument of every handler. */
export interface Call<
  Auth extends AuthContext | null = AuthContext | null,
  State = unknown,
  AppState = unknown,
> extends CallFacts {
  /** Who is calling. Not `null` exactly when every exposed surface is covered and not public. */
  readonly auth: Auth
  /** The bound arguments, frozen: the same values that were hashed for approval. */
  readonly args: Readonly<Record<string, unknown>>
  /**
   * Nonce for inline scripts and styles of this answer; the same as in its
   * Content-Security-Policy. Empty when the policy has none.
   */
  readonly cspNonce: string
  /** Scratch values of this call, made by the app's `callState` on first use. */
  readonly state: State
  /** Values that live as long as the app. */
  readonly app: { readonly name: string; readonly state: AppState }
  /** A dependency of this call, opened on first use. */
  resolve<Value>(dependency: Dependency<Value>): Promise<Value>
  /** Throws `ACCESS_DENIED` unless the guard passes. */
  authorize(guard: Guard): Promise<void>
  /** Runs after the answer is complete; a failure is logged. A stopping server waits for it. */
  background(task: () => Awaitable<unknown>): void
}

/** What an authenticator sees: the request with its credentials, and where it came in. */
export interface AuthRequest extends CallFacts {
  /** The headers as sent, credentials included. */
  readonly headers: HeaderReader
  /** The token after `Authorization: Bearer`, scheme in any case; `null` when there is none. */
  readonly bearer: string | null
  /** A dependency of this call; the handler is given the same one. */
  resolve<Value>(dependency: Dependency<Value>): Promise<Value>
}
