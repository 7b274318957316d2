// A server that refuses every POST, `trefoil` or `node`: the bare one discards what the other does.
// Says its port to its parent, and its processor time whenever it is asked.
import { createServer } from 'node:http'

const port = process.argv[2] === 'trefoil' ? await trefoil() : await bare()
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
process.send?.(port)

async function trefoil() {
  const { createApp } = await import('../../packages/trefoil/dist/index.js')
  const { serve } = await import('../../packages/trefoil/dist/node.js')
  const silent = () => {}
  const app = createApp({
    env: {},
    publicSurfaces: ['mcp', 'cli'],
    limits: { body: '100mb' },
    log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
    auth: [{ surfaces: ['api'], authenticate: (_request) => null }],
  })
  app.post('/', () => 'never')
  const { port: taken } = await serve(app, { port: 0, signals: false })
  return taken
}

async function bare() {
  const body = JSON.stringify({ code: 'AUTHENTICATION_ERROR' })
  const server = createServer((request, response) => {
    response.writeHead(401, { 'content-type': 'application/problem+json' })
    response.end(body)
    request.resume()
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
