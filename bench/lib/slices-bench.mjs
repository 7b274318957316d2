// Processor time of a call, server beside server in slices so short that the machine has no time
// to change in between. Every slice is compared with the yardstick's of the same moment, and the
// servers are started several times: what the compiler makes of the same code differs by some
// hundredths from process to process.
import { shownName } from './catalogue.mjs'
import { checkProbes, fixedBodies } from './check.mjs'
import { findCores } from './cores.mjs'
import { loadOf } from './load-of.mjs'
import { BenchFailure, note } from './log.mjs'
import { ratioKey } from './report.mjs'
import { startServer } from './server-process.mjs'
import { CONNECTIONS, inSlices, SECONDS } from './slices.mjs'
import { median, round } from './stats.mjs'
import { workloads } from './workloads.mjs'

/** Standard error of a median, in terms of that of a mean. */
const MEDIAN_ERROR = 1.25

/**
 * @typedef {{ ratio: number, error: number }} Comparison
 *   `ratio`: calls for the processor time that the other server needs for one; `error`: its
 *   standard error
 * @typedef {{ workload: string, server: string, cpuMicros: number, to: Record<string, Comparison>, p99Ms: number }} Row
 *   `to`: by the name of the server it is compared with; `p99Ms`: from request to answer, on
 *   connections that stand open
 */

/** @param {{ arguments: readonly string[], servers: readonly import('./catalogue.mjs').Peer[], base: string | null, slices: number, starts: number, json: boolean }} options */
export async function benchSlices({ arguments: names, servers, base, slices, starts, json }) {
  for (const name of names.length === 0 ? ['w1'] : names) {
    const peers = servers.filter(({ workloads }) => workloads.includes(name))
    const yardsticks = [...new Set([peers[0]?.name ?? '', base ?? peers[0]?.name ?? ''])]
    const missing = yardsticks.find((yardstick) => !peers.some((peer) => peer.name === yardstick))
    if (missing !== undefined) throw new BenchFailure(`${missing} takes no part in ${name}`)
    const runs = []
    for (let start = 1; start <= starts; start++) {
      note(
        `${name}: start ${start} of ${starts}, ${slices} slices of ${SECONDS * 1000} ms ` +
          `for each of ${peers.length} servers`,
      )
      runs.push(await compare(name, peers, yardsticks, slices))
    }
    const rows = peers.map((_, index) =>
      summarize(runs.map((run) => /** @type {Row} */ (run[index]))),
    )
    if (json) for (const row of rows) process.stdout.write(`${jsonLine(row)}\n`)
    else process.stdout.write(`#### ${name}\n\n${table(rows, yardsticks)}\n`)
  }
}

/**
 * @param {string} name
 * @param {readonly import('./catalogue.mjs').Peer[]} peers
 * @param {readonly string[]} yardsticks names of those that all are compared with
 * @param {number} slices
 * @returns {Promise<Row[]>}
 */
async function compare(name, peers, yardsticks, slices) {
  const workload = /** @type {import('./workloads.mjs').Workload} */ (workloads.get(name))
  const cores = findCores()
  /** @type {import('./server-process.mjs').RunningServer[]} */
  const servers = []
  try {
    for (const peer of peers) servers.push(await startServer(peer, name, cores.server))
    const lanes = []
    for (const server of servers) {
      const bodies = await fixedBodies(server, workload)
      await checkProbes(server, workload)
      const size = { connections: CONNECTIONS, seconds: SECONDS }
      const load = loadOf(server.port, workload, bodies, size)
      lanes.push({ name: `${server.name} in ${name}`, pid: server.pid, load })
    }
    const results = await inSlices(lanes, slices, cores.generator)
    const bases = yardsticks.map((yardstick) => {
      const lane = peers.findIndex((peer) => peer.name === yardstick)
      return { yardstick, micros: results[lane]?.micros ?? [] }
    })
    return results.map(({ micros, p99Ms }, index) => ({
      workload: name,
      server: servers[index]?.name ?? '',
      cpuMicros: median(micros),
      to: Object.fromEntries(
        bases.map((base) => [base.yardstick, comparison(base.micros, micros)]),
      ),
      p99Ms,
    }))
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** Slice by slice. @param {readonly number[]} base @param {readonly number[]} micros @returns {Comparison} */
function comparison(base, micros) {
  const ratios = micros.map((value, slice) => (base[slice] ?? Number.NaN) / value)
  return {
    ratio: median(ratios),
    error: (MEDIAN_ERROR * deviation(ratios)) / Math.sqrt(ratios.length),
  }
}

/** One row of those that several starts gave a server. @param {readonly Row[]} rows @returns {Row} */
function summarize(rows) {
  const [first] = rows
  if (first === undefined || rows.length === 1) return /** @type {Row} */ (first)
  const to = Object.keys(first.to).map((yardstick) => {
    const ratios = rows.map((row) => row.to[yardstick]?.ratio ?? Number.NaN)
    const ratio = ratios.reduce((sum, one) => sum + one, 0) / ratios.length
    return [yardstick, { ratio, error: deviation(ratios) / Math.sqrt(ratios.length - 1) }]
  })
  return {
    ...first,
    cpuMicros: median(rows.map(({ cpuMicros }) => cpuMicros)),
    to: Object.fromEntries(to),
    p99Ms: median(rows.map(({ p99Ms }) => p99Ms)),
  }
}

/** @param {readonly number[]} values */
function deviation(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

/** @param {Row} row */
function jsonLine({ workload, server, cpuMicros, to, p99Ms }) {
  const ratios = Object.entries(to).flatMap(([yardstick, { ratio, error }]) => [
    [ratioKey(yardstick), round(ratio, 3)],
    [ratioKey(yardstick).replace('ratio', 'error'), round(error, 3)],
  ])
  return JSON.stringify({
    bench: 'slices',
    workload,
    server,
    cpu_us_per_call: round(cpuMicros, 1),
    ...Object.fromEntries(ratios),
    p99_ms: round(p99Ms, 2),
  })
}

/** @param {readonly Row[]} rows @param {readonly string[]} yardsticks */
function table(rows, yardsticks) {
  const last = yardsticks.at(-1) ?? ''
  const ratioOf = (/** @type {Row} */ row) => row.to[last]?.ratio ?? Number.NaN
  const lines = [...rows]
    .sort((left, right) => ratioOf(right) - ratioOf(left))
    .map(({ workload, server, cpuMicros, to, p99Ms }) => {
      const ratios = Object.values(to).map(
        ({ ratio, error }) => `${ratio.toFixed(3)} | ${error.toFixed(3)}`,
      )
      return `| ${[shownName(server, workload), cpuMicros.toFixed(1), ...ratios, p99Ms.toFixed(2)].join(' | ')} |`
    })
  const head = yardsticks.map((name) => `to ${name} | ±`).join(' | ')
  return [
    `| server | CPU µs a call | ${head} | p99 ms |`,
    `|---|---:|${'---:|---:|'.repeat(yardsticks.length)}---:|`,
    ...lines,
    '',
  ].join('\n')
}
