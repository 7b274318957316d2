// Fastify with the plugins its documentation names for the job.
import { randomUUID } from 'node:crypto'

import helmet from '@fastify/helmet'
import jwt from '@fastify/jwt'
import Fastify from 'fastify'

import { createOrder, orders } from '../lib/orders.mjs'
import { SECRET } from '../lib/token.mjs'

const { PORT, WORKLOAD } = process.env
const text = { type: 'string' }
const number = { type: 'integer' }

if (WORKLOAD === 'w1') {
  const app = Fastify()
  app.get('/orders/:order_id', { schema: readSchema() }, async (request, reply) => {
    const order = orders.get(request.params.order_id)
    if (order === undefined) return reply.code(404).send({ error: 'order not found' })
    return order
  })
  await app.listen({ port: Number(PORT), host: '127.0.0.1' })
} else {
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
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    await request.jwtVerify()
  })
  app.post('/orders', { schema: createSchema() }, async (request, reply) => {
    reply.code(201)
    return createOrder(request.body, request.user.sub)
  })
  await app.listen({ port: Number(PORT), host: '127.0.0.1' })
}
console.log('ready')

function readSchema() {
  return {
    params: { type: 'object', required: ['order_id'], properties: { order_id: text } },
    response: {
      200: {
        type: 'object',
        properties: {
          order_id: text,
          customer_id: text,
          sku: text,
          quantity: number,
          status: text,
          total_cents: number,
        },
      },
    },
  }
}

function createSchema() {
  return {
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
}
