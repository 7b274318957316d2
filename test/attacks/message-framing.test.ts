// Who attacks: an upstream, or a caller, whose headers a handler passes on. What they would win:
// an answer of two lengths: the client reads one answer where a proxy sees two (response
// smuggling), and the next caller gets what the attacker wrote.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp, HttpError, reply } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import './eventually.ts'
import { RawConnection, request } from './raw-connection.ts'

let server: RunningServer
beforeAll(async () => {
  const silent = () => {}
  const app = createApp({
    name: 'passing',
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
  })
  const params = { name: z.string(), value: z.string() }
  app.post('/value', { params }, ({ name, value }) => reply('body', { headers: { [name]: value } }))
  app.post('/problem', { params }, ({ name, value }) => {
    throw new HttpError(409, 'no', { headers: { [name]: value } })
  })
  app.get('/health', () => 'ok')
  server = await serve(app, { port: 0, signals: false, drainTimeout: '500ms' })
})
afterAll(() => server.close())

it.each([
  ['content-length', '0'],
  ['Content-Length', '1000'],
  ['transfer-encoding', 'chunked'],
  ['Transfer-Encoding', 'identity'],
  ['connection', 'upgrade'],
  ['upgrade', 'h2c'],
])('RESP-3 %s: %s from a handler never reaches the wire', async (name, value) => {
  for (const path of ['/value', '/problem']) {
    const connection = new RawConnection(server.port)
    const body = JSON.stringify({ name, value })
    const json = ['Content-Type: application/json']
    connection.send(request(`POST ${path}`, json, body) + request('GET /health'))
    const answer = await connection.response('POST')
    expect([409, 500]).toContain(answer?.status)
    expect(answer?.head.match(/^content-length:/gim)).toHaveLength(1)
    expect(answer?.head).not.toMatch(/^(transfer-encoding|upgrade):/im)
    // The next answer begins where the first one ends.
    expect((await connection.response())?.body).toBe('ok')
    connection.vanish()
  }
})
