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
import { listedTools } from '../lib/listed-tools.mjs'
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
const stored = WORKLOAD === 'w6' ? await orderStore() : null
const app = createApp({
  name: 'bench',
  parts: stored?.parts ?? [],
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
  w3l: () => addGuardedTools(),
  w3h: () => addGuardedTools(),
  w4: () => {
    addRead({ public: true })
    addCreate()
  },
  w6: () => addCreate({}, stored),
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
      ...(variant.has('returns') ? { returns: order } : {}),
      tool: true,
    }
    app.get(`/${name}/{order_id}`, route, ({ order_id }) => orders.get(order_id))
  }
}

function addGuardedTools() {
  for (const { role, tool } of listedTools(WORKLOAD, Number(process.env.TOOLS ?? 1))) {
    const { name, description } = tool
    const params = { order_id: z.string() }
    const route = { name, description, params, tool: true, guards: [hasRole(role)] }
    app.get(`/${name}/{order_id}`, route, ({ order_id }) => orders.get(order_id))
  }
}

function clerks() {
  return [hasRole('clerk', 'admin'), hasAllScopes('orders:read', 'orders:write')]
}

function addCreate(options, store = null) {
  const route = {
    name: 'create_order',
    description: 'Place an order.',
    params: {
      customer_id: z.string(),
      sku: z.string(),
      quantity: z.number().int().min(1).max(100),
      ...(store === null ? {} : { db: store.db }),
    },
    ...options,
  }
  app.post('/orders', route, ({ db, ...args }, call) => {
    if (store !== null) store.write(db, args, call.auth.subject)
    return reply(createOrder(args, call.auth.subject), { status: 201 })
  })
}

/** `database()` with its defaults, and a part that chains an entry to the one before, last before the commit. */
async function orderStore() {
  const { database } = await import('../../packages/trefoil/dist/database.js')
  const { definePart } = await import('../../packages/trefoil/dist/parts.js')
  const { databaseFile, INSERT_ENTRY, INSERT_ORDER, LAST_ENTRY, nextEntry, TABLES } = await import(
    '../lib/written-orders.mjs'
  )
  const data = database({
    url: databaseFile(),
    migrate: 'start',
    migrations: [{ name: '0001', sql: TABLES }],
  })
  const audit = definePart({
    name: 'chain',
    transaction: {
      begin() {},
      beforeCommit(call, unit) {
        const statements = data.statements(unit)
        const [last] = statements.run(LAST_ENTRY)
        statements.run(INSERT_ENTRY, nextEntry(last, call.callId, call.auth.subject, call.args))
      },
    },
  })
  return {
    parts: [data, audit],
    db: data.db,
    write(db, { customer_id, sku, quantity }, subject) {
      data.statements(db).run(INSERT_ORDER, [customer_id, sku, quantity, subject])
    },
  }
}

function addList(options) {
  const route = { name: 'list_orders', description: 'List orders.', public: true, ...options }
  app.get('/orders', route, () => orderList)
}

async function orderListSchema() {
  if (variant.has('typebox')) return (await import('../lib/typebox-list.mjs')).orderListSchema()
  return z.array(order)
}
