// A client that never waits for the end: half a head, half a body, gone while the handler works,
// gone in the middle of the answer; every other time with a reset instead of a polite end.
// Reads `{ port, count, connections, create }` as JSON on stdin; prints how many were broken off
// and how many were answered in full although they should not have been.
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'

import { KINDS, LEAVE_MS } from './aborts.mjs'
import { requestBytes } from './request-bytes.mjs'

/** @type {{ port: number, count: number, connections: number, create: import('./workloads.mjs').Request }} */
const { port, count, connections, create } = /** @type {any} */ (await json(process.stdin))
/** @param {string} path */
const get = (path) => requestBytes({ method: 'GET', path, headers: {}, body: null }, port)
const [slow, stream, post] = [get('/slow'), get('/stream'), requestBytes(create, port)]
const sendings = {
  head: slow.subarray(0, slow.length >> 1),
  body: post.subarray(0, post.length - (Buffer.byteLength(create.body ?? '') >> 1)),
  handler: slow,
  answer: stream,
}
const result = { aborted: 0, answered: 0, failed: 0 }
let started = 0

for (let index = 0; index < connections; index++) next()

function next() {
  if (started === count) return
  const turn = started++
  const kind = /** @type {keyof typeof sendings} */ (KINDS[turn % KINDS.length])
  const reset = Math.floor(turn / KINDS.length) % 2 === 1
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let text = ''
  let left = false
  const leave = () => {
    if (left) return
    left = true
    if (reset) socket.resetAndDestroy()
    else socket.destroy()
  }
  socket.on('connect', () => {
    socket.write(sendings[kind])
    if (kind !== 'answer') setTimeout(leave, LEAVE_MS)
  })
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    if (kind === 'answer') leave()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    if (!left) result.failed++
    else if (kind === 'answer' ? text.endsWith('0\r\n\r\n') : text !== '') result.answered++
    else result.aborted++
    if (result.aborted + result.answered + result.failed === count) {
      process.stdout.write(JSON.stringify(result))
    } else next()
  })
}
