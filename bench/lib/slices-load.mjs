// The client of the slices bench, a process of its own so that it can have its own core. Reads
// { lanes: [{ pid, load }], slices } as JSON on stdin, prints [{ micros, p99Ms, bad }] as JSON: for
// each server and slice the microseconds of its processor a call took, how long the slowest
// hundredth of all calls waited at least, and how many answers were wrong.
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createHistogram } from 'node:perf_hooks'
import { json } from 'node:stream/consumers'

import { readAnswer } from './answer-reader.mjs'
import { requestBytes } from './request-bytes.mjs'

const WARM_UP_SLICES = 10
const WARM_UP_MS = 500

/** @type {{ lanes: readonly { pid: number, load: import('./generator.mjs').Load }[], slices: number }} */
const { lanes, slices } = /** @type {any} */ (await json(process.stdin))

/** One server: its connections stand idle while another one is asked. */
class Lane {
  /** @type {number[]} */
  micros = []
  bad = 0
  /** Microseconds from request to answer, over connections that stand open. */
  waits = createHistogram()
  #calls = 0
  #waiting = 0
  #sent = 0
  #isOn = false
  /** @type {(() => void)[]} */
  #senders = []
  #parts
  #order
  #pid
  #port

  /** @param {number} pid @param {import('./generator.mjs').Load} load */
  constructor(pid, load) {
    this.#pid = pid
    this.#port = load.port
    this.#order = load.order
    this.#parts = load.parts.map(({ request, status, body }) => ({
      wire: requestBytes(request, load.port),
      status,
      size: body === null ? null : Buffer.byteLength(body),
    }))
    this.#senders = Array.from({ length: load.connections }, () => this.#connection())
  }

  /** Asks for so many milliseconds; all answers have come when it is over. @param {number} ms */
  async slice(ms) {
    const before = this.#calls
    const spent = cpuMicros(this.#pid)
    this.#isOn = true
    for (const send of this.#senders) send()
    await new Promise((resolve) => setTimeout(resolve, ms))
    this.#isOn = false
    while (this.#waiting > 0) await new Promise((resolve) => setImmediate(resolve))
    return (cpuMicros(this.#pid) - spent) / (this.#calls - before)
  }

  /** A connection that is opened when it is needed: servers close those that have been idle. */
  #connection() {
    /** @type {import('node:net').Socket | null} */
    let socket = null
    /** @type {Buffer | null} */
    let rest = null
    let asked = this.#parts[0]
    let sentAt = 0
    const send = () => {
      socket ??= open()
      asked = this.#parts[this.#order[this.#sent++ % this.#order.length]]
      this.#waiting++
      sentAt = performance.now()
      socket.write(asked.wire)
    }
    const open = () => {
      const own = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
      own.on('error', () => {})
      own.on('close', () => {
        if (socket === own) socket = null
      })
      own.on('data', (chunk) => {
        const bytes = rest === null ? chunk : Buffer.concat([rest, chunk])
        const answer = readAnswer(bytes)
        rest = answer === null ? bytes : null
        if (answer === null) return
        this.#waiting--
        this.#calls++
        this.waits.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)))
        const { status, size } = asked
        if (answer.status !== status || (size !== null && answer.body.length !== size)) this.bad++
        if (answer.close) {
          own.destroy()
          socket = null
        }
        if (this.#isOn) send()
      })
      return own
    }
    return send
  }
}

/** Time on a processor of all threads of a process, from the scheduler. @param {number} pid */
function cpuMicros(pid) {
  let nanoseconds = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const text = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1')
    nanoseconds += Number(text.slice(0, text.indexOf(' ')))
  }
  return nanoseconds / 1000
}

const all = lanes.map(({ pid, load }) => new Lane(pid, load))
for (let index = 0; index < WARM_UP_SLICES; index++) {
  for (const lane of all) await lane.slice(WARM_UP_MS)
}
for (const lane of all) lane.waits.reset()
for (let index = 0; index < slices; index++) {
  // Back and forth, so that a machine that slows down is unfair to nobody.
  const turn = index % 2 === 0 ? all : [...all].reverse()
  for (const lane of turn) lane.micros.push(await lane.slice((lanes[0]?.load.seconds ?? 0) * 1000))
}
process.stdout.write(
  JSON.stringify(
    all.map(({ micros, waits, bad }) => ({ micros, p99Ms: waits.percentile(99) / 1000, bad })),
  ),
)
process.exit(0)
