import type { Awaitable } from '../../base/promise.ts'
import type { Call } from '../call/call.ts'
import type { ClientFacts } from '../call/call-facts.ts'
import type { Outcome } from '../call/outcome.ts'
import type { Entrypoint, SurfaceName } from '../call/surface-name.ts'
import type { Problem } from '../problems/problem.ts'

/** A place that a call takes up while it runs. Released once, with what became of the call. */
export interface Lease {
  release(outcome: Outcome): void
}

/** What a stranger shows before anybody knows who they are. */
export interface Arriving {
  readonly surface: SurfaceName
  readonly entrypoint: Entrypoint
  readonly action: string
  readonly requestId: string
  readonly client: ClientFacts
}

/**
 * Stage `admit`: rate and lockout before the authenticator, so that a flood of bad passwords is
 * stopped in front of it. A problem refuses the call.
 */
export interface AdmitPort {
  admit(arriving: Arriving): Awaitable<Lease | Problem | undefined>
}

/** Stage `limits`: rate and concurrency by principal. A problem refuses the call. */
export interface LimitsPort {
  take(call: Call): Awaitable<Lease | Problem | undefined>
}
