// Hono on its Node adapter, with its own middleware for the job.
import { serve } from '@hono/node-server'
import { zValidator } from '@hono/zod-validator'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { jwt } from 'hono/jwt'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { z } from 'zod'

import { createOrder, orderList, orders } from '../lib/orders.mjs'
import { SECRET } from '../lib/token.mjs'

const { PORT, WORKLOAD } = process.env
const app = new Hono()

if (WORKLOAD === 'w2' || WORKLOAD === 'w4') {
  app.use(requestId())
  app.use(secureHeaders())
}
if (WORKLOAD === 'w1' || WORKLOAD === 'w4') {
  app.get('/orders/:order_id', (c) => {
    const order = orders.get(c.req.param('order_id'))
    return order === undefined ? c.json({ error: 'order not found' }, 404) : c.json(order)
  })
}
if (WORKLOAD === 'w2' || WORKLOAD === 'w4') {
  const NewOrder = z.object({
    customer_id: z.string(),
    sku: z.string(),
    quantity: z.number().int().min(1).max(100),
  })
  const bearer = jwt({ secret: SECRET, alg: 'HS256' })
  app.post('/orders', bearer, zValidator('json', NewOrder), (c) => {
    const claims = c.get('jwtPayload')
    // The middleware accepts a token that never expires; the workload does not.
    if (typeof claims.exp !== 'number') throw new HTTPException(401)
    return c.json(createOrder(c.req.valid('json'), claims.sub), 201)
  })
}
if (WORKLOAD === 'w5') app.get('/orders', (c) => c.json(orderList))

serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, () => console.log('ready'))
