import type { Awaitable } from '../../base/promise.ts'
import type { AuthContext } from '../auth/auth-context.ts'
import type { ClientFacts } from './call-facts.ts'
import type { Dependency } from './dependency.ts'
import type { Logger } from './logger.ts'
import type { Entrypoint, SurfaceName } from './surface-name.ts'

/** What an approval hook decides on. */
export interface ApprovalRequest {
  /** External name of the action. */
  readonly action: string
  /** `sha256:` and 64 hex digits over action and bound arguments (APPR-3). */
  readonly argumentsHash: string
  /** The arguments the handler will get, frozen. */
  readonly args: Readonly<Record<string, unknown>>
  /** The approval token the caller sent; never blank. */
  readonly token: string
  readonly auth: AuthContext | null
  /**
   * Who asks, as one name for one person: by the app's `personOf`, else issuer and subject. Whoever
   * approves must be another one. `null` for nobody, and for who is no person.
   *
   * @throws whatever `personOf` throws; an approval is denied then
   */
  readonly person: string | null
  readonly source: SurfaceName
  readonly entrypoint: Entrypoint
  readonly requestId: string
  readonly client: ClientFacts
  readonly log: Logger
  /** Aborted as that of the call. */
  readonly signal: AbortSignal
  /** A dependency of this call; the handler is given the same one. */
  resolve<Value>(dependency: Dependency<Value>): Promise<Value>
}

/** Decides one approval. Only the boolean `true` approves (W-9); a throw denies. */
export type ApprovalHook = (request: ApprovalRequest) => Awaitable<boolean>
