// Elysia on its Node adapter, with its own schemas and its bearer and jwt plugins. It brings no
// security headers, so its `headers` sets the yardstick's.
import { randomUUID } from 'node:crypto'

import { bearer } from '@elysiajs/bearer'
import { jwt } from '@elysiajs/jwt'
import { node } from '@elysiajs/node'
import { Elysia, t } from 'elysia'

import { createOrder, orderList, orders } from '../lib/orders.mjs'
import { SECRET } from '../lib/token.mjs'

const { PORT, WORKLOAD } = process.env
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/
// Its own `t.Integer` would take the text "3"; the workload asks to refuse it.
const integer = (options) => t.Number({ multipleOf: 1, ...options })
const Order = t.Object({
  order_id: t.String(),
  customer_id: t.String(),
  sku: t.String(),
  quantity: integer(),
  status: t.String(),
  total_cents: integer(),
})

const app = new Elysia({ adapter: node() })

if (WORKLOAD === 'w2' || WORKLOAD === 'w4') {
  app
    .headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
    })
    .onRequest(({ request, set }) => {
      const given = request.headers.get('x-request-id')
      set.headers['x-request-id'] = given !== null && REQUEST_ID.test(given) ? given : randomUUID()
    })
}
if (WORKLOAD === 'w1' || WORKLOAD === 'w4') {
  app.get('/orders/:order_id', ({ params, status }) => {
    return orders.get(params.order_id) ?? status(404, { error: 'order not found' })
  })
}
if (WORKLOAD === 'w2' || WORKLOAD === 'w4') app.use(secured())
if (WORKLOAD === 'w5') app.get('/orders', () => orderList)
if (WORKLOAD === 'w5r') app.get('/orders', () => orderList, { response: t.Array(Order) })

app.listen({ port: Number(PORT), hostname: '127.0.0.1' }, () => console.log('ready'))

/** `onTransform` runs before the body is validated, and only for the routes of this instance. */
function secured() {
  return new Elysia()
    .use(bearer())
    .use(jwt({ name: 'jwt', secret: SECRET }))
    .onTransform(async (context) => {
      const options = { algorithms: ['HS256'], requiredClaims: ['exp'] }
      const claims = await context.jwt.verify(context.bearer, options)
      if (!claims) throw context.status(401, { error: 'unauthorized' })
      context.user = claims
    })
    .post('/orders', ({ body, user, status }) => status(201, createOrder(body, user.sub)), {
      body: t.Object({
        customer_id: t.String(),
        sku: t.String(),
        quantity: integer({ minimum: 1, maximum: 100 }),
      }),
    })
}
