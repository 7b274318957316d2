// A small app, for `trefoil mcp`.
import { z } from 'zod'

import { createApp } from '../../packages/trefoil/dist/index.js'
import { orders } from '../lib/orders.mjs'

export const app = createApp({ name: 'bench', publicSurfaces: ['mcp'] })
app.tool(
  'get_order',
  {
    description: 'Fetch one order by id.',
    params: { order_id: z.string() },
    hints: { readOnlyHint: true },
  },
  ({ order_id }) => orders.get(order_id),
)
