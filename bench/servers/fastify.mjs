// Fastify with the plugins its documentation names for the job.
import { randomUUID } from 'node:crypto'

import auth from '@fastify/auth'
import helmet from '@fastify/helmet'
import jwt from '@fastify/jwt'
import rateLimit from '@fastify/rate-limit'
import Fastify from 'fastify'

import { createOrder, orderList, orders } from '../lib/orders.mjs'
import { SECRET } from '../lib/token.mjs'

const { PORT, WORKLOAD } = process.env
const text = { type: 'string' }
const number = { type: 'integer' }
const order = {
  type: 'object',
  properties: {
    order_id: text,
    customer_id: text,
    sku: text,
    quantity: number,
    status: text,
    total_cents: number,
  },
}

const isGuarded = ['w2g', 'w2d', 'w2r', 'w2t'].includes(WORKLOAD)
/** What `@fastify/rate-limit` is told; absent for any number of calls. */
const rate = {
  w2r: { max: 6_000_000, timeWindow: '1 minute' },
  w2t: { max: 1, timeWindow: '1 hour' },
}[WORKLOAD]
const app = WORKLOAD === 'w2' || WORKLOAD === 'w4' || isGuarded ? await secured() : Fastify()
if (WORKLOAD === 'w1' || WORKLOAD === 'w4') addRead()
if (WORKLOAD === 'w2' || WORKLOAD === 'w4' || isGuarded) addCreate()
if (WORKLOAD === 'w5') app.get('/orders', async () => orderList)
if (WORKLOAD === 'w5r') {
  const schema = { response: { 200: { type: 'array', items: order } } }
  app.get('/orders', { schema }, async () => orderList)
}
await app.listen({ port: Number(PORT), host: '127.0.0.1' })
console.log('ready')

async function secured() {
  const app = Fastify({
    requestIdHeader: 'x-request-id',
    genReqId: () => randomUUID(),
    // Fastify would turn the text "3" into the number 3; the workload asks to refuse it.
    ajv: { customOptions: { coerceTypes: false } },
  })
  await app.register(helmet)
  await app.register(jwt, {
    secret: SECRET,
    verify: { algorithms: ['HS256'], requiredClaims: ['exp'], cache: true },
  })
  if (isGuarded) await app.register(auth)
  if (rate !== undefined) {
    // After the token, which says who calls.
    const keyGenerator = (request) => request.user.sub
    await app.register(rateLimit, { ...rate, hook: 'preValidation', keyGenerator })
  }
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  return app
}

function addRead() {
  const schema = {
    params: { type: 'object', required: ['order_id'], properties: { order_id: text } },
    response: { 200: order },
  }
  app.get('/orders/:order_id', { schema }, async (request, reply) => {
    const order = orders.get(request.params.order_id)
    if (order === undefined) return reply.code(404).send({ error: 'order not found' })
    return order
  })
}

function addCreate() {
  const schema = {
    body: {
      type: 'object',
      required: ['customer_id', 'sku', 'quantity'],
      properties: {
        customer_id: text,
        sku: text,
        quantity: { type: 'integer', minimum: 1, maximum: 100 },
      },
    },
    response: {
      201: {
        type: 'object',
        properties: {
          order_id: text,
          customer_id: text,
          sku: text,
          quantity: number,
          status: text,
          created_by: text,
        },
      },
    },
  }
  const verify = (request) => request.jwtVerify()
  const onRequest = isGuarded ? app.auth([verify, isClerk, mayWrite], { relation: 'and' }) : verify
  app.post('/orders', { schema, onRequest }, async (request, reply) => {
    reply.code(201)
    return createOrder(request.body, request.user.sub)
  })
}

function isClerk({ user: { roles = [] } }, _reply, done) {
  done(roles.includes('clerk') || roles.includes('admin') ? undefined : denied())
}

function mayWrite({ user: { scopes = [] } }, _reply, done) {
  const may = scopes.includes('orders:read') && scopes.includes('orders:write')
  done(may ? undefined : denied())
}

function denied() {
  return Object.assign(new Error('denied'), { statusCode: 403 })
}
