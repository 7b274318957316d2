// Do dependencies stay open when the callers of streaming tools leave?
import { fileURLToPath } from 'node:url'

import { findCores } from './cores.mjs'
import { output } from './generator.mjs'
import { BenchFailure, note } from './log.mjs'
import { startServer } from './server-process.mjs'
import { KINDS } from './stalled.mjs'
import { round } from './stats.mjs'

const CLIENT = fileURLToPath(new URL('stalled-load.mjs', import.meta.url))
const WARM_UP = 200
const CONNECTIONS = 64
const POLL_MS = 100
const MB = 1024 * 1024

/**
 * @typedef {import('./stalled.mjs').Count} Count
 * @typedef {{ counts: Count[], watch: number }} Counts
 * @typedef {import('./server-process.mjs').RunningServer} RunningServer
 */

/** @param {{ aborts: number, grace: number, json: boolean }} options `grace`: seconds without any closing after which the rest counts as left open */
export async function benchStalled({ aborts, grace, json }) {
  const cores = findCores()
  const peer = { name: 'trefoil', file: 'stalled.mjs', variant: '', workloads: [] }
  const server = await startServer(peer, 'stalled', cores.server, [])
  try {
    note(`${aborts} calls on ${CONNECTIONS} connections after ${WARM_UP} to warm up`)
    await abort(server, WARM_UP, cores.generator)
    const before = await settled(server, grace)
    const heapBefore = await server.heap(true)
    await abort(server, aborts, cores.generator)
    const after = await settled(server, grace)
    const heapAfter = await server.heap(true)
    const rows = KINDS.map(({ revision, wait }, index) => {
      const opened = (after[index]?.opened ?? 0) - (before[index]?.opened ?? 0)
      const closed = (after[index]?.closed ?? 0) - (before[index]?.closed ?? 0)
      return { revision, wait, opened, closed, open: opened - closed }
    })
    const heap = { start: heapBefore.heapUsed / MB, end: heapAfter.heapUsed / MB }
    process.stdout.write(json ? jsonLines(rows, heap) : table(rows, heap))
    const open = rows.reduce((sum, row) => sum + row.open, 0)
    if (open !== 0) throw new BenchFailure(`${open} dependencies are still open`)
  } finally {
    await server.stop()
  }
}

/** @param {RunningServer} server @param {number} count @param {number | null} core */
async function abort(server, count, core) {
  const { watch } = await readCounts(server)
  const order = { port: server.port, watch, count, connections: CONNECTIONS }
  const text = await output(core, [process.execPath, CLIENT], JSON.stringify(order))
  const { answered, failed } = JSON.parse(text)
  // A busy machine lets a few calls reach their deadline; more than that, and nothing was tested.
  if (failed > 0 || answered > count / 10) {
    throw new BenchFailure(
      `of ${count} calls to break off ${answered} were answered, ${failed} failed\n${server.errors()}`,
    )
  }
}

/** The counts once everything is closed, or nothing has been for so many seconds. @param {RunningServer} server @param {number} grace @returns {Promise<Count[]>} */
async function settled(server, grace) {
  let last = -1
  let since = performance.now()
  for (;;) {
    const { counts } = await readCounts(server)
    const open = counts.reduce((sum, { opened, closed }) => sum + opened - closed, 0)
    if (open !== last) since = performance.now()
    if (open === 0 || performance.now() - since > grace * 1000) return counts
    last = open
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** @param {RunningServer} server @returns {Promise<Counts>} */
async function readCounts(server) {
  const response = await fetch(`http://127.0.0.1:${server.port}/counts`)
  if (response.status !== 200) {
    throw new BenchFailure(`${server.name} does not tell its counts: ${await response.text()}`)
  }
  return /** @type {any} */ (await response.json())
}

/**
 * @typedef {Count & { revision: string, wait: string, open: number }} Row
 * @typedef {{ start: number, end: number }} Heap megabytes that a collection leaves
 */

/** @param {readonly Row[]} rows @param {Heap} heap */
function jsonLines(rows, { start, end }) {
  const size = { heap_start_mb: round(start, 2), heap_end_mb: round(end, 2) }
  const lines = rows.map(({ revision, wait, opened, closed, open }) =>
    JSON.stringify({ bench: 'aborted-streams', revision, wait, opened, closed, open, ...size }),
  )
  return `${lines.join('\n')}\n`
}

/** @param {readonly Row[]} rows @param {Heap} heap */
function table(rows, { start, end }) {
  const lines = rows.map(
    ({ revision, wait, opened, closed, open }) =>
      `| ${revision} | ${wait} | ${opened} | ${closed} | ${open} |`,
  )
  return [
    '| revision | waits for | opened | closed | still open |',
    '|---|---|---:|---:|---:|',
    ...lines,
    '',
    `Live heap: ${start.toFixed(2)} MB before, ${end.toFixed(2)} MB after.`,
    '',
  ].join('\n')
}
