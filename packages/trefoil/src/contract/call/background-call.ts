import type { Awaitable } from '../../base/promise.ts'
import type { AuthContext } from '../auth/auth-context.ts'
import type { ActionFacts, ClientFacts } from './call-facts.ts'
import type { Dependency } from './dependency.ts'
import type { Logger } from './logger.ts'
import type { Entrypoint, SurfaceName } from './surface-name.ts'

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
