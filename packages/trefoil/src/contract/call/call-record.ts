import type { PrincipalKind } from '../auth/principal-kind.ts'
import type { CacheUse } from '../limits/cache.ts'
import type { ClientFacts } from './call-facts.ts'
import type { Entrypoint, SurfaceName } from './surface-name.ts'

/**
 * How a call ended: `refused` before anything of the developer's ran, or by a problem of 4xx;
 * `failed` by anything unexpected or 5xx; `aborted` when the answer could not be delivered.
 */
export type CallOutcome = 'ok' | 'dry_run' | 'refused' | 'failed' | 'aborted'

/** Who is behind a call, as far as can be told (DESIGN §3.4). */
export type Driver = 'person' | 'agent' | 'unknown'

/**
 * What happened, once for each call, whatever way it came in: refusals at the edge and calls in
 * this process included. Frozen. No query, headers or body: those may hold secrets.
 */
export interface CallRecord {
  /** Ours, and different for every call. */
  readonly callId: string
  /** The caller's, when it sent one; for following a call across services. */
  readonly requestId: string
  /** Of the trace it belongs to; `null` where `log.trace` is `off`, and so the next two. */
  readonly traceId: string | null
  /** Ours, of this call. */
  readonly spanId: string | null
  /** The caller's; `null` where the trace began here. */
  readonly parentSpanId: string | null
  /** When it was received, milliseconds since the Unix epoch. */
  readonly time: number
  /** Milliseconds until the answer was complete, streams included. */
  readonly duration: number
  readonly surface: SurfaceName
  readonly entrypoint: Entrypoint
  /** `null` when no action was found, and for lists and documents. */
  readonly action: string | null
  readonly driven: Driver
  /** `null` for nobody. */
  readonly subject: string | null
  readonly kind: PrincipalKind
  readonly tenant: string | null
  /** Subjects of who acts on the caller's behalf, the one who acts now first; empty for nobody. */
  readonly actor: readonly string[]
  /** Id of the login session that the credential belongs to. */
  readonly session: string | null
  readonly client: ClientFacts
  readonly outcome: CallOutcome
  /** Code of the problem it ended with. */
  readonly problem: string | null
  /** HTTP status of the answer, or what HTTP would have said. */
  readonly status: number
  /** What decided a refusal: the name of the guard, or `approval`. */
  readonly rule: string | null
  /** Code of a credential that was refused, such as `expired`; `null` where none was. */
  readonly refusal: string | null
  /** Id of the approval that let it pass. */
  readonly approvalId: string | null
  /** Known where approval or a dry run needed it. */
  readonly argumentsHash: string | null
  readonly dryRun: boolean
  /** `hit` for an answer that was kept, `miss` where there was none yet; `null` where none was looked for. */
  readonly cache: CacheUse | null
  /** Bytes of the body that were handed over. */
  readonly bytes: number
  /** `meta` of `reply()`. */
  readonly meta: Readonly<Record<string, unknown>> | null
  /** The request that carried it; `null` for a call in this process. */
  readonly http: {
    readonly method: string
    /** Without the query. */
    readonly path: string
    readonly scheme: 'http' | 'https'
  } | null
}

/** Receives the record of every call after its answer is complete; a throw or rejection is ignored. */
export type OnCall = (record: CallRecord) => unknown
