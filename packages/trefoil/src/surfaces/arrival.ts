import type { Entrypoint, SurfaceName } from '../contract/call/surface-name.ts'
import type { Trace } from '../contract/call/trace.ts'
import type { Problem } from '../contract/problems/problem.ts'
import type { CallIds } from '../engine/call-ids.ts'
import type { CallState } from '../engine/call-state.ts'
import type { TraceSource } from '../record/trace-source.ts'

/** One request or local call, from its receipt to its record. */
export class Arrival implements CallIds {
  readonly requestId: string
  readonly entrypoint: Entrypoint
  /**
   * Milliseconds by the clock that never steps back; `null` where nobody asks, because the question
   * is a noticeable part of a small call.
   */
  receivedAt: number | null
  /** The surface it is for, once that is known; until then HTTP, which received it. */
  surface: SurfaceName
  /** Name of the action; `null` when none was found, and for lists and documents. */
  action: string | null = null
  /** The call that came of it. */
  state: CallState | null = null
  /** What it ended with; `null` for an answer. */
  problem: Problem | null = null
  /** True when it ended as a dry run. */
  dryRun = false
  /** `null` where the app does not trace. */
  readonly traceSource: TraceSource | null
  #callId: string | (() => string)

  /**
   * @param makeCallId where the caller chose the request id; `null` where it is one of ours, which
   *   is the call's too
   */
  constructor(
    requestId: string,
    makeCallId: (() => string) | null,
    entrypoint: Entrypoint,
    surface: SurfaceName,
    receivedAt: number | null,
    traceSource: TraceSource | null = null,
  ) {
    this.requestId = requestId
    this.entrypoint = entrypoint
    this.surface = surface
    this.receivedAt = receivedAt
    this.traceSource = traceSource
    this.#callId = makeCallId ?? requestId
  }

  /** Read, or begun, on first use. */
  get trace(): Trace | null {
    return this.traceSource === null ? null : this.traceSource.trace
  }

  /** Made on first use: of most calls that bring an id nobody asks for another. */
  get callId(): string {
    if (typeof this.#callId !== 'string') this.#callId = this.#callId()
    return this.#callId
  }
}
