import type * as OpenTelemetry from '@opentelemetry/api'
import type { Attributes, Context, Span, SpanContext, Tracer } from '@opentelemetry/api'
import type { ObservedCall, ObservedEnd, ObservedTask, ObserverPort } from '../../parts.ts'
import { endAttributes, spanName, startAttributes } from './conventions.ts'

/** What spans say beside what they always say. */
export interface SpanDetails {
  readonly stages: boolean
  readonly subjects: boolean
  readonly paths: boolean
  readonly errors: 'type' | 'message'
}

/** A span for each call, in the trace of whoever called. */
export function callSpans(
  api: typeof OpenTelemetry,
  tracer: Tracer,
  details: SpanDetails,
): ObserverPort {
  const spans = new WeakMap<object, Span>()

  function start(call: ObservedCall, context: Context): Span {
    const span = tracer.startSpan(
      spanName(call),
      { kind: api.SpanKind.SERVER, startTime: call.time, attributes: startAttributes(call) },
      context,
    )
    spans.set(call, span)
    return span
  }

  /** A span that is current is nearer than what a header says: instrumentation of the server may be there. */
  function parentOf(call: ObservedCall): Context {
    const active = api.context.active()
    if (api.trace.getSpan(active) !== undefined || call.parent === null) return active
    return api.trace.setSpanContext(active, remote(api, call.parent))
  }

  function end(call: ObservedCall, span: Span, told: ObservedEnd): void {
    span.setAttributes(endAttributes(call, told, details))
    if (told.http !== null && call.surface === 'api') span.updateName(spanName(call, told))
    if (told.error !== undefined) span.recordException(exceptionOf(told.error, details))
    if (told.outcome === 'failed') {
      span.setStatus({
        code: api.SpanStatusCode.ERROR,
        ...(told.problem === null ? {} : { message: told.problem }),
      })
    }
    span.end()
  }

  return {
    around(call, run) {
      const context = parentOf(call)
      const span = start(call, context)
      const { traceId, spanId, traceFlags } = span.spanContext()
      // Without an SDK it is the parent's: two calls must not have one id.
      if (spanId !== call.parent?.spanId) {
        call.adoptTrace({ traceId, spanId, sampled: (traceFlags & 1) === 1 })
      }
      api.context.with(api.trace.setSpan(context, span), run)
    },
    ...(details.stages ? { stage: (call, name) => void spans.get(call)?.addEvent(name) } : {}),
    ended(call, told) {
      const known = spans.get(call)
      if (known !== undefined) {
        end(call, known, told)
        return
      }
      // Refused before it was a call. Its caller may have been told of a trace: it is in that one.
      const { parent, trace } = call
      const of = parent ?? (trace === null ? null : { ...idsOf(trace), tracestate: null })
      const context =
        of === null ? api.ROOT_CONTEXT : api.trace.setSpanContext(api.ROOT_CONTEXT, remote(api, of))
      end(call, start(call, context), told)
    },
    task(task, run) {
      const span = tracer.startSpan(
        `background ${task.action}`,
        { root: true, attributes: taskAttributes(task), links: linksOf(api, task) },
        api.ROOT_CONTEXT,
      )
      spans.set(task, span)
      api.context.with(api.trace.setSpan(api.ROOT_CONTEXT, span), run)
    },
    taskEnded(task, outcome) {
      const span = spans.get(task)
      span?.setAttribute('trefoil.outcome', outcome)
      if (outcome !== 'done') span?.setStatus({ code: api.SpanStatusCode.ERROR })
      span?.end()
    },
  }
}

interface RemoteParent {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  readonly tracestate: string | null
}

function remote(api: typeof OpenTelemetry, parent: RemoteParent): SpanContext {
  const { traceId, spanId, sampled, tracestate } = parent
  return {
    traceId,
    spanId,
    isRemote: true,
    traceFlags: sampled ? api.TraceFlags.SAMPLED : api.TraceFlags.NONE,
    ...(tracestate === null ? {} : { traceState: api.createTraceState(tracestate) }),
  }
}

function idsOf(trace: NonNullable<ObservedCall['trace']>): Omit<RemoteParent, 'tracestate'> {
  const { traceId, spanId, traceparent } = trace
  return { traceId, spanId, sampled: /[13]$/.test(traceparent) }
}

/** Not a child: its call has been answered, and a trace of it is over. */
function linksOf(api: typeof OpenTelemetry, { trace }: ObservedTask): OpenTelemetry.Link[] {
  return trace === null ? [] : [{ context: remote(api, { ...idsOf(trace), tracestate: null }) }]
}

function taskAttributes({ action, surface, callId }: ObservedTask): Attributes {
  return { 'trefoil.action': action, 'trefoil.surface': surface, 'trefoil.call_id': callId }
}

function exceptionOf(error: unknown, { errors }: SpanDetails): OpenTelemetry.Exception {
  if (errors === 'message' && error instanceof Error) return error
  // A message may hold a password; a class is the app's own word.
  const name = error instanceof Error ? error.constructor.name : typeof error
  return { name, message: '' }
}
