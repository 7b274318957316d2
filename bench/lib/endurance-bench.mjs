// Does memory grow? A million calls, and a hundred thousand that their callers broke off.
import { fileURLToPath } from 'node:url'

import { checkAnswers } from './check.mjs'
import { findCores } from './cores.mjs'
import { createGenerator, output } from './generator.mjs'
import { loadOf, refuseBad } from './load-of.mjs'
import { BenchFailure, note } from './log.mjs'
import { createPart } from './order-workloads.mjs'
import { startServer } from './server-process.mjs'
import { round, slope } from './stats.mjs'
import { workloads } from './workloads.mjs'

const SAMPLES = 20
/** Samples' worth of calls before the first one: V8 and the allocator take their share once. */
const WARM_UP = 10
const CONNECTIONS = 64
const PEAK_EVERY_MS = 50
const MB = 1024 * 1024
const CLIENT = fileURLToPath(new URL('abort-load.mjs', import.meta.url))

/**
 * @typedef {{ server: string, phase: string, calls: number, start: number, end: number, peak: number, slope: number, heapStart: number, heapEnd: number }} Growth
 *   megabytes; `slope`: kilobytes of RSS a thousand calls; `heap…`: what is left after a collection
 */

/** @param {{ arguments: readonly string[], servers: readonly import('./catalogue.mjs').Peer[], calls: number, aborts: number, json: boolean }} options */
export async function benchEndurance({ arguments: names, servers, calls, aborts, json }) {
  const cores = findCores()
  const generator = createGenerator('own', cores.generator)
  /** @type {Growth[]} */
  const rows = []
  for (const peer of servers) {
    for (const name of names.length === 0 ? ['w1'] : names) {
      const workload = /** @type {import('./workloads.mjs').Workload} */ (workloads.get(name))
      const phase = name === 'w1' ? 'calls' : name
      rows.push(
        await grow(peer, name, phase, calls, cores, async (server, count) => {
          const size = { connections: CONNECTIONS, seconds: 0, count }
          const bodies = await checkAnswers(server, workload)
          const load = loadOf(server.port, workload, bodies, size)
          refuseBad(server.name, name, await generator.run(load))
        }),
      )
    }
    if (names.length > 0) continue
    rows.push(
      await grow(peer, 'endurance', 'aborted', aborts, cores, (server, count) =>
        abort(server, count, cores.generator),
      ),
    )
  }
  if (json) for (const row of rows) process.stdout.write(`${jsonLine(row)}\n`)
  else process.stdout.write(table(rows))
}

/**
 * @param {import('./catalogue.mjs').Peer} peer
 * @param {string} workload which routes the server has
 * @param {string} phase
 * @param {number} calls
 * @param {import('./cores.mjs').Cores} cores
 * @param {(server: import('./server-process.mjs').RunningServer, count: number) => Promise<void>} run
 * @returns {Promise<Growth>}
 */
async function grow(peer, workload, phase, calls, cores, run) {
  const server = await startServer(peer, workload, cores.server, [])
  const each = Math.ceil(calls / SAMPLES)
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, server.rssMb())
  }, PEAK_EVERY_MS)
  try {
    note(`${peer.name}, ${phase}: ${each * SAMPLES} after ${each * WARM_UP} to warm up`)
    for (let sample = 0; sample < WARM_UP; sample++) await run(server, each)
    const before = await server.heap(true)
    peak = 0
    const samples = [server.rssMb()]
    for (let sample = 0; sample < SAMPLES; sample++) {
      await run(server, each)
      samples.push(server.rssMb())
    }
    const after = await server.heap(true)
    note(`  RSS in MB: ${samples.map((mb) => mb.toFixed(0)).join(' ')}`)
    return {
      server: peer.name,
      phase,
      calls: each * SAMPLES,
      start: samples[0] ?? 0,
      end: samples.at(-1) ?? 0,
      peak: Math.max(peak, ...samples),
      slope: (slope(samples) / each) * 1000 * 1024,
      heapStart: before.heapUsed / MB,
      heapEnd: after.heapUsed / MB,
    }
  } finally {
    clearInterval(watch)
    await server.stop()
  }
}

/** @param {import('./server-process.mjs').RunningServer} server @param {number} count @param {number | null} core */
async function abort(server, count, core) {
  const order = { port: server.port, count, connections: CONNECTIONS, create: createPart.request }
  const text = await output(core, [process.execPath, CLIENT], JSON.stringify(order))
  const { answered, failed } = JSON.parse(text)
  // A busy machine lets a few clients leave too late; more than that, and nothing was tested.
  if (failed > 0 || answered > count / 10) {
    throw new BenchFailure(
      `${server.name}: of ${count} calls to break off ${answered} were answered, ${failed} failed`,
    )
  }
  await checkAnswers(server, { name: 'endurance', parts: [createPart] })
}

/** @param {Growth} row */
function jsonLine({ server, phase, calls, ...row }) {
  return JSON.stringify({
    bench: 'endurance',
    server,
    phase,
    calls,
    rss_start_mb: round(row.start, 1),
    rss_end_mb: round(row.end, 1),
    rss_peak_mb: round(row.peak, 1),
    rss_slope_kb_per_1000: round(row.slope, 2),
    heap_start_mb: round(row.heapStart, 2),
    heap_end_mb: round(row.heapEnd, 2),
  })
}

/** @param {readonly Growth[]} rows */
function table(rows) {
  const head = [
    '| server | phase | calls | RSS start MB | RSS end MB | RSS peak MB | slope KB/1000 calls | live heap start MB | live heap end MB |',
    `|---|---|${'---:|'.repeat(7)}`,
  ]
  const lines = rows.map(
    ({ server, phase, calls, start, end, peak, slope, heapStart, heapEnd }) =>
      `| ${server} | ${phase} | ${calls} | ${start.toFixed(1)} | ${end.toFixed(1)} | ${peak.toFixed(1)} | ${slope.toFixed(2)} | ${heapStart.toFixed(2)} | ${heapEnd.toFixed(2)} |`,
  )
  return `${[...head, ...lines].join('\n')}\n`
}
