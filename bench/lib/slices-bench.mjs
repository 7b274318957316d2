// Processor time of a call, server beside server in slices so short that the machine has no time
// to change in between. Every slice is compared with the yardstick's of the same moment, and the
// servers are started several times: what the compiler makes of the same code differs by some
// hundredths from process to process.
import { checkProbes, fixedBodies } from './check.mjs'
import { findCores } from './cores.mjs'
import { loadOf } from './load-of.mjs'
import { note } from './log.mjs'
import { startServer } from './server-process.mjs'
import { CONNECTIONS, inSlices, SECONDS } from './slices.mjs'
import { median, round } from './stats.mjs'
import { workloads } from './workloads.mjs'

/** Standard error of a median, in terms of that of a mean. */
const MEDIAN_ERROR = 1.25

/**
 * @typedef {{ workload: string, server: string, cpuMicros: number, ratio: number, error: number, p99Ms: number }} Row
 *   `ratio`: calls for the processor time that the first server needs for one; `error`: its
 *   standard error; `p99Ms`: from request to answer, on connections that stand open
 */

/** @param {{ arguments: readonly string[], servers: readonly import('./catalogue.mjs').Peer[], slices: number, starts: number, json: boolean }} options */
export async function benchSlices({ arguments: names, servers, slices, starts, json }) {
  for (const name of names.length === 0 ? ['w1'] : names) {
    const peers = servers.filter(({ workloads }) => workloads.includes(name))
    const runs = []
    for (let start = 1; start <= starts; start++) {
      note(
        `${name}: start ${start} of ${starts}, ${slices} slices of ${SECONDS * 1000} ms ` +
          `for each of ${peers.length} servers`,
      )
      runs.push(await compare(name, peers, slices))
    }
    const rows = peers.map((_, index) =>
      summarize(runs.map((run) => /** @type {Row} */ (run[index]))),
    )
    if (json) for (const row of rows) process.stdout.write(`${jsonLine(row)}\n`)
    else process.stdout.write(`#### ${name}\n\n${table(rows)}\n`)
  }
}

/**
 * @param {string} name
 * @param {readonly import('./catalogue.mjs').Peer[]} peers the first one is the yardstick
 * @param {number} slices
 * @returns {Promise<Row[]>}
 */
async function compare(name, peers, slices) {
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
    const base = results[0]?.micros ?? []
    return results.map(({ micros, p99Ms }, index) => {
      const ratios = micros.map((value, slice) => (base[slice] ?? Number.NaN) / value)
      return {
        workload: name,
        server: servers[index]?.name ?? '',
        cpuMicros: median(micros),
        ratio: median(ratios),
        error: (MEDIAN_ERROR * deviation(ratios)) / Math.sqrt(ratios.length),
        p99Ms,
      }
    })
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** One row of those that several starts gave a server. @param {readonly Row[]} rows @returns {Row} */
function summarize(rows) {
  const [first] = rows
  if (first === undefined || rows.length === 1) return /** @type {Row} */ (first)
  const ratios = rows.map(({ ratio }) => ratio)
  return {
    ...first,
    cpuMicros: median(rows.map(({ cpuMicros }) => cpuMicros)),
    ratio: ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length,
    error: deviation(ratios) / Math.sqrt(ratios.length - 1),
    p99Ms: median(rows.map(({ p99Ms }) => p99Ms)),
  }
}

/** @param {readonly number[]} values */
function deviation(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

/** @param {Row} row */
function jsonLine({ workload, server, cpuMicros, ratio, error, p99Ms }) {
  return JSON.stringify({
    bench: 'slices',
    workload,
    server,
    cpu_us_per_call: round(cpuMicros, 1),
    ratio_to_node: round(ratio, 3),
    error: round(error, 3),
    p99_ms: round(p99Ms, 2),
  })
}

/** @param {readonly Row[]} rows */
function table(rows) {
  const lines = [...rows]
    .sort((left, right) => right.ratio - left.ratio)
    .map(
      ({ server, cpuMicros, ratio, error, p99Ms }) =>
        `| ${server} | ${cpuMicros.toFixed(1)} | ${ratio.toFixed(3)} | ${error.toFixed(3)} | ${p99Ms.toFixed(2)} |`,
    )
  return `| server | CPU µs a call | ratio | ± | p99 ms |\n|---|---:|---:|---:|---:|\n${lines.join('\n')}\n`
}
