// A refusal must not wait for a body that nobody wants, nor must throwing it away cost more than a
// bare server pays for it (FND-20).
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { BenchFailure } from './log.mjs'
import { median, round } from './stats.mjs'

const SERVER = fileURLToPath(new URL('../servers/unread-bodies.mjs', import.meta.url))
const BODY = Buffer.alloc(4_000_000, 'x')
const PIECE = 65_536
/** Highest ratios: first byte to that of a refusal without a body, processor time to the bare server's. */
const BARS = { firstByte: 1.5, cpu: 1.2 }

/** @typedef {import('node:child_process').ChildProcess} Child */

/** @param {{ rounds: number, json: boolean }} options */
export async function benchUnreadBodies({ rounds, json }) {
  const servers = await Promise.all(['trefoil', 'node'].map(start))
  const [trefoil, node] = servers
  if (trefoil === undefined || node === undefined) throw new BenchFailure('no server')
  try {
    const all = {
      without: /** @type {number[]} */ ([]),
      with: /** @type {number[]} */ ([]),
      bareWithout: /** @type {number[]} */ ([]),
      bareWith: /** @type {number[]} */ ([]),
    }
    const cpu = { trefoil: 0, node: 0 }
    for (let index = -10; index < rounds; index++) {
      const without = await refused(trefoil.port, Buffer.alloc(0))
      const first = await costOf(trefoil)
      const late = await refused(trefoil.port, BODY)
      const second = await costOf(trefoil)
      const bareWithout = await refused(node.port, Buffer.alloc(0))
      const third = await costOf(node)
      const bareLate = await refused(node.port, BODY)
      const fourth = await costOf(node)
      // The first ones are for the compiler.
      if (index < 0) continue
      all.without.push(without)
      all.with.push(late)
      all.bareWithout.push(bareWithout)
      all.bareWith.push(bareLate)
      cpu.trefoil += second - first
      cpu.node += fourth - third
    }
    const firstByte = median(all.with) / median(all.without)
    const ratio = cpu.trefoil / cpu.node
    const bareFirstByte = median(all.bareWith) / median(all.bareWithout)
    print({ firstByte, bareFirstByte, cpu: ratio, micros: cpu.trefoil / rounds }, json)
    return firstByte > BARS.firstByte || ratio > BARS.cpu ? 1 : 0
  } finally {
    for (const { child } of servers) child.kill()
  }
}

/** @param {string} name */
async function start(name) {
  const child = fork(SERVER, [name])
  const [port] = await once(child, 'message')
  return { child, port: Number(port) }
}

/** Processor time so far, in microseconds. @param {{ child: Child }} server */
async function costOf({ child }) {
  child.send('cpu')
  const [micros] = await once(child, 'message')
  return Number(micros)
}

/**
 * Sends all of a request, and waits until its connection is over.
 *
 * @param {number} port
 * @param {Buffer} body
 * @returns {Promise<number>} milliseconds to the first byte of the answer
 */
function refused(port, body) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let firstByte = 0
    let isSent = false
    socket.on('error', reject)
    socket.on('connect', () => {
      const started = performance.now()
      socket.on('data', (data) => {
        if (firstByte > 0) return
        if (!String(data).startsWith('HTTP/1.1 401')) reject(new BenchFailure('not refused'))
        firstByte = performance.now() - started
        if (isSent) socket.end()
      })
      socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n`)
      setImmediate(send, 0)
    })
    /** In pieces, so that the answer is read as soon as it is there. @param {number} from */
    const send = (from) => {
      if (from < body.length) {
        socket.write(body.subarray(from, from + PIECE), () => setImmediate(send, from + PIECE))
        return
      }
      isSent = true
      if (firstByte > 0) socket.end()
    }
    socket.on('close', () => resolve(firstByte))
  })
}

/** @param {{ firstByte: number, bareFirstByte: number, cpu: number, micros: number }} found @param {boolean} json */
function print({ firstByte, bareFirstByte, cpu, micros }, json) {
  const line = {
    bench: 'unread-bodies',
    first_byte_ratio: round(firstByte, 2),
    node_first_byte_ratio: round(bareFirstByte, 2),
    cpu_ratio_to_node: round(cpu, 2),
    cpu_us_per_refusal: round(micros, 0),
  }
  if (json) process.stdout.write(`${JSON.stringify(line)}\n`)
  else {
    process.stdout.write(
      `| refusal with 4 MB unread | ratio | bar |\n| --- | ---: | ---: |\n` +
        `| first byte, to one without a body | ${firstByte.toFixed(2)} | ${BARS.firstByte} |\n` +
        `| the same of a bare server | ${bareFirstByte.toFixed(2)} | |\n` +
        `| processor time, to a bare server that discards the same | ${cpu.toFixed(2)} | ${BARS.cpu} |\n`,
    )
  }
}
