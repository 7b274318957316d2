import type { Trace } from '../contract/call/trace.ts'

/** What a call is known by. */
export interface CallIds {
  /** The caller's, when it sent one: then it need not be different for every call. */
  readonly requestId: string
  /** By the clock that never steps back; absent or `null` where nobody asked. */
  readonly receivedAt?: number | null
  /** Ours, and different for every call; the same whoever asks, and whenever. */
  readonly callId: string
  /** Where it stands in a trace; absent or `null` where the app does not trace. */
  readonly trace?: Trace | null
}

/** What every line about a call says: the same names at every line of an app. */
export function idFields({ requestId, callId, trace }: CallIds): Readonly<Record<string, string>> {
  const ids = { request_id: requestId, call_id: callId }
  return trace ? { ...ids, trace_id: trace.traceId, span_id: trace.spanId } : ids
}

/** What a problem says of the call it is about. */
export type ProblemIds = Pick<CallIds, 'requestId' | 'trace'>
