// Trefoil with its defaults: host check, request id, security headers, problem answers.
// VARIANT=verifying: no verdict on a token is kept.
// VARIANT=returns: the tool of W3 declares what it returns, so that is validated and sent as
// structured content beside the text. TOOLS=N: it is one of so many.
// VARIANT=typebox: the answers of W5r are held to a compiled TypeBox schema, as Elysia's are.
import { setTimeout } from 'node:timers/promises'

import { z } from 'zod'

import { hasAllScopes, hasRole, jwtAuth } from '../../packages/trefoil/dist/auth.js'
import { createApp, HttpError, reply } from '../../packages/trefoil/dist/index.js'
import { serve } from '../../packages/trefoil/dist/node.js'
import { pieces, SLOW_MS } from '../lib/aborts.mjs'
import { order } from '../lib/order-schema.mjs'
import { createOrder, orderList, orders } from '../lib/orders.mjs'
import { otherTools } from '../lib/other-tools.mjs'
import { SECRET } from '../lib/token.mjs'

const { PORT, WORKLOAD } = process.env
const variant = new Set(process.env.VARIANT?.split(','))
const authenticate = jwtAuth({
  keys: SECRET,
  ...(variant.has('verifying') ? { cacheSize: 0 } : {}),
})
const returns = WORKLOAD === 'w5r' ? await orderListSchema() : null
const app = createApp({
  name: 'bench',
  auth: [{ authenticate, surfaces: ['api', 'mcp', 'cli'] }],
})

const jobs = {
  w1: () => addRead({ public: true }),
  w2: () => addCreate(),
  w2g: () => addCreate({ guards: clerks() }),
  w2d: () => addCreate({ guards: clerks() }),
  w2r: () => addCreate({ guards: clerks(), rate: '6000000/min' }),
  w2t: () => addCreate({ guards: clerks(), rate: '1/hour' }),
  w3: () => addTools(),
  w3m: () => addTools(),
  w4: () => {
    addRead({ public: true })
    addCreate()
  },
  w5: () => addList({}),
  w5r: () => addList({ returns }),
  endurance: () => {
    addCreate()
    app.get('/slow', { name: 'slow', public: true }, () => setTimeout(SLOW_MS, {}))
    app.get('/stream', { name: 'stream', public: true }, () => pieces())
  },
}
jobs[WORKLOAD]()

await serve(app, { port: Number(PORT), host: '127.0.0.1' })
console.log('ready')

function addRead(options) {
  const route = {
    name: 'get_order',
    description: 'Fetch one order by id.',
    params: { order_id: z.string() },
    ...options,
  }
  app.get('/orders/{order_id}', route, ({ order_id }) => {
    const found = orders.get(order_id)
    if (found === undefined) throw new HttpError(404, 'Order not found')
    return found
  })
}

function addTools() {
  addRead({ tool: true, ...(variant.has('returns') ? { returns: order } : {}) })
  for (const name of otherTools()) {
    const route = {
      name,
      description: 'Fetch one order by id.',
      params: { order_id: z.string() },
      returns: order,
      tool: true,
    }
    app.get(`/${name}/{order_id}`, route, ({ order_id }) => orders.get(order_id))
  }
}

function clerks() {
  return [hasRole('clerk', 'admin'), hasAllScopes('orders:read', 'orders:write')]
}

function addCreate(options) {
  const route = {
    name: 'create_order',
    description: 'Place an order.',
    params: {
      customer_id: z.string(),
      sku: z.string(),
      quantity: z.number().int().min(1).max(100),
    },
    ...options,
  }
  app.post('/orders', route, (args, call) =>
    reply(createOrder(args, call.auth.subject), { status: 201 }),
  )
}

function addList(options) {
  const route = { name: 'list_orders', description: 'List orders.', public: true, ...options }
  app.get('/orders', route, () => orderList)
}

async function orderListSchema() {
  if (variant.has('typebox')) return (await import('../lib/typebox-list.mjs')).orderListSchema()
  return z.array(order)
}
