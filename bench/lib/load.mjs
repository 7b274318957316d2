// Our own load generator, a process of its own so that it can have its own core: keep-alive
// connections over node:net, one request in flight on each, request bytes built once.
// Reads a Load as JSON on stdin, prints a LoadResult as JSON (types in generator.mjs).
import { connect } from 'node:net'
import { createHistogram } from 'node:perf_hooks'
import { json } from 'node:stream/consumers'

import { readAnswer } from './answer-reader.mjs'
import { requestBytes } from './request-bytes.mjs'

/** @type {import('./generator.mjs').Load} */
const load = /** @type {any} */ (await json(process.stdin))
const { connections, seconds, strict, order, count } = load
const parts = load.parts.map(({ request, status, body }) => ({
  wire: requestBytes(request, load.port),
  status,
  expected: body === null ? null : Buffer.from(body),
}))
const latencies = createHistogram()
let sent = 0
let requests = 0
let bad = 0
let failed = 0
let over = false

const started = performance.now()
const sockets = new Set()
for (let index = 0; index < connections; index++) open()
if (count === null) setTimeout(finish, seconds * 1000)

function open() {
  const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true })
  sockets.add(socket)
  let sentAt = 0
  let asked = parts[0]
  let ending = false
  /** @type {Buffer | null} */
  let rest = null
  const send = () => {
    if (count !== null && sent >= count) return
    asked = parts[order[sent % order.length]]
    sent++
    sentAt = performance.now()
    socket.write(asked.wire)
  }
  socket.on('connect', send)
  socket.on('data', (chunk) => {
    const bytes = rest === null ? chunk : Buffer.concat([rest, chunk])
    const answer = readAnswer(bytes)
    if (answer === null) {
      rest = bytes
      return
    }
    // One request at a time: anything left over is not an answer of ours.
    if (answer.length !== bytes.length) bad++
    rest = null
    if (over) return
    requests++
    latencies.record(Math.max(1, Math.round((performance.now() - sentAt) * 1000)))
    if (answer.status !== asked.status || !sameBody(answer.body, asked.expected)) bad++
    if (requests === count) finish()
    else if (answer.close) {
      ending = true
      socket.destroy()
      open()
    } else send()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    sockets.delete(socket)
    if (over || ending) return
    failed++
    // With a count nobody but us would notice that its last answers never come.
    if (count !== null) finish()
  })
}

/** @param {Buffer} body @param {Buffer | null} expected */
function sameBody(body, expected) {
  if (expected === null) return true
  return strict ? body.equals(expected) : body.length === expected.length
}

function finish() {
  if (over) return
  over = true
  const elapsed = (performance.now() - started) / 1000
  for (const socket of sockets) socket.destroy()
  const p99Ms = latencies.percentile(99) / 1000
  process.stdout.write(JSON.stringify({ requests, seconds: elapsed, p99Ms, bad, failed }))
}
