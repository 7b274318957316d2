// What it costs to refuse a caller, beside what it costs to serve one: a flood of bad tokens
// must not be dearer than honest use.
import { checkProbes, fixedBodies } from './check.mjs'
import { findCores } from './cores.mjs'
import { loadOf } from './load-of.mjs'
import { note } from './log.mjs'
import { createPart, refusedPart, w2, w2t } from './order-workloads.mjs'
import { startServer } from './server-process.mjs'
import { CONNECTIONS, inSlices, SECONDS } from './slices.mjs'
import { median, round } from './stats.mjs'

/** @typedef {Pick<import('./workloads.mjs').Workload, 'name' | 'parts' | 'order' | 'before'>} Case */

/** @type {readonly Case[]} */
const CASES = [
  createPart,
  refusedPart('no token'),
  refusedPart('foreign signature'),
  refusedPart('expired token'),
].map((part) => ({ name: part.name, parts: [part], order: [0] }))

/** 429, of servers that have a rate. A server of its own: it lets one call pass and no more. @type {Case} */
const TOO_OFTEN = { ...w2t, name: 'too often' }

/** @typedef {{ server: string, kind: string, cpuMicros: number, ratio: number }} Cost `cpuMicros`: of the server's processor, a call; `ratio`: to its own success */

/** @param {{ servers: readonly import('./catalogue.mjs').Peer[], slices: number, json: boolean }} options */
export async function benchFloods({ servers, slices, json }) {
  const cores = findCores()
  /** @type {Cost[]} */
  const rows = []
  for (const peer of servers) {
    note(`${peer.name}: ${slices} slices of ${SECONDS * 1000} ms for each call`)
    rows.push(...(await costs(peer, slices, cores)))
  }
  if (json) for (const row of rows) process.stdout.write(`${jsonLine(row)}\n`)
  else process.stdout.write(table(rows))
}

/**
 * @param {import('./catalogue.mjs').Peer} peer
 * @param {number} slices
 * @param {import('./cores.mjs').Cores} cores
 * @returns {Promise<Cost[]>}
 */
async function costs(peer, slices, cores) {
  const running = []
  const start = async (/** @type {string} */ workload) => {
    const server = await startServer(peer, workload, cores.server)
    running.push(server)
    return server
  }
  try {
    const lanes = []
    const add = async (
      /** @type {import('./server-process.mjs').RunningServer} */ server,
      /** @type {Case} */ one,
    ) => {
      const bodies = await fixedBodies(server, one)
      const size = { connections: CONNECTIONS, seconds: SECONDS }
      const load = loadOf(server.port, one, bodies, size)
      lanes.push({ name: `${peer.name}, ${one.name}`, pid: server.pid, load })
    }
    const open = await start('w2')
    await checkProbes(open, w2)
    for (const one of CASES) await add(open, one)
    const isLimited = peer.workloads.includes(w2t.name)
    if (isLimited) await add(await start(w2t.name), TOO_OFTEN)
    const kinds = isLimited ? [...CASES, TOO_OFTEN] : CASES
    const results = await inSlices(lanes, slices, cores.generator)
    const success = results[0]?.micros ?? []
    return results.map(({ micros }, index) => ({
      server: peer.name,
      kind: kinds[index]?.name ?? '',
      cpuMicros: median(micros),
      ratio: median(micros.map((value, slice) => value / (success[slice] ?? Number.NaN))),
    }))
  } finally {
    for (const server of running) await server.stop()
  }
}

/** @param {Cost} row */
function jsonLine({ server, kind, cpuMicros, ratio }) {
  return JSON.stringify({
    bench: 'floods',
    server,
    case: kind,
    cpu_us_per_call: round(cpuMicros, 1),
    ratio_to_success: round(ratio, 3),
  })
}

/** @param {readonly Cost[]} rows */
function table(rows) {
  const lines = rows.map(
    ({ server, kind, cpuMicros, ratio }) =>
      `| ${server} | ${kind} | ${cpuMicros.toFixed(1)} | ${ratio.toFixed(2)} |`,
  )
  return `| server | call | CPU µs | to its success |\n|---|---|---:|---:|\n${lines.join('\n')}\n`
}
