import { createApp, dependency, HttpError, query, reply } from 'trefoil'
import type { Accounts } from 'trefoil/accounts'
import { auditLog } from 'trefoil/audit'
import { firstOf, hasRole, hasScope } from 'trefoil/auth'
import { health } from 'trefoil/health'
import { z } from 'zod'
import { storeAccounts } from './accounts.ts'
import { Approvals } from './approval.ts'
import { approver } from './approver.ts'
import { developmentParts } from './authentication.ts'
import { storeDatabase } from './database.ts'
import { noteDone } from './note-done.ts'
import { Order, OrderId, OrderPage, OrderStatus, Quantity, Sales } from './order.ts'
import { Orders } from './orders.ts'
import { loadAuditKey } from './secret.ts'
import { shopPage } from './shop-page.ts'
import { Store } from './store.ts'
import { ownOrders, visibleOrders } from './visible-orders.ts'

const store = new Store()
const data = storeDatabase()
const audit = auditLog({ data, keys: loadAuditKey(), failClosed: ['mcp'] })
const made = storeAccounts(data, audit)
/** `null` where a provider has them. */
export const people: Accounts | null = made?.people ?? null

/** What has been committed, for actions that change nothing. */
const orders = dependency(({ db }) => new Orders(db), { name: 'orders', uses: { db: data.read } })
/** In the transaction of the call, which is kept with its answer or not at all. */
const changes = dependency(({ db }) => new Orders(db), { name: 'changes', uses: { db: data.db } })

const Entrypoint = z.enum(['server', 'local'])
const Source = z.enum(['api', 'mcp', 'cli'])

export const app = createApp({
  name: 'store',
  version: '1.0.0',
  auth: [
    {
      authenticate:
        people === null ? store.authenticator : firstOf(people.sessionAuth, store.authenticator),
      surfaces: ['api', 'mcp', 'cli'],
    },
  ],
  // Agents may create orders; what needs somebody's consent says so itself (`needsApproval`).
  agentWrites: 'allow',
  limits: {
    timeout: '30s',
    concurrency: 100,
    // By address before anybody is asked who they are, so that guessing tokens is slow.
    rate: ['1200/min', { limit: '2400/min', per: 'address' }],
  },
  log: { trace: 'continue' },
  parts: [
    data,
    audit,
    ...(people === null ? [] : [people]),
    approver(new Approvals(data)),
    health({ checks: { database: data.check } }),
    ...developmentParts(),
  ],
})

app.onStartup(() => store.open())
app.onShutdown(() => store.close())

app.get(
  '/me',
  {
    name: 'me',
    description: 'Who the store takes you for, and how your call came in.',
    tool: true,
    cli: true,
    returns: z.object({
      subject: z.string(),
      roles: z.array(z.string()),
      scopes: z.array(z.string()),
      source: Source,
      entrypoint: Entrypoint,
    }),
  },
  (_args, call) => ({
    subject: call.auth.subject,
    roles: [...call.auth.roles],
    scopes: [...call.auth.scopes],
    source: call.source,
    entrypoint: call.entrypoint,
  }),
)

app.get(
  '/orders',
  {
    name: 'list_orders',
    description: 'List orders in order of creation, one page at a time.',
    tool: true,
    cli: true,
    guards: [hasScope('orders:read', 'orders:own')],
    params: {
      status: query(OrderStatus.optional(), { description: 'Only orders with this status.' }),
      limit: query(z.int().min(1).max(100).default(20), { description: 'Orders per page.' }),
      cursor: query(z.string().optional(), { description: '`next_cursor` of the page before.' }),
      orders,
    },
    returns: OrderPage,
  },
  async ({ status, limit, cursor, orders }, call) => {
    const visible = visibleOrders.filter(call.auth)
    const page = await orders.list({ status, limit, cursor, visible })
    if (page === null) invalidCursor()
    // For the log alone: no caller is told.
    return reply(page, { meta: { orders: page.items.length } })
  },
)

app.get(
  '/orders/{order_id}',
  {
    name: 'get_order',
    description: 'Fetch one order by id.',
    tool: true,
    cli: true,
    guards: [hasScope('orders:read', 'orders:own')],
    params: { order_id: OrderId, orders },
    returns: Order.extend({ subject: z.string(), source: Source, entrypoint: Entrypoint }),
  },
  async ({ order_id, orders }, call) => {
    const order = (await orders.find(order_id)) ?? orderNotFound()
    // An order of somebody else is not there, or its number would say that it is.
    if (!visibleOrders.check(call.auth, order)) orderNotFound()
    const { source, entrypoint } = call
    return { ...order, subject: call.auth.subject, source, entrypoint }
  },
)

app.post(
  '/orders',
  {
    name: 'create_order',
    description: 'Create a pending order at the current price of the product.',
    tool: true,
    cli: true,
    guards: [hasScope('orders:write')],
    params: {
      customer_id: z.string().min(1).max(64).describe('Such as `cust_001`.'),
      sku: z.string().min(1).max(64).describe('Such as `sku-coffee`.'),
      quantity: Quantity,
      note: z.string().max(500).optional(),
      changes,
    },
    returns: Order,
  },
  async ({ customer_id, sku, quantity, note, changes }, call) => {
    const order = await changes.create({ customerId: customer_id, sku, quantity, note })
    if (order === null) unknownSku()
    call.background(() => noteDone('Order confirmed', order.id))
    return reply(order, { status: 201, headers: { location: `/orders/${order.id}` } })
  },
)

// For whoever signed in here: what they order is theirs, and nobody can order for somebody else.
app.get(
  '/me/orders',
  {
    name: 'my_orders',
    description: 'Your own orders, one page at a time.',
    guards: [hasRole('customer')],
    params: { cursor: query(z.string().optional()), orders },
    returns: OrderPage,
  },
  async ({ cursor, orders }, call) => {
    const visible = ownOrders.filter(call.auth)
    return (await orders.list({ limit: 20, cursor, visible })) ?? invalidCursor()
  },
)

app.post(
  '/me/orders',
  {
    name: 'place_order',
    description: 'Order something for yourself.',
    guards: [hasRole('customer')],
    params: {
      sku: z.string().min(1).max(64).describe('Such as `sku-coffee`.'),
      quantity: Quantity,
      note: z.string().max(500).optional(),
      changes,
    },
    returns: Order,
  },
  async ({ sku, quantity, note, changes }, call) => {
    const order = await changes.create({ customerId: call.auth.subject, sku, quantity, note })
    if (order === null) unknownSku()
    return reply(order, { status: 201, headers: { location: `/orders/${order.id}` } })
  },
)

// The same for a browser.
if (made !== null) shopPage(app, made.site, { orders, changes })

app.patch(
  '/orders/{order_id}/status',
  {
    name: 'update_order_status',
    description: 'Set the status of an order. Agents need an approval for it.',
    tool: true,
    cli: true,
    guards: [hasScope('orders:write')],
    needsApproval: true,
    params: { order_id: OrderId, status: OrderStatus, changes },
    returns: Order,
  },
  async ({ order_id, status, changes }) =>
    (await changes.setStatus(order_id, status)) ?? orderNotFound(),
)

app.delete(
  '/orders/{order_id}',
  {
    name: 'delete_order',
    description: 'Delete an order for good.',
    tool: true,
    cli: true,
    guards: [hasRole('admin')],
    params: { order_id: OrderId, changes },
  },
  async ({ order_id, changes }, call) => {
    if (!(await changes.remove(order_id))) orderNotFound()
    call.background(() => noteDone('Order deleted', order_id))
    return null
  },
)

const reports = app.group('/reports', {
  guards: [hasScope('orders:read')],
  rate: '60/min',
  // Each reads the whole table: few at a time, and not at all for a while when the table is in trouble.
  concurrency: 4,
  breaker: true,
})

reports.get(
  '/sales',
  {
    name: 'sales_report',
    description: 'Number and value of the orders, by status. At most 10 seconds old.',
    tool: true,
    cli: true,
    params: { orders },
    returns: Sales,
    cache: { for: '10s', per: 'everyone' },
  },
  ({ orders }) => orders.sales(),
)

function unknownSku(): never {
  throw new HttpError(422, 'Unknown sku', { fix: 'Use the `sku` of a product of the store.' })
}

function invalidCursor(): never {
  throw new HttpError(400, 'Invalid cursor', {
    fix: 'Pass `next_cursor` of the page before, unchanged.',
  })
}

function orderNotFound(): never {
  throw new HttpError(404, 'Order not found', { fix: 'Use an `id` that `list_orders` returned.' })
}
