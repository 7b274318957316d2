import { ImproperlyConfigured } from '../../index.ts'

/** Values of the labels of one series, in the order of the metric's names. */
export type LabelValues = readonly string[]

/** What is printed of a metric: one line a sample. */
export interface Sample {
  /** Behind the metric's name: `_total`, `_bucket`, `_sum`, `_count`, or nothing. */
  readonly suffix: string
  readonly labels: readonly (readonly [name: string, value: string])[]
  readonly value: number
}

/** A metric as it is printed. */
export interface Metric {
  /** Without `_total`. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  /** One after the other: a page of many is never held twice. */
  samples(): Iterable<Sample>
}

/** Where what finds no place of its own is counted. */
const OTHER = 'other'

/**
 * The series of a metric by the values of its labels: so many, and then one for the rest. A label that
 * follows what strangers write would fill the memory here and the disk of whoever reads it.
 */
export class SeriesMap<Series> {
  readonly names: readonly string[]
  readonly #make: () => Series
  readonly #most: number
  readonly #series = new Map<string, { readonly values: LabelValues; readonly series: Series }>()

  constructor(names: readonly string[], most: number, make: () => Series) {
    this.names = names
    this.#make = make
    this.#most = most
    if (names.length === 0) this.of([])
  }

  of(values: LabelValues): Series {
    const known = this.#series.get(keyOf(values))
    if (known !== undefined) return known.series
    // By what is printed: two series that look the same there would be one sample twice, which no scraper takes.
    const printed = values.map(printedValue)
    const found = this.#series.get(keyOf(printed))
    if (found !== undefined) return found.series
    if (this.#series.size < this.#most) return this.#add(printed)
    // An app may have a value `other` of its own: it is the same line.
    const rest = this.names.map(() => OTHER)
    return this.#series.get(keyOf(rest))?.series ?? this.#add(rest)
  }

  #add(values: LabelValues): Series {
    const series = this.#make()
    this.#series.set(keyOf(values), { values, series })
    return series
  }

  *entries(): Generator<readonly [labels: Sample['labels'], series: Series]> {
    for (const { values, series } of this.#series.values()) yield [this.#labelled(values), series]
  }

  #labelled(values: LabelValues): Sample['labels'] {
    return this.names.map((name, at) => [name, values[at] ?? ''])
  }
}

function keyOf(values: LabelValues): string {
  return values.length === 1 ? String(values[0]) : JSON.stringify(values)
}

/** A carriage return ends a line for some readers, and half a character is no UTF-8. */
function printedValue(value: string): string {
  return String(value).replaceAll('\r', ' ').toWellFormed()
}

/** A number that only grows. */
export class Count {
  value = 0
}

/** How often a value was at most so much. */
export class Distribution {
  readonly bounds: readonly number[]
  readonly counts: number[]
  sum = 0
  count = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = bounds.map(() => 0)
  }

  observe(value: number): void {
    this.sum += value
    this.count++
    const { bounds, counts } = this
    for (let at = 0; at < bounds.length; at++) {
      if (value <= (bounds[at] as number)) {
        ;(counts[at] as number)++
        return
      }
    }
  }

  /** Cumulative, as they are printed. */
  *samples(labels: Sample['labels']): Generator<Sample> {
    let upTo = 0
    for (const [at, bound] of this.bounds.entries()) {
      upTo += this.counts[at] ?? 0
      yield { suffix: '_bucket', labels: [...labels, ['le', boundText(bound)]], value: upTo }
    }
    yield { suffix: '_bucket', labels: [...labels, ['le', '+Inf']], value: this.count }
    yield { suffix: '_sum', labels, value: this.sum }
    yield { suffix: '_count', labels, value: this.count }
  }
}

/** As OpenMetrics writes it, which the older format takes too: never a whole number. */
function boundText(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound)
}

/** Seconds, for what callers wait for. */
export const SECONDS: readonly number[] = Object.freeze([
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
])

/** @throws ImproperlyConfigured for bounds that do not grow */
export function readBuckets(where: string, given: unknown): readonly number[] {
  if (given === undefined) return SECONDS
  const isList = Array.isArray(given) && given.length > 0 && given.length <= 100
  const bounds: readonly unknown[] = isList ? given : []
  const grows = bounds.every((bound, at) => {
    return Number.isFinite(bound) && (at === 0 || Number(bound) > Number(bounds[at - 1]))
  })
  if (isList && grows) return Object.freeze(bounds.map(Number))
  throw new ImproperlyConfigured(`${where}: buckets must be growing numbers, such as [0.1, 1, 10]`)
}
