import type { CallRecord } from './call-record.ts'
import type { Entrypoint, SurfaceName } from './surface-name.ts'

/**
 * One call, as a line of a log: the {@link CallRecord} in snake_case. No query, headers or body:
 * those may hold secrets.
 */
export interface AccessEvent {
  readonly call_id: string
  readonly request_id: string
  readonly trace_id: string | null
  readonly span_id: string | null
  readonly parent_span_id: string | null
  /** Of the request that carried it; `null` for a call in this process. */
  readonly method: string | null
  readonly path: string | null
  readonly status_code: number
  /** From receipt to the last byte sent. */
  readonly duration_ms: number
  readonly source: SurfaceName
  readonly entrypoint: Entrypoint
  readonly scheme: 'http' | 'https' | null
  readonly client: string | null
  readonly user_agent: string | null
  readonly action_name: string | null
  readonly subject: string | null
  readonly kind: CallRecord['kind']
  readonly tenant: string | null
  /** Subjects; the one who acts now first. */
  readonly actor: readonly string[]
  /** Id of the login session. */
  readonly session: string | null
  readonly driven: CallRecord['driven']
  readonly outcome: CallRecord['outcome']
  readonly problem: string | null
  readonly rule: string | null
  readonly refusal: string | null
  readonly approval_id: string | null
  readonly arguments_hash: string | null
  readonly dry_run: boolean
  readonly cache: CallRecord['cache']
  /** Body bytes sent. */
  readonly bytes: number
}

/** Receives every access event after the answer is complete; a throw is ignored. */
export type AccessLog = (event: AccessEvent) => void
