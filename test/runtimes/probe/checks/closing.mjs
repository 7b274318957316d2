import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { serve } from 'trefoil/node'
import { createProbeApp, HUGE } from '../app.mjs'
import { freshName, open, opened } from '../gates.mjs'
import { Wire } from '../wire.mjs'

async function served(options = {}) {
  const probe = createProbeApp()
  const server = await serve(probe.app, { port: 0, signals: false, ...options })
  return { ...probe, server, url: server.url, port: server.port }
}

function refusesConnections(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.on('error', () => resolve(true))
  })
}

/** Each with a server of its own, made by `serve`. */
export const CLOSING_CHECKS = {
  async 'close waits for the call in flight, then runs the hooks'() {
    const { server, url, port, events } = await served()
    const key = freshName()
    const answer = fetch(`${url}/held/${key}`)
    await opened(`holding ${key}`)
    const closing = server.close()
    assert.equal(server.close(), closing)
    assert.equal(await refusesConnections(port), true)
    assert.deepEqual(events, ['startup'])
    open(`release ${key}`)
    assert.equal(await (await answer).text(), 'held')
    await closing
    assert.deepEqual(events, ['startup', 'answered', 'shutdown'])
  },

  async 'close waits for the end of a stream'() {
    const { server, url, events } = await served()
    const key = freshName()
    const answer = await fetch(`${url}/stream/${key}`)
    const closing = server.close()
    open(`more ${key}`)
    assert.equal(await answer.text(), 'one two')
    await closing
    assert.deepEqual(events, ['startup', 'shutdown'])
  },

  async 'close does not wait for connections on which nothing happens'() {
    const { server, url, port } = await served({ drainTimeout: '1h' })
    // As browsers do: opened ahead of time, and nothing said yet.
    const silent = new Wire(port)
    await silent.connected
    const used = new Wire(port)
    used.say(`GET /items/1 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    assert.equal((await used.answer()).status, 200)
    await (await fetch(`${url}/items/2`)).text()
    await server.close()
    assert.equal(await used.rest(), '')
    silent.leave()
  },

  async 'close sends a large answer to its end'() {
    const { server, url, events } = await served()
    const answer = await fetch(`${url}/huge`)
    const closing = server.close()
    assert.equal((await answer.arrayBuffer()).byteLength, HUGE)
    await closing
    assert.deepEqual(events, ['startup', 'shutdown'])
  },

  async 'a call that takes too long is cut off'() {
    const { server, url, events } = await served({ drainTimeout: '100ms' })
    const key = freshName()
    const answer = fetch(`${url}/wait/${key}`).then(
      (late) => late.status,
      () => 'cut off',
    )
    await opened(`waiting ${key}`)
    await server.close()
    await opened(`aborted ${key}`)
    assert.equal(await answer, 'cut off')
    assert.deepEqual(events, ['startup', 'shutdown'])
  },

  async 'a head that does not end in time is answered with 408'() {
    const { server, port } = await served({ headersTimeout: '200ms', requestTimeout: '1s' })
    const wire = new Wire(port)
    wire.say('GET /items/1 HTTP/1.1\r\n')
    assert.equal((await wire.answer())?.status, 408)
    await server.close()
  },

  async 'a body that does not end in time is given up'() {
    const { server, port } = await served({ headersTimeout: '200ms', requestTimeout: '500ms' })
    const wire = new Wire(port)
    wire.say(`POST /count HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 5\r\n\r\nab`)
    const answer = await wire.answer()
    assert.ok(answer === null || answer.status === 408, `it is ${answer?.status}`)
    await server.close()
  },

  async 'a client that reads nothing is cut off'() {
    const { server, port } = await served({ sendTimeout: '200ms' })
    const key = freshName()
    const socket = connect({ port, host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.pause()
    socket.write(`GET /endless/${key} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    await opened(`closed ${key}`)
    socket.destroy()
    await server.close()
  },

  async 'a port that is taken is an error, and the app is shut down again'() {
    const { server, port } = await served()
    const second = createProbeApp()
    await assert.rejects(serve(second.app, { port, signals: false }), { code: 'EADDRINUSE' })
    assert.deepEqual(second.events, ['startup', 'shutdown'])
    await server.close()
  },
}
