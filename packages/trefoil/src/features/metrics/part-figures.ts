import type { PartFigure } from '../../parts.ts'
import { isLabel, NAME } from './meter.ts'
import type { Metric, Sample } from './series.ts'

/**
 * What other parts count, as it is printed: those of one name together, because two databases are two series of
 * one metric. What is not as it should be is left out, and so are names that are taken: a line that no scraper
 * takes would cost all others.
 *
 * @param most series of one metric
 */
export function metricsOf(
  figures: readonly PartFigure[],
  taken: readonly Metric[],
  most: number,
): readonly Metric[] {
  const lines = new Set(taken.map(({ name }) => name))
  const found = new Map<string, { type: PartFigure['type']; help: string; rows: Row[] }>()
  for (const figure of figures) {
    const { name, type, help, samples } = Object(figure) as Partial<PartFigure>
    if (typeof name !== 'string' || !NAME.test(name) || !Array.isArray(samples)) continue
    if (type !== 'gauge' && (type !== 'counter' || !name.endsWith('_total'))) continue
    if (typeof help !== 'string' || lines.has(name.replace(/_total$/, '')) || lines.has(name)) {
      continue
    }
    const one = found.get(name) ?? { type, help, rows: [] }
    if (one.type !== type) continue
    found.set(name, one)
    one.rows.push(...samples.map(rowOf).filter((row) => row !== null))
  }
  return Array.from(found, ([name, { type, help, rows }]) => {
    const isCounter = type === 'counter'
    return {
      name: isCounter ? name.replace(/_total$/, '') : name,
      type,
      help,
      samples: () => samplesOf(rows, isCounter ? '_total' : '', most),
    }
  })
}

type Row = Pick<Sample, 'labels' | 'value'>

function rowOf(given: unknown): Row | null {
  const { labels = {}, value }: { labels?: unknown; value?: unknown } = Object(given)
  const pairs = Object.entries(Object(labels)).sort(([one], [other]) => (one < other ? -1 : 1))
  if (typeof value !== 'number' || !pairs.every(([name]) => isLabel(name))) return null
  return { labels: pairs.map(([name, text]) => [name, printed(text)]), value }
}

function printed(value: unknown): string {
  return String(value).replaceAll('\r', ' ').toWellFormed()
}

function samplesOf(rows: readonly Row[], suffix: string, most: number): readonly Sample[] {
  // One series twice would be refused by whoever scrapes, with all the others.
  const series = new Map(rows.map((row) => [JSON.stringify(row.labels), row]))
  return [...series.values()].slice(0, most).map((row) => ({ ...row, suffix }))
}
