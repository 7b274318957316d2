import type { Clock } from '../base/clock.ts'
import type { AuthEntry } from '../contract/auth/authenticator.ts'
import type { PersonOf } from '../contract/auth/person-of.ts'
import type { Logger } from '../contract/call/logger.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import type { ApprovalDecider } from '../contract/ports/approval-decider.ts'
import type { AuditPort } from '../contract/ports/audit.ts'
import type { AdmitPort, LimitsPort } from '../contract/ports/limits.ts'
import type { SpentTokens } from '../contract/ports/spent-tokens.ts'
import type { TransactionPort } from '../contract/ports/transaction.ts'
import type { RequestStates } from '../identity/request-state.ts'
import type { Observers } from '../record/observers.ts'
import type { Tracing } from '../record/trace-source.ts'
import type { BackgroundTasks } from './background/background-tasks.ts'
import type { AnswerCache } from './cached/answer-cache.ts'
import type { Substitutes } from './dependencies/substitute.ts'
import type { Draining } from './ending/draining.ts'
import type { LastingCalls } from './ending/lasting-calls.ts'
import type { Capacity } from './limits/capacity.ts'
import type { RateLimits } from './limits/rate-limits.ts'

/** What every call of an app shares. Made once, when the app compiles. */
export interface AppContext {
  readonly name: string
  /** What calls see of the app: its name and the developer's `state`. Frozen. */
  readonly facts: { readonly name: string; readonly state: unknown }
  /** Makes `call.state` on first use. */
  readonly callState: () => unknown
  readonly debug: boolean
  /** False where callers are told no more of a denial than that it is one. */
  readonly verboseDenials: boolean
  readonly logger: Logger
  readonly clock: Clock
  readonly nextId: () => string
  /** `null`: calls have no trace. */
  readonly tracing: Tracing | null
  readonly auth: Readonly<Partial<Record<SurfaceName, AuthEntry>>>
  /** Lower-case names of headers that handlers do not see: whatever carries credentials (PW-02). */
  readonly credentialHeaders: ReadonlySet<string>
  readonly approval: ApprovalDecider | null
  readonly personOf: PersonOf
  /** How calls ask. */
  readonly asking: {
    readonly states: RequestStates
    /** Milliseconds that an answer may take. */
    readonly lifetime: number
    /** Where answers that count once are noted. */
    readonly spent: SpentTokens
  }
  /** Asked in order; so are the next two. */
  readonly admit: readonly AdmitPort[]
  readonly limits: readonly LimitsPort[]
  readonly audit: readonly AuditPort[]
  /** `null` where nothing is limited by rate. */
  readonly rates: RateLimits | null
  readonly transaction: readonly TransactionPort[]
  /** `null` where nobody looks on. */
  readonly observers: Observers | null
  readonly background: BackgroundTasks
  /** `null` where no action keeps answers. */
  readonly answers: AnswerCache | null
  readonly draining: Draining
  readonly lasting: LastingCalls
  /** What bearer tokens of MCP have to be for (RFC 8707); `null` where any is taken that its authenticator takes. */
  readonly mcpResource: string | null
  /** Places and circuits. */
  readonly capacity: Capacity
  /** What a test has in the place of dependencies; `null` for every app that is served. */
  readonly substitutes: Substitutes | null
  /** Milliseconds that any call may take; 0 for any time. */
  readonly timeout: number
  /** Milliseconds that closing after a call may take; 0 for any time. */
  readonly closeTimeout: number
}
