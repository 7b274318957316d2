// Does a server grow by the clients that open an answer of events and leave it?
import { connect } from 'node:net'

import { findCores } from './cores.mjs'
import { BenchFailure, note } from './log.mjs'
import { requestBytes } from './request-bytes.mjs'
import { startServer } from './server-process.mjs'
import { LEGACY, MODERN, toolMessage } from './tool-message.mjs'

const CONNECTIONS = 32
const WARM_UP = 2000
/** Readings of RSS: what has levelled off does not grow between the last of them. */
const SAMPLES = 10
const MB = 1024 * 1024

/** @param {{ drops: number, json: boolean }} options */
export async function benchDropped({ drops, json }) {
  const cores = findCores()
  const peer = { name: 'trefoil', file: 'dropped-progress.mjs', variant: '', workloads: [] }
  const server = await startServer(peer, 'dropped', cores.server, [])
  try {
    note(
      `${drops} answers opened and dropped on ${CONNECTIONS} connections, ${WARM_UP} before them`,
    )
    await drop(server.port, WARM_UP)
    const before = await settled(server)
    const each = Math.ceil(drops / SAMPLES)
    const rss = []
    for (let sample = 0; sample < SAMPLES; sample++) {
      await drop(server.port, each)
      rss.push(Math.round(server.rssMb()))
    }
    const after = await settled(server)
    const figures = {
      opened: after.begun - before.begun,
      open: after.begun - after.ended,
      heap_start_mb: before.heap,
      heap_end_mb: after.heap,
      rss_start_mb: before.rss,
      rss_end_mb: after.rss,
      rss_mb: rss,
    }
    process.stdout.write(
      json
        ? `${JSON.stringify({ bench: 'dropped-progress', ...figures })}\n`
        : `${figures.opened} opened and dropped, ${figures.open} still run. Live heap ${figures.heap_start_mb} MB before, ${figures.heap_end_mb} MB after; RSS ${figures.rss_start_mb} MB, ${rss.join(', ')} after each tenth, ${figures.rss_end_mb} MB.\n`,
    )
    if (figures.open !== 0) throw new BenchFailure(`${figures.open} calls still run`)
    if (figures.opened < drops) throw new BenchFailure('Some answers never began')
  } finally {
    await server.stop()
  }
}

/** Half of them in each revision, half of each with a reset. @param {number} port @param {number} count */
async function drop(port, count) {
  let started = 0
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (started < count) await dropOne(port, started++)
    }),
  )
}

/** @param {number} port @param {number} turn @returns {Promise<void>} */
function dropOne(port, turn) {
  const params = { name: 'report', arguments: {}, _meta: { progressToken: turn } }
  const headers = { accept: 'application/json, text/event-stream' }
  const request = toolMessage(turn % 2 === 0 ? MODERN : LEGACY, 'tools/call', params, headers)
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.on('connect', () => socket.write(requestBytes(request, port)))
    socket.on('data', (piece) => {
      if (!String(piece).includes('notifications/progress')) {
        reject(new BenchFailure(`No answer of events: ${piece}`))
      }
      if (turn % 4 < 2) socket.destroy()
      else socket.resetAndDestroy()
    })
    socket.on('error', reject)
    socket.on('close', () => resolve())
  })
}

/** @param {import('./server-process.mjs').RunningServer} server */
async function settled(server) {
  for (let tries = 0; ; tries++) {
    const response = await fetch(`http://127.0.0.1:${server.port}/counts`)
    const counts = /** @type {{ begun: number, ended: number }} */ (
      /** @type {unknown} */ (await response.json())
    )
    if (counts.begun === counts.ended || tries > 100) {
      const { heapUsed, rss } = await server.heap(true)
      return { ...counts, heap: megabytes(heapUsed), rss: megabytes(rss) }
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return Number((bytes / MB).toFixed(2))
}
