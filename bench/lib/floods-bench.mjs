// What it costs to refuse a caller, beside what it costs to serve one: a flood of bad tokens
// must not be dearer than honest use.
import { checkProbes, fixedBodies } from './check.mjs'
import { findCores } from './cores.mjs'
import { createGenerator } from './generator.mjs'
import { loadOf, refuseBad } from './load-of.mjs'
import { note } from './log.mjs'
import { createPart, refusedPart, w2 } from './order-workloads.mjs'
import { startServer } from './server-process.mjs'
import { median, round } from './stats.mjs'

const CONNECTIONS = 64
const CASES = [
  createPart,
  refusedPart('no token'),
  refusedPart('foreign signature'),
  refusedPart('expired token'),
].map((part) => ({ name: part.name, parts: [part], order: [0] }))

/** @typedef {{ server: string, kind: string, cpuMicros: number, ratio: number }} Cost `cpuMicros`: of the server's processor, a call; `ratio`: to its own success */

/** @param {{ servers: readonly import('./catalogue.mjs').Peer[], rounds: number, seconds: number, json: boolean }} options */
export async function benchFloods({ servers, rounds, seconds, json }) {
  const cores = findCores()
  const generator = createGenerator(null, cores.generator)
  /** @type {Cost[]} */
  const rows = []
  try {
    for (const peer of servers) {
      note(`${peer.name}: ${rounds} rounds of ${CASES.length} × ${seconds} s`)
      rows.push(...(await costs(peer, rounds, seconds, cores, generator)))
    }
  } finally {
    generator.close()
  }
  if (json) for (const row of rows) process.stdout.write(`${jsonLine(row)}\n`)
  else process.stdout.write(table(rows))
}

/**
 * @param {import('./catalogue.mjs').Peer} peer
 * @param {number} rounds
 * @param {number} seconds of one slice
 * @param {import('./cores.mjs').Cores} cores
 * @param {import('./generator.mjs').Generator} generator
 * @returns {Promise<Cost[]>}
 */
async function costs(peer, rounds, seconds, cores, generator) {
  const server = await startServer(peer, 'w2', cores.server)
  try {
    await checkProbes(server, w2)
    const cases = []
    for (const one of CASES) {
      const bodies = await fixedBodies(server, one)
      const size = { connections: CONNECTIONS, seconds, strict: true }
      refuseBad(peer.name, one.name, await generator.run(loadOf(server.port, one, bodies, size)))
      cases.push({ ...one, bodies, micros: /** @type {number[]} */ ([]) })
    }
    // Case after case and round after round, so that noise falls on all alike.
    for (let index = 0; index < rounds; index++) {
      for (const one of cases) {
        const before = server.cpuSeconds()
        const size = { connections: CONNECTIONS, seconds }
        const result = await generator.run(loadOf(server.port, one, one.bodies, size))
        const used = server.cpuSeconds() - before
        refuseBad(peer.name, one.name, result)
        one.micros.push((used / result.requests) * 1e6)
      }
    }
    const success = cases[0]?.micros ?? []
    return cases.map(({ name, micros }) => ({
      server: peer.name,
      kind: name,
      cpuMicros: median(micros),
      ratio: median(micros.map((value, index) => value / (success[index] ?? Number.NaN))),
    }))
  } finally {
    await server.stop()
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
