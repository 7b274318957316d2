/**
 * Where a call stands in a trace (W3C Trace Context): the caller's trace, when it sent one that is
 * taken, else one that begins here. Nothing of it can be assigned.
 */
export interface Trace {
  /** 32 hex digits, lower-case. */
  readonly traceId: string
  /** Ours, of this call: 16 hex digits, lower-case. */
  readonly spanId: string
  /** The caller's span; `null` where the trace begins here. */
  readonly parentSpanId: string | null
  /** Header of requests that this call sends: `00-<trace>-<our span>-<flags>`. */
  readonly traceparent: string
  /** Goes beside it, as the caller sent it; `null` for none. */
  readonly tracestate: string | null
}
