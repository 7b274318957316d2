import { z } from 'zod'

import { createApp } from '../../packages/trefoil/dist/index.js'
import { serve } from '../../packages/trefoil/dist/node.js'
import { names } from './routes.mjs'

const app = createApp({ name: 'bench' })
for (const kind of names) {
  app.get(
    `/${kind}/{id}`,
    {
      name: `get_${kind}`,
      description: `Fetch one ${kind}.`,
      tool: true,
      params: { id: z.string(), verbose: z.boolean().default(false) },
    },
    ({ id, verbose }) => ({ id, kind, verbose }),
  )
}
await serve(app, { port: Number(process.env.PORT), host: '127.0.0.1' })
console.log('ready')
