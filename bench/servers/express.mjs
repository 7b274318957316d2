// Express 5 with helmet and express.json, jsonwebtoken in a middleware, and zod for the body:
// Express itself brings neither a bearer check nor a validator.
import { createSecretKey, randomUUID } from 'node:crypto'

import express from 'express'
import helmet from 'helmet'
import jwt from 'jsonwebtoken'
import { z } from 'zod'

import { createOrder, orderList, orders } from '../lib/orders.mjs'
import { SECRET } from '../lib/token.mjs'

const { PORT, WORKLOAD } = process.env
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/
const KEY = createSecretKey(Buffer.from(SECRET))

const app = express()

if (WORKLOAD === 'w2' || WORKLOAD === 'w4') {
  app.use(helmet())
  app.use((request, response, next) => {
    const given = request.get('x-request-id')
    response.set(
      'x-request-id',
      given !== undefined && REQUEST_ID.test(given) ? given : randomUUID(),
    )
    next()
  })
  app.post('/orders', authenticate, express.json(), createOne)
}
if (WORKLOAD === 'w1' || WORKLOAD === 'w4') {
  app.get('/orders/:order_id', (request, response) => {
    const order = orders.get(request.params.order_id)
    if (order === undefined) response.status(404).json({ error: 'order not found' })
    else response.json(order)
  })
}
if (WORKLOAD === 'w5') app.get('/orders', (_request, response) => response.json(orderList))

function authenticate(request, response, next) {
  const [scheme, token] = request.get('authorization')?.split(' ') ?? []
  try {
    if (scheme !== 'Bearer' || token === undefined) throw new jwt.JsonWebTokenError('no token')
    const claims = jwt.verify(token, KEY, { algorithms: ['HS256'] })
    // jsonwebtoken accepts a token that never expires; the workload does not.
    if (typeof claims.exp !== 'number') throw new jwt.JsonWebTokenError('no exp')
    request.user = claims
  } catch {
    response.set('www-authenticate', 'Bearer').status(401).json({ error: 'unauthorized' })
    return
  }
  next()
}

const NewOrder = z.object({
  customer_id: z.string(),
  sku: z.string(),
  quantity: z.number().int().min(1).max(100),
})

function createOne(request, response) {
  const body = NewOrder.safeParse(request.body)
  if (!body.success) {
    response.status(422).json({ error: 'invalid', issues: body.error.issues })
    return
  }
  response.status(201).json(createOrder(body.data, request.user.sub))
}

app.listen(Number(PORT), '127.0.0.1', () => console.log('ready'))
