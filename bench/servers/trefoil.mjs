// Trefoil with its defaults: host check, request id, security headers, problem answers.
import { z } from 'zod'

import { jwtAuth } from '../../packages/trefoil/dist/auth.js'
import { createApp, HttpError, reply } from '../../packages/trefoil/dist/index.js'
import { serve } from '../../packages/trefoil/dist/node.js'
import { createOrder, orders } from '../lib/orders.mjs'
import { SECRET } from '../lib/token.mjs'

const { PORT, WORKLOAD } = process.env
const authenticate = jwtAuth({ keys: SECRET })

function findOrder({ order_id }) {
  const order = orders.get(order_id)
  if (order === undefined) throw new HttpError(404, 'Order not found')
  return order
}

const description = 'Fetch one order by id.'
const params = { order_id: z.string() }
const app = createApp({
  name: 'bench',
  auth: [{ authenticate, surfaces: ['api', 'mcp', 'cli'] }],
})

if (WORKLOAD === 'w1') {
  app.get('/orders/{order_id}', { name: 'get_order', description, public: true, params }, findOrder)
} else if (WORKLOAD === 'w2') {
  app.post(
    '/orders',
    {
      name: 'create_order',
      description: 'Place an order.',
      params: {
        customer_id: z.string(),
        sku: z.string(),
        quantity: z.number().int().min(1).max(100),
      },
    },
    (args, call) => reply(createOrder(args, call.auth.subject), { status: 201 }),
  )
} else {
  app.get('/orders/{order_id}', { name: 'get_order', description, tool: true, params }, findOrder)
}

await serve(app, { port: Number(PORT), host: '127.0.0.1' })
console.log('ready')
