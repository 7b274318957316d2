import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

import { adopt } from './children.mjs'
import { pinned } from './cores.mjs'
import { BenchFailure } from './log.mjs'

const SERVERS = new URL('../servers/', import.meta.url)
const PROBE = new URL('heap-probe.mjs', import.meta.url).href
const READY_MS = 20_000
const STOP_MS = 3000

/**
 * @typedef {{ heapUsed: number, external: number, rss: number, collections: number }} Heap
 *   bytes; `collections`: how often the garbage collector has run since the start
 * @typedef {{ name: string, peer: import('./catalogue.mjs').Peer, port: number, pid: number, cpuSeconds: () => number, rssMb: () => number, heap: (collect: boolean) => Promise<Heap>, errors: () => string, stop: () => Promise<void> }} RunningServer
 *   `heap`: only for servers started with a probe; `collect`: collect garbage first. `errors`: the
 *   last it has written to stderr.
 */

/**
 * Starts one server and waits until it says `ready`.
 *
 * @param {import('./catalogue.mjs').Peer} peer
 * @param {string} workload
 * @param {number | null} core
 * @param {readonly string[] | null} [probe] V8 options; with them the server tells about its heap
 * @returns {Promise<RunningServer>}
 */
export async function startServer(peer, workload, core, probe = null) {
  const port = await freePort()
  const file = fileURLToPath(new URL(peer.file, SERVERS))
  const [program, args] = pinned(core, [process.execPath, ...probeFlags(probe), file])
  const child = adopt(
    spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe', ...(probe === null ? [] : ['ipc'])],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        PORT: String(port),
        WORKLOAD: workload,
        VARIANT: peer.variant,
        TOOLS: String(peer.tools ?? 1),
      },
    }),
  )
  let output = ''
  child.stderr.on('data', (chunk) => {
    output = (output + chunk).slice(-2000)
  })
  const stop = () => stopChild(child)
  try {
    await ready(child)
  } catch (error) {
    await stop()
    throw new BenchFailure(`${peer.name} did not start: ${error}\n${output}`)
  }
  // taskset replaces itself by the program, so this is the server's own pid.
  const pid = /** @type {number} */ (child.pid)
  return {
    name: peer.name,
    peer,
    port,
    pid,
    cpuSeconds: () => cpuSeconds(pid),
    rssMb: () => rssMb(pid),
    heap: (collect) => askHeap(child, peer.name, collect),
    errors: () => output,
    stop,
  }
}

/** @param {readonly string[] | null} probe */
function probeFlags(probe) {
  return probe === null ? [] : ['--expose-gc', ...probe, '--import', PROBE]
}

/** @param {import('node:child_process').ChildProcess} child @param {string} name @param {boolean} collect @returns {Promise<Heap>} */
function askHeap(child, name, collect) {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new BenchFailure(`${name} ended while it was measured`))
    child.once('exit', gone)
    child.once('message', (/** @type {Heap} */ heap) => {
      child.off('exit', gone)
      resolve(heap)
    })
    child.send({ collect })
  })
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<void>} */
function ready(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready after ${READY_MS} ms`)), READY_MS)
    const settle = (/** @type {() => void} */ done) => {
      clearTimeout(timer)
      done()
    }
    child.once('error', (error) => settle(() => reject(error)))
    child.once('exit', (code) => settle(() => reject(new Error(`exit code ${code}`))))
    let text = ''
    child.stdout?.on('data', (chunk) => {
      text = (text + chunk).slice(-2000)
      if (/^ready$/m.test(text)) settle(resolve)
    })
  })
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<void>} */
function stopChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address())
      probe.close(() => resolve(port))
    })
  })
}

let ticksPerSecond = 0

/** User and system time of a process; NaN where there is no /proc. @param {number} pid */
export function cpuSeconds(pid) {
  try {
    ticksPerSecond ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The program's name may hold spaces and brackets; the fields start after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  } catch {
    return Number.NaN
  }
}

/** @param {number} pid */
function rssMb(pid) {
  try {
    const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Number(kb) / 1024
  } catch {
    return Number.NaN
  }
}
