// h3 2 on its Node server, with its own body validation (zod) and jose for the token. It brings
// no security headers, so a middleware sets the yardstick's.
import { randomUUID } from 'node:crypto'

import { getRouterParam, H3, HTTPError, readValidatedBody, serve } from 'h3'
import { jwtVerify } from 'jose'
import { z } from 'zod'

import { createOrder, orderList, orders } from '../lib/orders.mjs'
import { SECRET } from '../lib/token.mjs'

const { PORT, WORKLOAD } = process.env
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/
const NewOrder = z.object({
  customer_id: z.string(),
  sku: z.string(),
  quantity: z.number().int().min(1).max(100),
})
const KEY = await crypto.subtle.importKey(
  'raw',
  Buffer.from(SECRET),
  { name: 'HMAC', hash: 'SHA-256' },
  false,
  ['verify'],
)

const secured = WORKLOAD === 'w2' || WORKLOAD === 'w4'
// As an option and not as a middleware, because that one does not see refusals.
const app = new H3(secured ? { onResponse: addHeaders, silent: true } : { silent: true })

if (secured) {
  app.post('/orders', createOne, { middleware: [authenticate] })
}
if (WORKLOAD === 'w1' || WORKLOAD === 'w4') {
  app.get('/orders/:order_id', (event) => {
    const order = orders.get(getRouterParam(event, 'order_id'))
    if (order === undefined) throw new HTTPError({ status: 404, message: 'order not found' })
    return order
  })
}
if (WORKLOAD === 'w5') app.get('/orders', () => orderList)

function addHeaders({ headers }, event) {
  const given = event.req.headers.get('x-request-id')
  headers.set('x-content-type-options', 'nosniff')
  headers.set('referrer-policy', 'same-origin')
  headers.set('x-frame-options', 'DENY')
  headers.set('x-request-id', given !== null && REQUEST_ID.test(given) ? given : randomUUID())
}

async function authenticate(event) {
  const [scheme, token] = event.req.headers.get('authorization')?.split(' ') ?? []
  try {
    if (scheme !== 'Bearer' || token === undefined) throw new Error('no token')
    const options = { algorithms: ['HS256'], requiredClaims: ['exp'] }
    const { payload } = await jwtVerify(token, KEY, options)
    event.context.user = payload
  } catch {
    throw new HTTPError({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
  }
}

async function createOne(event) {
  const input = await readValidatedBody(event, NewOrder)
  event.res.status = 201
  return createOrder(input, event.context.user.sub)
}

await serve(app, { port: Number(PORT), hostname: '127.0.0.1', silent: true }).ready()
console.log('ready')
