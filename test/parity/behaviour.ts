import type { Driver } from './driver.ts'
import type { Caller } from './tokens.ts'

/** A text, or one for people's surface and one for agents'. */
export type Wording = string | { readonly api: string; readonly agents: string }

type Args = Readonly<Record<string, unknown>>

/** What the answer must be, on every surface. */
export type Expected =
  | {
      readonly ok: true
      /** The value, when it is fixed; by default the handler's report with {@link bound}. */
      readonly value?: unknown
      /** Arguments as the handler saw them. */
      readonly bound?: Args
      /** Subject of the report. */
      readonly subject?: string | null
      /** Dependencies opened. */
      readonly opens: number
    }
  | {
      readonly ok: false
      readonly code: string
      readonly message: Wording
      /** HTTP status, on HTTP and over the remote action protocol. */
      readonly status: number
      /** HTTP status on MCP; default 200, a tool result. */
      readonly mcpStatus?: number
      /** Found in `WWW-Authenticate` on every networked surface. */
      readonly challenge?: string
      /** Messages of the issues, where all surfaces have the same. */
      readonly issues?: readonly string[]
      /** Name of the guard that denied, beside the name of what was called (P-GRD-3). */
      readonly guard?: string
      /** Bound arguments whose hash the answer must carry. */
      readonly hashOf?: Args
      /** Dependencies opened; a refused caller opens none. Default 0. */
      readonly opens?: number
    }

/** One row of the table. */
export interface Behaviour {
  /** Says what is shown and cites requirement ids. */
  readonly name: string
  readonly as: Caller
  readonly action: string
  readonly args?: Args
  /** A token for the hook, or the action and bound arguments that were approved. */
  readonly approval?: string | { readonly action: string; readonly bound: Args }
  readonly expect: Expected
  /** Surfaces this row does not apply to, each with the reason. */
  readonly except?: Partial<Readonly<Record<Driver['name'], string>>>
}
