// Interleaved rounds: A B C …, A B C …; noise of the machine falls on all rows alike.
import { checkAnswer, checkProbes } from './check.mjs'
import { BenchFailure, note } from './log.mjs'
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
    /** @type {(import('./server-process.mjs').RunningServer & { body: string | null })[]} */
    const checked = []
    for (const server of servers) {
      checked.push({ ...server, body: await prepare(server, workload, options, generator) })
    }
    /** @type {Map<string, Slice[]>} */
    const slices = new Map(servers.map(({ name }) => [name, []]))
    for (let round = 1; round <= options.rounds; round++) {
      note(`${workload.name}: round ${round} of ${options.rounds}`)
      for (const server of checked) {
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
  const first = await checkAnswer(server, workload)
  const second = await checkAnswer(server, workload)
  await checkProbes(server, workload)
  const body = first === second ? first : null
  const load = { ...loadOf(server, workload, options, body), seconds: options.warmup, strict: true }
  refuseBad(server.name, workload.name, await generator.run(load))
  return body
}

async function slice(server, workload, options, generator) {
  const cpuBefore = server.cpuSeconds()
  const before = performance.now()
  const result = await generator.run(loadOf(server, workload, options, server.body))
  // Over the generator's own time, which leaves out its start and its end.
  const wall = Math.min((performance.now() - before) / 1000, result.seconds)
  const used = server.cpuSeconds() - cpuBefore
  const rssMb = server.rssMb()
  refuseBad(server.name, workload.name, result)
  await checkAnswer(server, workload)
  return {
    rps: result.requests / result.seconds,
    p99Ms: result.p99Ms,
    cpu: used / wall,
    cpuMicros: (used / result.requests) * 1e6,
    rssMb,
  }
}

function loadOf(server, workload, { connections, seconds }, body) {
  const { request, status } = workload
  return { port: server.port, request, connections, seconds, status, body, strict: false }
}

function refuseBad(server, workload, { requests, bad, failed }) {
  if (requests === 0) throw new BenchFailure(`${server} answered nothing in ${workload}`)
  if (bad + failed > 0) {
    throw new BenchFailure(
      `${server} in ${workload}: ${bad} wrong answers, ${failed} broken connections of ${requests}`,
    )
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
