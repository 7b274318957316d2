// Trefoil with tools that answer with a stream which waits after its first piece, and for each a
// dependency that counts how often it was opened and closed.
import { once } from 'node:events'
import { createServer } from 'node:net'

import { z } from 'zod'

import { jwtAuth } from '../../packages/trefoil/dist/auth.js'
import { createApp, dependency } from '../../packages/trefoil/dist/index.js'
import { serve } from '../../packages/trefoil/dist/node.js'
import { KINDS, TIMEOUT } from '../lib/stalled.mjs'
import { SECRET } from '../lib/token.mjs'

const counts = KINDS.map(() => ({ opened: 0, closed: 0 }))

// A plain connection beside the server under test, over which the client hears whose stream stands.
const watchers = new Set()
const watch = createServer((socket) => {
  watchers.add(socket)
  socket.on('error', () => {})
  socket.on('close', () => watchers.delete(socket))
})
watch.listen(0, '127.0.0.1')
await once(watch, 'listening')

const app = createApp({
  name: 'bench',
  auth: [{ authenticate: jwtAuth({ keys: SECRET }), surfaces: ['api', 'mcp', 'cli'] }],
  limits: { timeout: TIMEOUT },
})
app.get('/counts', { name: 'counts', public: true }, () => ({
  counts,
  watch: watch.address().port,
}))
KINDS.forEach(({ tool, wait }, index) => {
  const route = {
    name: tool,
    description: 'Gives one piece and waits.',
    tool: true,
    params: { turn: z.number().int(), counted: counted(counts[index]) },
  }
  app.get(`/${tool}`, route, ({ turn }, call) => pieces(turn, wait, call.signal))
})

function counted(count) {
  return dependency(
    async function* () {
      count.opened++
      try {
        yield {}
      } finally {
        count.closed++
      }
    },
    { name: 'counted' },
  )
}

async function* pieces(turn, wait, signal) {
  yield 'first'
  for (const watcher of watchers) watcher.write(`${turn}\n`)
  await new Promise((resolve) => {
    if (wait === 'ever') return
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', resolve, { once: true })
  })
}

await serve(app, { port: Number(process.env.PORT), host: '127.0.0.1' })
console.log('ready')
