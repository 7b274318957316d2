// Interleaved rounds: A B C …, … C B A; noise of the machine falls on all rows alike.
import { checkAnswers, checkProbes, fixedBodies } from './check.mjs'
import { loadOf, refuseBad } from './load-of.mjs'
import { note } from './log.mjs'
import { startServer } from './server-process.mjs'
import { median } from './stats.mjs'

/** Below this share of its core the server was waiting for something else. */
const SATURATED = 0.9

/**
 * @typedef {{ rps: number, p99Ms: number, cpu: number, cpuMicros: number, rssMb: number }} Slice
 *   `cpu`: share of one core; `cpuMicros`: microseconds of the server's processor per request
 * @typedef {{ server: string, rps: number, ratio: number, low: number, high: number, p99Ms: number, cpu: number, cpuMicros: number, rssMb: number }} Row
 */

/**
 * @param {import('./workloads.mjs').Workload} workload
 * @param {readonly import('./catalogue.mjs').Peer[]} rows
 * @param {import('./options.mjs').Options} options
 * @param {import('./generator.mjs').Generator} generator
 * @param {import('./cores.mjs').Cores} cores
 * @returns {Promise<Row[]>}
 */
export async function measure(workload, rows, options, generator, cores) {
  /** @type {import('./server-process.mjs').RunningServer[]} */
  const servers = []
  try {
    for (const row of rows) servers.push(await startServer(row, workload.name, cores.server))
    /** @type {(import('./server-process.mjs').RunningServer & { bodies: (string | null)[] })[]} */
    const checked = []
    for (const server of servers) {
      checked.push({ ...server, bodies: await prepare(server, workload, options, generator) })
    }
    /** @type {Map<string, Slice[]>} */
    const slices = new Map(servers.map(({ name }) => [name, []]))
    for (let round = 1; round <= options.rounds; round++) {
      note(`${workload.name}: round ${round} of ${options.rounds}`)
      // Back and forth: a machine that slows down is unfair to nobody.
      for (const server of round % 2 === 1 ? checked : [...checked].reverse()) {
        slices.get(server.name)?.push(await slice(server, workload, options, generator))
      }
    }
    return summarize(slices, options.base)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** Checks and warms a server up, looking at every answer on the way. */
async function prepare(server, workload, options, generator) {
  const bodies = await fixedBodies(server, workload)
  await checkProbes(server, workload)
  const { connections, warmup } = options
  const load = loadOf(server.port, workload, bodies, { connections, seconds: warmup, strict: true })
  refuseBad(server.name, workload.name, await generator.run(load))
  return bodies
}

async function slice(server, workload, options, generator) {
  const cpuBefore = server.cpuSeconds()
  const before = performance.now()
  const result = await generator.run(loadOf(server.port, workload, server.bodies, options))
  // Over the generator's own time, which leaves out its start and its end.
  const wall = Math.min((performance.now() - before) / 1000, result.seconds)
  const used = server.cpuSeconds() - cpuBefore
  const rssMb = server.rssMb()
  refuseBad(server.name, workload.name, result)
  await checkAnswers(server, workload)
  return {
    rps: result.requests / result.seconds,
    p99Ms: result.p99Ms,
    cpu: used / wall,
    cpuMicros: (used / result.requests) * 1e6,
    rssMb,
  }
}

/** @param {Map<string, Slice[]>} slices @param {string} base @returns {Row[]} */
function summarize(slices, base) {
  const baseline = /** @type {Slice[]} */ (slices.get(base))
  return [...slices].map(([server, own]) => {
    const ratios = own.map((slice, round) => slice.rps / baseline[round].rps)
    const cpu = median(own.map((slice) => slice.cpu))
    if (cpu < SATURATED) {
      note(
        `warning: ${server} used only ${Math.round(cpu * 100)} % of its core; ` +
          'the generator or the machine was the limit',
      )
    }
    return {
      server,
      rps: median(own.map((slice) => slice.rps)),
      ratio: median(ratios),
      low: Math.min(...ratios),
      high: Math.max(...ratios),
      p99Ms: median(own.map((slice) => slice.p99Ms)),
      cpu,
      cpuMicros: median(own.map((slice) => slice.cpuMicros)),
      rssMb: median(own.map((slice) => slice.rssMb)),
    }
  })
}
