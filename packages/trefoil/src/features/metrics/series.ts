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
  samples(): readonly Sample[]
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
  #rest: Series | null = null

  constructor(names: readonly string[], most: number, make: () => Series) {
    this.names = names
    this.#most = most
    this.#make = make
    // A metric without labels has one series, and shows it before anything has happened.
    if (names.length === 0) this.of([])
  }

  of(values: LabelValues): Series {
    const key = values.length === 1 ? String(values[0]) : JSON.stringify(values)
    const known = this.#series.get(key)
    if (known !== undefined) return known.series
    if (this.#series.size >= this.#most) {
      this.#rest ??= this.#make()
      return this.#rest
    }
    const series = this.#make()
    this.#series.set(key, { values: values.map(String), series })
    return series
  }

  *entries(): Generator<readonly [labels: Sample['labels'], series: Series]> {
    for (const { values, series } of this.#series.values()) yield [this.#labelled(values), series]
    if (this.#rest !== null) yield [this.#labelled(this.names.map(() => OTHER)), this.#rest]
  }

  #labelled(values: LabelValues): Sample['labels'] {
    return this.names.map((name, at) => [name, values[at] ?? ''])
  }
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
