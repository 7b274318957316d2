// How many bytes one W1 call costs the garbage collector. The young generation is made so large
// that nothing is collected during a slice; then the heap's growth is what was allocated.
import { checkProbes, fixedBodies } from './check.mjs'
import { findCores } from './cores.mjs'
import { createGenerator } from './generator.mjs'
import { loadOf, refuseBad } from './load-of.mjs'
import { BenchFailure, note } from './log.mjs'
import { w1 } from './order-workloads.mjs'
import { startServer } from './server-process.mjs'
import { median, round } from './stats.mjs'

const YOUNG_MB = 512
const V8 = [`--min-semi-space-size=${YOUNG_MB}`, `--max-semi-space-size=${YOUNG_MB}`]
const WARM_UP = 30_000
/** Few, because a connection's own objects are counted with its calls. */
const CONNECTIONS = 8

/** @typedef {{ server: string, bytes: number, low: number, high: number, external: number, calls: number }} Allocations bytes a call; `external`: buffers outside the heap */

/** @param {{ servers: readonly import('./catalogue.mjs').Peer[], rounds: number, calls: number, json: boolean }} options */
export async function benchAllocations({ servers, rounds, calls, json }) {
  const cores = findCores()
  const generator = createGenerator('own', cores.generator)
  /** @type {Allocations[]} */
  const rows = []
  for (const peer of servers) {
    note(`${peer.name}: ${rounds} rounds of ${calls} calls`)
    rows.push(await allocations(peer, rounds, calls, cores, generator))
  }
  if (json) for (const row of rows) process.stdout.write(`${jsonLine(row)}\n`)
  else process.stdout.write(table(rows))
}

/**
 * @param {import('./catalogue.mjs').Peer} peer
 * @param {number} rounds
 * @param {number} calls
 * @param {import('./cores.mjs').Cores} cores
 * @param {import('./generator.mjs').Generator} generator
 * @returns {Promise<Allocations>}
 * @throws {BenchFailure} when every slice had a collection in it
 */
async function allocations(peer, rounds, calls, cores, generator) {
  const server = await startServer(peer, 'w1', cores.server, V8)
  try {
    const bodies = await fixedBodies(server, w1)
    await checkProbes(server, w1)
    const run = async (/** @type {number} */ count) => {
      const size = { connections: CONNECTIONS, seconds: 0, count }
      refuseBad(peer.name, 'w1', await generator.run(loadOf(server.port, w1, bodies, size)))
    }
    await run(WARM_UP)
    const heap = []
    const external = []
    for (let index = 0; index < rounds; index++) {
      const before = await server.heap(true)
      await run(calls)
      const after = await server.heap(false)
      if (after.collections > before.collections) {
        note(`${peer.name}: a slice with a garbage collection in it is left out`)
        continue
      }
      heap.push((after.heapUsed - before.heapUsed) / calls)
      external.push((after.external - before.external) / calls)
    }
    if (heap.length === 0) throw new BenchFailure(`${peer.name}: no slice without a collection`)
    return {
      server: peer.name,
      bytes: median(heap),
      low: Math.min(...heap),
      high: Math.max(...heap),
      external: median(external),
      calls,
    }
  } finally {
    await server.stop()
  }
}

/** @param {Allocations} row */
function jsonLine({ server, bytes, external, calls }) {
  return JSON.stringify({
    bench: 'allocations',
    server,
    calls,
    heap_bytes_per_call: round(bytes, 0),
    external_bytes_per_call: round(external, 0),
  })
}

/** @param {readonly Allocations[]} rows */
function table(rows) {
  const lines = rows.map(
    ({ server, bytes, low, high, external }) =>
      `| ${server} | ${bytes.toFixed(0)} | ${low.toFixed(0)}–${high.toFixed(0)} | ${external.toFixed(0)} |`,
  )
  const head =
    '| server | heap bytes a call | lowest–highest | outside the heap |\n|---|---:|---:|---:|'
  return `${head}\n${lines.join('\n')}\n`
}
