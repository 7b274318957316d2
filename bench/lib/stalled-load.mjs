// The client of bench/aborted-streams.mjs, a process of its own so that it can have its own core.
// Makes every call on a connection of its own and destroys that once the server says that the
// stream of the call stands; every other time with a reset instead of a polite end.
// Reads { port, watch, count, connections } as JSON on stdin; prints how many calls it broke off,
// how many were answered before it could, and how many failed.
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'

import { authorized, good } from './order-workloads.mjs'
import { requestBytes } from './request-bytes.mjs'
import { KINDS } from './stalled.mjs'
import { toolMessage } from './tool-message.mjs'

/** @type {{ port: number, watch: number, count: number, connections: number }} */
const { port, watch, count, connections } = /** @type {any} */ (await json(process.stdin))
const result = { aborted: 0, answered: 0, failed: 0 }
let started = 0
/** Whose stream does not stand yet: how to break them off. @type {Map<number, () => void>} */
const waiting = new Map()

const watcher = connect({ port: watch, host: '127.0.0.1' })
createInterface({ input: watcher }).on('line', (turn) => waiting.get(Number(turn))?.())
watcher.once('connect', () => {
  for (let index = 0; index < connections; index++) next()
})

function next() {
  if (started === count) return
  const turn = started++
  const { revision, tool } = KINDS[turn % KINDS.length]
  const reset = Math.floor(turn / KINDS.length) % 2 === 1
  const params = { name: tool, arguments: { turn } }
  const request = toolMessage(revision, 'tools/call', params, authorized(good))
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let left = false
  let answered = false
  waiting.set(turn, () => {
    left = true
    if (reset) socket.resetAndDestroy()
    else socket.destroy()
  })
  socket.on('connect', () => socket.write(requestBytes(request, port)))
  socket.on('data', () => {
    answered = true
    socket.destroy()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    waiting.delete(turn)
    if (answered) result.answered++
    else if (left) result.aborted++
    else result.failed++
    if (result.aborted + result.answered + result.failed === count) finish()
    else next()
  })
}

function finish() {
  watcher.destroy()
  process.stdout.write(JSON.stringify(result))
}
