import { shownName } from './catalogue.mjs'
import { round } from './stats.mjs'

/** The member of a JSON line that holds the ratio to a base row. @param {string} base */
export function ratioKey(base) {
  return `ratio_to_${base.replaceAll('-', '_')}`
}

/** One line a row, for programs. @param {string} workload @param {import('./measure.mjs').Row} row @param {string} base */
export function jsonLine(workload, { server, rps, ratio, p99Ms, rssMb }, base) {
  return JSON.stringify({
    workload,
    server,
    rps: Math.round(rps),
    [ratioKey(base)]: round(ratio, 3),
    p99_ms: round(p99Ms, 2),
    rss_mb: round(rssMb, 1),
  })
}

const COLUMNS = [
  'req/s',
  'ratio',
  'lowest–highest',
  'CPU µs a request',
  'p99 ms',
  'RSS MB',
  'core used',
]

/** A Markdown table, best row first. @param {Pick<import('./workloads.mjs').Workload, 'name' | 'title'>} workload @param {readonly import('./measure.mjs').Row[]} rows */
export function table({ name, title }, rows) {
  const sorted = [...rows].sort((a, b) => b.ratio - a.ratio)
  const head = `| server | ${COLUMNS.join(' | ')} |`
  const rule = `|---${'|---:'.repeat(COLUMNS.length)}|`
  return [
    `### ${name}: ${title}`,
    '',
    head,
    rule,
    ...sorted.map((row) => line(row, name)),
    '',
  ].join('\n')
}

/** @param {import('./measure.mjs').Row} row @param {string} workload */
function line({ server, rps, ratio, low, high, p99Ms, rssMb, cpu, cpuMicros }, workload) {
  const cells = [
    shownName(server, workload),
    Math.round(rps),
    ratio.toFixed(3),
    `${low.toFixed(2)}–${high.toFixed(2)}`,
    // Where there is no /proc, nothing is known about the processor.
    Number.isNaN(cpu) ? '?' : cpuMicros.toFixed(1),
    p99Ms.toFixed(1),
    Math.round(rssMb),
    Number.isNaN(cpu) ? '?' : `${Math.round(cpu * 100)} %`,
  ]
  return `| ${cells.join(' | ')} |`
}
