import type { StrictJsonLimits } from '../../base/json/strict-json.ts'
import type { Entrypoint } from '../call/surface-name.ts'
import type { JsonSchema } from '../params/schema.ts'
import type { Issue } from '../problems/problem.ts'

/** Name and revision of the remote action protocol (RPC-2). */
export const ACTION_PROTOCOL = 'trefoil-actions.v1'

/** `repeated`: an item an occurrence; `commas`: one text. By argument. */
export type TextLists = Readonly<Record<string, 'repeated' | 'commas'>>

/** One action in the manifest. */
export interface ManifestAction {
  readonly name: string
  readonly title: string | null
  readonly description: string
  /** HTTP method and path template, when the action has them. */
  readonly method: string | null
  readonly path: string | null
  readonly needs_approval: boolean
  /** Whether it may change something, and whether it acts outside the database of the app too. */
  readonly changes: boolean
  readonly external: boolean
  /** True for one that says that it may ask its caller (`input_required`). Absent for no. */
  readonly asks?: boolean
  /** Arguments that are secrets: not to be shown, kept or logged. Absent for none. */
  readonly sensitive?: readonly string[]
  readonly input_schema: JsonSchema
  /**
   * How HTTP writes the lists among the arguments, where it writes them as text; a command line reads
   * the same text the same way.
   */
  readonly text_lists?: TextLists
  readonly output_schema: JsonSchema | null
}

/** What `GET /.well-known/trefoil-actions.json` answers. Actions are sorted by name. */
export interface Manifest {
  readonly protocol: typeof ACTION_PROTOCOL
  readonly service: { readonly name: string; readonly version: string }
  readonly rpc: { readonly method: 'POST'; readonly path: string }
  readonly auth: {
    readonly required: boolean
    readonly schemes: readonly { readonly type: 'bearer' }[]
  }
  readonly actions: readonly ManifestAction[]
}

/** What `POST /__trefoil__/actions/call` reads. */
export interface ActionCallRequest {
  readonly action: string
  /** Default `{}`. */
  readonly arguments?: Readonly<Record<string, unknown>>
  /** Validate and hash, run nothing. Default `false`. */
  readonly dry_run?: boolean
  readonly approval_token?: string
  /** What came with the questions of an earlier round (`input_required`), and the answers by key. */
  readonly request_state?: string
  readonly answers?: Readonly<Record<string, unknown>>
  /**
   * Arguments that were typed, where text is one of several types: read as HTTP reads text, by asking the
   * schema, so that `5` is the same value in a flag and in a query. Default: all are JSON.
   */
  readonly texts?: readonly string[]
}

/**
 * The action ran and answered. `status_code` is what HTTP would have answered; from 400 on it is a
 * failure (RPC-6), though one in words of the action's own: a problem has `error`.
 */
export interface ActionReply {
  /** True for a status below 400. */
  readonly ok: boolean
  readonly status_code: number
  /** The value as JSON; `null` when there is none; base64 text of bytes. */
  readonly body: unknown
  /** Says that `body` stands for bytes, whose type is `media_type`. */
  readonly encoding?: 'base64'
  readonly media_type?: string
}

/** What a call would do (RPC-7). Nothing was run. */
export interface DryRunReport {
  readonly ok: true
  readonly dry_run: true
  readonly action: string
  readonly source: 'mcp' | 'cli'
  readonly entrypoint: Entrypoint
  readonly method: string | null
  /** Path with the arguments filled in, percent-encoded. */
  readonly path: string | null
  readonly arguments_hash: string
  readonly needs_approval: boolean
  /** True when approval is needed and no token was sent. */
  readonly approval_required: boolean
  readonly approval_token_provided: boolean
  readonly subject: string | null
}

/** Public form of a problem, the same over HTTP, MCP and CLI. */
export interface ProblemEnvelope {
  readonly ok: false
  readonly status_code: number
  /** Exit code of the program, 1 to 125, for a code that is in no built-in table. */
  readonly exit_code?: number
  readonly error: {
    readonly code: string
    readonly message: string
    readonly fix: string
    readonly request_id?: string
    readonly trace_id?: string
    readonly issues?: readonly Issue[]
    /** More members by code, such as `action` and `arguments_hash`. */
    readonly [member: string]: unknown
  }
}

/** The action did what it was asked for. */
export interface ActionSuccess extends ActionReply {
  readonly ok: true
}

/** The action answered with `reply()` and a status from 400 on. */
export interface ActionFailure extends ActionReply {
  readonly ok: false
  /** Never there: a problem is no answer of the action's. */
  readonly error?: undefined
}

/** Every answer to a call over the action protocol. */
export type ActionAnswer = ActionSuccess | ActionFailure | DryRunReport | ProblemEnvelope

/**
 * Where actions can be listed and called: this process or a remote. Both answer with the same
 * documents, so the program above cannot tell them apart (W-21).
 */
export interface ActionTarget {
  /**
   * What may be read of JSON arguments; absent where the target reads the JSON itself and says so.
   */
  readonly jsonLimits?: StrictJsonLimits
  manifest(): Promise<Manifest | ProblemEnvelope>
  call(request: ActionCallRequest): Promise<ActionAnswer>
}
