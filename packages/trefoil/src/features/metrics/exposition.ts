import type { Metric } from './series.ts'

/** Prometheus' text format, and the one that came after it. */
export type Exposition = 'prometheus' | 'openmetrics'

export const CONTENT_TYPE: Readonly<Record<Exposition, string>> = Object.freeze({
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
})

/** What a request wants: OpenMetrics where it says so, and does not like the other one better. */
export function expositionFor(accept: string | null): Exposition {
  let text = 0
  let open = 0
  for (const entry of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
    const weight = qualityOf(parameters)
    if (type === 'application/openmetrics-text') open = Math.max(open, weight)
    if (type === 'text/plain') text = Math.max(text, weight)
  }
  return open > 0 && open >= text ? 'openmetrics' : 'prometheus'
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.find((one) => one.startsWith('q='))
  const weight = given === undefined ? 1 : Number(given.slice(2))
  return weight >= 0 && weight <= 1 ? weight : 0
}

/** The whole page. A metric that cannot be read just now is left out, and the others are there. */
export function exposed(metrics: readonly Metric[], format: Exposition): string {
  const lines: string[] = []
  for (const metric of metrics) {
    try {
      // Not `push(...)`: a metric of many series has more lines than a call takes arguments.
      for (const line of linesOf(metric, format)) lines.push(line)
    } catch {
      // A `read` of the app's own that throws must not take the others away from whoever looks for why.
    }
  }
  if (format === 'openmetrics') lines.push('# EOF')
  return `${lines.join('\n')}\n`
}

function* linesOf(metric: Metric, format: Exposition): Generator<string> {
  const { name } = metric
  let isFirst = true
  for (const { suffix, labels, value } of metric.samples()) {
    if (isFirst) yield* headOf(metric, format)
    isFirst = false
    yield `${name}${suffix}${labelText(labels)} ${numberText(value)}`
  }
}

function headOf({ name, type, help }: Metric, format: Exposition): readonly string[] {
  const isOpen = format === 'openmetrics'
  const shown = type === 'counter' && !isOpen ? `${name}_total` : name
  const unit = /_(seconds|bytes)$/.exec(name)?.[1]
  return [
    `# TYPE ${shown} ${type}`,
    ...(isOpen && unit !== undefined ? [`# UNIT ${shown} ${unit}`] : []),
    `# HELP ${shown} ${helpText(help, isOpen)}`,
  ]
}

function helpText(help: string, isOpen: boolean): string {
  const text = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', ' ')
  return isOpen ? text.replaceAll('"', '\\"') : text
}

/** A value may hold anything: it must not end its line and begin another metric. `SeriesMap` has seen to `\r`. */
function labelText(labels: readonly (readonly [string, string])[]): string {
  if (labels.length === 0) return ''
  let pairs = ''
  for (const [name, value] of labels) {
    pairs += `${pairs === '' ? '' : ','}${name}="${ESCAPED.test(value) ? escaped(value) : value}"`
  }
  return `{${pairs}}`
}

const ESCAPED = /[\\\n"]/

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (Number.isFinite(value)) return String(value)
  return value > 0 ? '+Inf' : '-Inf'
}
