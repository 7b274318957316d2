import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from 'trefoil'
import { serve } from 'trefoil/node'

const app = createApp({ publicSurfaces: ['api'], log: { level: 'silent' } })
app.get('/slow', { name: 'slow' }, async () => {
  console.log('begun')
  await sleep(2000)
  return 'done'
})
app.onShutdown(() => console.log('shut down'))
const { url } = await serve(app, { port: 0 })
console.log(url)
