// Trefoil with one tool that reports its progress and then waits until its caller has left.
import { createApp } from '../../packages/trefoil/dist/index.js'
import { serve } from '../../packages/trefoil/dist/node.js'

const counts = { begun: 0, ended: 0 }
const app = createApp({ name: 'bench', publicSurfaces: ['api', 'mcp'] })
app.get('/counts', () => counts)
app.tool('report', { description: 'Reports, and waits.' }, async (_args, call) => {
  counts.begun++
  try {
    call.progress(1, 2, 'half of it')
    await new Promise((resolve) => {
      if (call.signal.aborted) resolve()
      else call.signal.addEventListener('abort', resolve, { once: true })
    })
  } finally {
    counts.ended++
  }
})
await serve(app, { port: Number(process.env.PORT), host: '127.0.0.1' })
console.log('ready')
