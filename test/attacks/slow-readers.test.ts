import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createApp, dependency } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const CHUNK = 'x'.repeat(64 * 1024)

// Attacker: a client that asks for a stream and never reads it. It would win a pool: every such
// connection holds the dependencies of its call for as long as it likes.
describe('slow readers', () => {
  it.each(['/stream', '/whole'])(
    '%s: cut off after sendTimeout, dependencies closed',
    async (path) => {
      let open = 0
      const pool = dependency(async function* () {
        open++
        try {
          yield 'connection'
        } finally {
          open--
        }
      })
      const outcomes: string[] = []
      const app = createApp({
        log: { logger: quiet, access: ({ outcome }) => outcomes.push(outcome) },
      })
      app.get('/stream', { params: { pool } }, async function* () {
        for (;;) yield CHUNK
      })
      app.get('/whole', { params: { pool } }, () => CHUNK.repeat(500))
      const server = await serve(app, { port: 0, signals: false, sendTimeout: '200ms' })
      try {
        const socket = connect(server.port, '127.0.0.1')
        socket.on('error', () => {})
        socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
        const closed = new Promise((resolve) => socket.once('close', resolve))
        socket.pause()
        await expect.poll(() => outcomes, { timeout: 5000 }).toEqual(['aborted'])
        await expect.poll(() => open, { timeout: 5000 }).toBe(0)
        socket.resume()
        await closed
      } finally {
        await server.close()
      }
    },
  )

  it('close() waits until the dependencies of a call it cut off are closed', async () => {
    const seen: string[] = []
    const slow = dependency(async function* () {
      try {
        yield 'connection'
      } finally {
        await new Promise((resolve) => setTimeout(resolve, 100))
        seen.push('dependency closed')
      }
    })
    const app = createApp({ log: { logger: quiet } })
    app.onShutdown(() => seen.push('pool closed'))
    let entered = () => {}
    const inside = new Promise<void>((resolve) => {
      entered = resolve
    })
    app.get('/wait', { params: { slow } }, async (_args, call) => {
      entered()
      await new Promise((resolve) => call.signal.addEventListener('abort', resolve))
      return 'gone'
    })
    const server = await serve(app, { port: 0, signals: false, drainTimeout: '50ms' })
    const asking = fetch(`${server.url}/wait`).catch(() => 'cut off')
    await inside
    await server.close()
    expect(await asking).toBe('cut off')
    expect(seen).toEqual(['dependency closed', 'pool closed'])
  })
})
