import type { Trace } from '../contract/call/trace.ts'
import type { OptionKind } from '../contract/options/option-kind.ts'
import { valueKind } from '../contract/options/value-kind.ts'
import { acceptTracestate, readTraceparent } from '../contract/protocol/trace-context.ts'

/** A `traceparent`, or it with its `tracestate`, as `call.trace` has both. */
export type SentTrace =
  | string
  | (Pick<Trace, 'traceparent'> & { readonly tracestate?: string | null | undefined })

/** That, or what gives it: asked for every request, `null` and `undefined` send none. */
export type TraceOption = SentTrace | (() => SentTrace | null | undefined)

export const traceKind: OptionKind<TraceOption> = {
  words: 'text or a function',
  read: (value) =>
    typeof value === 'function' || tracesOf(value) !== null
      ? { value: value as TraceOption }
      : {
          mistake: `must be a traceparent such as 00-<32 hex digits>-<16 hex digits>-01, a trace such as call.trace, or a function that gives one, got ${valueKind(value)}`,
        },
}

/**
 * Adds it to the headers of a request. A trace that is none, or that could not be had, is left out:
 * no call fails for want of one.
 */
export function addTrace(headers: Headers, option: TraceOption): void {
  for (const [name, value] of tracesOf(option) ?? []) headers.set(name, value)
}

function tracesOf(option: unknown): readonly (readonly [string, string])[] | null {
  try {
    return traceHeaders(typeof option === 'function' ? option() : option)
  } catch {
    return null
  }
}

function traceHeaders(sent: unknown): readonly (readonly [string, string])[] | null {
  const { traceparent, tracestate } = typeof sent === 'string' ? bare(sent) : Object(sent)
  if (readTraceparent(traceparent) === null) return null
  const state = acceptTracestate(tracestate)
  const parent = ['traceparent', traceparent.trim()] as const
  return state === null ? [parent] : [parent, ['tracestate', state]]
}

function bare(traceparent: string): Record<'traceparent' | 'tracestate', unknown> {
  return { traceparent, tracestate: null }
}
