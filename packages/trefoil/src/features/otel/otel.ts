import type * as OpenTelemetry from '@opentelemetry/api'
import { ImproperlyConfigured } from '../../index.ts'
import {
  definePart,
  type ObservedCall,
  type ObservedEnd,
  type ObservedTask,
  type ObserverPort,
  type Part,
  processEnvironment,
  readOptions,
} from '../../parts.ts'
import { callFigures } from './call-figures.ts'
import { callSpans } from './call-spans.ts'
import { OTEL, type OtelOptions } from './otel-options.ts'

/** Under which spans and figures are known to come from the framework. */
const SCOPE = 'trefoil'

/**
 * A part that gives every call a span, and figures of how long it took, to OpenTelemetry: by
 * `@opentelemetry/api`, which the app installs beside an SDK. Nothing leaves that a caller wrote: no
 * argument, no token, no subject unless `subjects` says so.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong; the start of the app does
 * so where `@opentelemetry/api` is not installed
 */
export function otel(options: OtelOptions = {}): Part {
  const values = readOptions(OTEL, options, { env: processEnvironment() })
  const { tracerProvider, meterProvider, spans, metrics, ...details } = values
  let tracing: ObserverPort | null = null
  let figures: ObserverPort | null = null
  return definePart({
    name: 'otel',
    options: OTEL,
    observe: {
      ...(metrics ? { began: (call: ObservedCall) => figures?.began?.(call) } : {}),
      ...(spans
        ? {
            around: (call: ObservedCall, run: () => void) => tracing?.around?.(call, run),
            task: (task: ObservedTask, run: () => void) => tracing?.task?.(task, run),
            taskEnded: (task: ObservedTask, outcome: 'done' | 'failed' | 'left') =>
              tracing?.taskEnded?.(task, outcome),
          }
        : {}),
      ...(spans && details.stages
        ? { stage: (call: ObservedCall, name: string) => tracing?.stage?.(call, name) }
        : {}),
      ended: (call: ObservedCall, end: ObservedEnd) => {
        // Whatever becomes of the one, the other is told.
        try {
          figures?.ended?.(call, end)
        } finally {
          tracing?.ended?.(call, end)
        }
      },
    },
    start: async () => {
      const api = await loadApi()
      if (spans) {
        tracing = callSpans(api, (tracerProvider ?? api.trace).getTracer(SCOPE), details)
      }
      if (metrics) figures = callFigures((meterProvider ?? api.metrics).getMeter(SCOPE))
    },
  })
}

async function loadApi(): Promise<typeof OpenTelemetry> {
  try {
    return await import('@opentelemetry/api')
  } catch (cause) {
    throw new ImproperlyConfigured(
      'otel() needs @opentelemetry/api: npm install @opentelemetry/api, beside an SDK such as @opentelemetry/sdk-node',
      { cause },
    )
  }
}
