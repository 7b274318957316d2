// Our own load generator, a process of its own so that it can have its own core: keep-alive
// connections over node:net, one request in flight on each, request bytes built once.
// Reads a Load as JSON on stdin, prints a LoadResult as JSON (types in generator.mjs).
import { connect } from 'node:net'
import { createHistogram } from 'node:perf_hooks'
import { json } from 'node:stream/consumers'

import { readAnswer } from './answer-reader.mjs'

/** @type {import('./generator.mjs').Load} */
const load = /** @type {any} */ (await json(process.stdin))
const { request, connections, seconds, status, strict } = load
const expected = load.body === null ? null : Buffer.from(load.body)
const payload = Buffer.from(request.body ?? '')
const wire = Buffer.concat([Buffer.from(head()), payload])
const latencies = createHistogram()
let requests = 0
let bad = 0
let failed = 0
let over = false

const started = performance.now()
const sockets = Array.from({ length: connections }, open)
setTimeout(finish, seconds * 1000)

function head() {
  const lines = [
    `${request.method} ${request.path} HTTP/1.1`,
    `host: 127.0.0.1:${load.port}`,
    ...Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`),
    ...(request.body === null ? [] : [`content-length: ${payload.length}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

function open() {
  const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true })
  let sentAt = 0
  /** @type {Buffer | null} */
  let rest = null
  const send = () => {
    sentAt = performance.now()
    socket.write(wire)
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
    if (answer.status !== status || !sameBody(answer.body)) bad++
    send()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    if (!over) failed++
  })
  return socket
}

/** @param {Buffer} body */
function sameBody(body) {
  if (expected === null) return true
  return strict ? body.equals(expected) : body.length === expected.length
}

function finish() {
  over = true
  const elapsed = (performance.now() - started) / 1000
  for (const socket of sockets) socket.destroy()
  const p99Ms = latencies.percentile(99) / 1000
  process.stdout.write(JSON.stringify({ requests, seconds: elapsed, p99Ms, bad, failed }))
}
