export type {
  Counter,
  Gauge,
  GaugeOptions,
  Histogram,
  HistogramOptions,
  Labels,
  Meter,
  MetricOptions,
} from './features/metrics/meter.ts'
export type { Metrics, MetricsOptions } from './features/metrics/metrics.ts'
export { metrics } from './features/metrics/metrics.ts'
