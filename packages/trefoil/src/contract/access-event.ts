import type { Entrypoint, SurfaceName } from './surface-name.ts'

/** One served request (OBS-4). No query, headers or body: those may hold secrets. */
export interface AccessEvent {
  readonly request_id: string
  readonly method: string
  readonly path: string
  readonly status_code: number
  /** From receipt to the last byte sent. */
  readonly duration_ms: number
  readonly source: SurfaceName
  readonly entrypoint: Entrypoint
  readonly scheme: 'http' | 'https'
  readonly client: string | null
  readonly tool_name: string | null
  readonly action_name: string | null
  /** `ok`, `aborted` (the caller went away) or `failed` (the stream broke). */
  readonly outcome: 'ok' | 'aborted' | 'failed'
  /** Body bytes sent. */
  readonly bytes: number
}

/** Receives every access event after the answer is complete; a throw is ignored. */
export type AccessLog = (event: AccessEvent) => void
