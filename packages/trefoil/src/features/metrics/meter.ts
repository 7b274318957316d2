import { ImproperlyConfigured } from '../../index.ts'
import { checkOptionNames, type OptionNames } from '../../parts.ts'
import { Count, Distribution, type Metric, readBuckets, SeriesMap } from './series.ts'

/** What every metric is told of itself. */
export interface MetricOptions<Label extends string = never> {
  /** One sentence, for whoever reads it. */
  readonly help: string
  /** Names of its labels. Values must come from a short list of yours, and never from what callers write. */
  readonly labels?: readonly Label[]
}

/** Options of {@link Meter.gauge}. */
export interface GaugeOptions<Label extends string = never> extends MetricOptions<Label> {
  /** Asked at each scrape, instead of `set`; for gauges without labels. Synchronous. */
  readonly read?: () => number
}

/** Options of {@link Meter.histogram}. */
export interface HistogramOptions<Label extends string = never> extends MetricOptions<Label> {
  /** Upper bounds, growing. Default for seconds: 1 ms to 10 s. */
  readonly buckets?: readonly number[]
}

/** The labels of a sample: none for a metric without. */
export type Labels<Label extends string> = [Label] extends [never]
  ? []
  : [labels: Readonly<Record<Label, string>>]

/** A number that only grows. */
export interface Counter<Label extends string = never> {
  /** @throws TypeError for what is not a number of 0 or more */
  add(value: number, ...labels: Labels<Label>): void
}

/** A number that goes up and down. */
export interface Gauge<Label extends string = never> {
  /** @throws TypeError for what is no number */
  set(value: number, ...labels: Labels<Label>): void
  add(value: number, ...labels: Labels<Label>): void
}

/** How values are spread. */
export interface Histogram<Label extends string = never> {
  /** @throws TypeError for what is no number */
  observe(value: number, ...labels: Labels<Label>): void
}

/** Makes metrics of the app's own, beside those of the framework. */
export interface Meter {
  /**
   * @param name such as `orders_placed_total`
   * @throws ImproperlyConfigured for a name that is taken, or none
   */
  counter<const Label extends string = never>(
    name: string,
    options: MetricOptions<Label>,
  ): Counter<Label>
  /** @throws ImproperlyConfigured for a name that is taken, or none */
  gauge<const Label extends string = never>(
    name: string,
    options: GaugeOptions<Label>,
  ): Gauge<Label>
  /** @throws ImproperlyConfigured for a name that is taken, or none */
  histogram<const Label extends string = never>(
    name: string,
    options: HistogramOptions<Label>,
  ): Histogram<Label>
}

export const NAME: RegExp = /^[a-z][a-z0-9_]{0,127}$/
const LABEL = /^[a-z][a-z0-9_]{0,63}$/
const OURS = /^(?:trefoil|process|nodejs)_/
const METRIC: OptionNames<MetricOptions<string>> = { help: true, labels: true }
const GAUGE: OptionNames<GaugeOptions<string>> = { ...METRIC, read: true }
const HISTOGRAM: OptionNames<HistogramOptions<string>> = { ...METRIC, buckets: true }

/** All metrics of an app, in the order in which they were made. */
export class Registry {
  readonly #metrics = new Map<string, Metric>()
  /** What lines begin with: whoever reads them takes no two metrics of one. */
  readonly #lines = new Set<string>()
  readonly #most: number

  /** @param most series of one metric; what is more is counted together */
  constructor(most: number) {
    this.#most = most
  }

  metrics(): readonly Metric[] {
    return [...this.#metrics.values()]
  }

  add(metric: Metric): void {
    if (this.#metrics.has(metric.name)) {
      throw new ImproperlyConfigured(`metrics(): there are two metrics '${metric.name}'`)
    }
    const lines = linesOf(metric)
    const taken = lines.find((line) => this.#lines.has(line))
    if (taken !== undefined) {
      throw new ImproperlyConfigured(
        `metrics(): '${metric.name}' would have lines '${taken}', which another metric has`,
      )
    }
    for (const line of lines) this.#lines.add(line)
    this.#metrics.set(metric.name, metric)
  }

  series<Series>(names: readonly string[], make: () => Series): SeriesMap<Series> {
    return new SeriesMap(names, this.#most, make)
  }

  /** @param name with `_total` */
  counter(name: string, help: string, labels: readonly string[]): SeriesMap<Count> {
    const map = this.series(labels, () => new Count())
    const samples = () =>
      Array.from(map.entries(), ([own, { value }]) => ({ suffix: '_total', labels: own, value }))
    this.add({ name: name.replace(/_total$/, ''), type: 'counter', help, samples })
    return map
  }

  gauge(name: string, help: string, labels: readonly string[]): SeriesMap<Count> {
    const map = this.series(labels, () => new Count())
    const samples = () =>
      Array.from(map.entries(), ([own, { value }]) => ({ suffix: '', labels: own, value }))
    this.add({ name, type: 'gauge', help, samples })
    return map
  }

  /** Of which the value is asked for when it is printed; `null` for none just now. */
  read(name: string, help: string, read: () => number | null): void {
    const samples = () => {
      const value = read()
      return value === null ? [] : [{ suffix: '', labels: [], value }]
    }
    this.add({ name, type: 'gauge', help, samples })
  }

  histogram(
    name: string,
    help: string,
    labels: readonly string[],
    buckets: readonly number[],
  ): SeriesMap<Distribution> {
    const map = this.series(labels, () => new Distribution(buckets))
    const samples = function* () {
      for (const [own, one] of map.entries()) yield* one.samples(own)
    }
    this.add({ name, type: 'histogram', help, samples })
    return map
  }
}

/** What the lines of a metric may begin with, in either format. */
function linesOf({ name, type }: Metric): readonly string[] {
  if (type === 'counter') return [name, `${name}_total`]
  return type === 'gauge' ? [name] : [name, `${name}_bucket`, `${name}_sum`, `${name}_count`]
}

/** The app's own metrics, in the registry of the framework's. */
export function meterOf(registry: Registry): Meter {
  return {
    counter(name, given) {
      const { where, help, labels } = read('counter', name, given, METRIC)
      if (!name.endsWith('_total')) {
        throw new ImproperlyConfigured(`${where}: the name of a counter ends with _total`)
      }
      const map = registry.counter(name, help, labels)
      return {
        add(value, ...own) {
          if (!Number.isFinite(value) || value < 0) {
            throw new TypeError(`${where}: add() takes a number of 0 or more`)
          }
          map.of(valuesOf(where, labels, own[0])).value += value
        },
      }
    },
    gauge(name, given) {
      const { where, help, labels } = read('gauge', name, given, GAUGE)
      const ask: unknown = given.read
      if (ask !== undefined) {
        if (typeof ask !== 'function' || labels.length > 0) {
          throw new ImproperlyConfigured(
            `${where}: read must be a function, of a gauge without labels`,
          )
        }
        registry.read(name, help, () => {
          const value: unknown = ask()
          // Made `async` against its type: its rejection would end the process.
          if (value instanceof Promise) value.catch(() => {})
          return typeof value === 'number' ? value : null
        })
      }
      const map = ask === undefined ? registry.gauge(name, help, labels) : null
      const at = (value: number, own: object | undefined) => {
        if (typeof value !== 'number' || Number.isNaN(value)) {
          throw new TypeError(`${where}: takes a number`)
        }
        if (map === null) throw new TypeError(`${where}: its value is read; it cannot be set`)
        return map.of(valuesOf(where, labels, own))
      }
      return {
        set(value, ...own) {
          at(value, own[0]).value = value
        },
        add(value, ...own) {
          at(value, own[0]).value += value
        },
      }
    },
    histogram(name, given) {
      const { where, help, labels } = read('histogram', name, given, HISTOGRAM)
      const map = registry.histogram(name, help, labels, readBuckets(where, given.buckets))
      return {
        observe(value, ...own) {
          if (!Number.isFinite(value)) throw new TypeError(`${where}: observe() takes a number`)
          map.of(valuesOf(where, labels, own[0])).observe(value)
        },
      }
    },
  }
}

interface ReadMetric {
  readonly where: string
  readonly help: string
  readonly labels: readonly string[]
}

function read(
  kind: string,
  name: string,
  given: MetricOptions<string>,
  known: OptionNames<MetricOptions<string>>,
): ReadMetric {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new ImproperlyConfigured(
      `metrics.${kind}(): a name is small letters, digits and _, such as orders_placed_total`,
    )
  }
  const where = `metrics.${kind}('${name}')`
  if (OURS.test(name)) {
    throw new ImproperlyConfigured(
      `${where}: names that begin with trefoil_, process_ or nodejs_ are the framework's`,
    )
  }
  checkOptionNames(where, given, known)
  const { help, labels = [] } = given
  if (typeof help !== 'string' || help === '') {
    throw new ImproperlyConfigured(`${where}: help must say what it counts`)
  }
  const isList = Array.isArray(labels) && new Set(labels).size === labels.length
  if (!isList || !labels.every((label) => typeof label === 'string' && isLabel(label))) {
    throw new ImproperlyConfigured(`${where}: labels must be different names such as ['country']`)
  }
  return { where, help, labels: Object.freeze([...labels]) }
}

/** `le` is what the buckets of a histogram have. */
export function isLabel(name: string): boolean {
  return LABEL.test(name) && name !== 'le' && name !== 'quantile'
}

const LONGEST_VALUE = 200

function valuesOf(
  where: string,
  names: readonly string[],
  given: object | undefined,
): readonly string[] {
  const labels: Readonly<Record<string, unknown>> = Object(given)
  return names.map((name) => {
    const value = Object.hasOwn(labels, name) ? labels[name] : undefined
    if (typeof value === 'string') return value.slice(0, LONGEST_VALUE)
    throw new TypeError(`${where}: the label '${name}' must be text`)
  })
}
