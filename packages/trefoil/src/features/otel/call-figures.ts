import type { Histogram, Meter, UpDownCounter } from '@opentelemetry/api'
import type { SurfaceName } from '../../index.ts'
import type { ObserverPort } from '../../parts.ts'
import { figureAttributes } from './conventions.ts'

/** Seconds, as the conventions advise. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** How long calls took and how many run, under the names of the conventions. */
export function callFigures(meter: Meter): ObserverPort {
  const duration = (name: string, description: string): Histogram => {
    const advice = { explicitBucketBoundaries: BOUNDS }
    return meter.createHistogram(name, { unit: 's', description, advice })
  }
  const durations: Readonly<Record<SurfaceName, Histogram>> = {
    api: duration('http.server.request.duration', 'Duration of HTTP requests.'),
    mcp: duration('mcp.server.operation.duration', 'Duration of MCP requests.'),
    cli: duration('rpc.server.duration', 'Duration of calls of the action protocol.'),
  }
  const running: UpDownCounter = meter.createUpDownCounter('trefoil.calls.running', {
    description: 'Calls that have not ended.',
    unit: '{call}',
  })
  const bySurface = {
    api: { 'trefoil.surface': 'api' },
    mcp: { 'trefoil.surface': 'mcp' },
    cli: { 'trefoil.surface': 'cli' },
  } as const
  return {
    began: ({ surface }) => running.add(1, bySurface[surface]),
    ended(call, end) {
      const { surface } = call
      if (end.hasBegun) running.add(-1, bySurface[surface])
      durations[surface].record(end.duration / 1000, figureAttributes(call, end))
    },
  }
}
