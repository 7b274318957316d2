// Writes the source of an app with many routes, five kinds in turn. Every handler uses its
// arguments at their exact types, so an app that infers `any` or too little does not compile.

/**
 * @param {number} routes
 * @param {string} dist folder of the built package, as an import path
 */
export function appSource(routes, dist) {
  return `${head(dist)}\n${Array.from({ length: routes }, (_, index) => route(index)).join('\n')}`
}

/** @param {string} dist */
const head = (
  dist,
) => `import { createApp, dependency, header, HttpError, query, reply } from '${dist}/index.js'
import { hasScope, jwtAuth } from '${dist}/auth.js'
import { z } from 'zod'

/** Fails to compile unless the value has this very type: \`any\` is caught as well. */
function exact<Expected>() {
  return <Actual>(_value: Actual, ..._proof: Same<Expected, Actual> extends true ? [] : [never]): void => {}
}
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

const Order = z.object({ order_id: z.string(), total: z.number(), status: z.enum(['new', 'paid']) })
interface Store {
  find(id: string): Promise<z.infer<typeof Order> | null>
}
const store: Store = { find: async () => null }
const db = dependency(() => store, { name: 'db' })

export const app = createApp({
  name: 'types',
  auth: [{ authenticate: jwtAuth({ keys: 'k'.repeat(32) }), surfaces: ['api', 'mcp', 'cli'] }],
})
export const scope = hasScope('orders:read')
export const unused = [header, HttpError, query, reply, exact, Order, db]
`

/** @param {number} index */
function route(index) {
  const make = kinds[index % kinds.length]
  return /** @type {(index: number) => string} */ (make)(index)
}

const kinds = [
  // A read with a path, a query and a dependency.
  (/** @type {number} */ n) => `
app.get('/r${n}/{order_id}', {
  name: 'read_${n}',
  description: 'Read one.',
  tool: true,
  cli: true,
  guards: [scope],
  params: { order_id: z.string(), verbose: query(z.boolean().default(false), { alias: 'be-verbose' }), db },
  returns: Order,
}, async ({ order_id, verbose, db }, call) => {
  exact<string>()(order_id)
  exact<boolean>()(verbose)
  exact<string>()(call.auth.subject)
  const order = await db.find(order_id)
  if (!order) throw new HttpError(404, 'Order not found')
  return order
})`,
  // A write with body fields.
  (/** @type {number} */ n) => `
app.post('/r${n}', {
  name: 'create_${n}',
  description: 'Create one.',
  tool: true,
  params: {
    sku: z.string(),
    quantity: z.number().int().min(1).max(100),
    channel: z.enum(['web', 'shop', 'phone']),
    note: z.string().optional(),
  },
}, ({ sku, quantity, channel, note }, call) => {
  exact<string>()(sku)
  exact<number>()(quantity)
  exact<'web' | 'shop' | 'phone'>()(channel)
  exact<string | undefined>()(note)
  return reply({ sku, quantity, by: call.auth.subject }, { status: 201 })
})`,
  // A public list.
  (/** @type {number} */ n) => `
app.get('/r${n}', {
  public: true,
  params: { page: z.number().int().default(1), tags: z.array(z.string()).default([]) },
}, ({ page, tags }) => {
  exact<number>()(page)
  exact<string[]>()(tags)
  return { page, tags }
})`,
  // A change with a header and a nested object.
  (/** @type {number} */ n) => `
app.patch('/r${n}/{order_id}/lines/{line}', {
  name: 'change_${n}',
  description: 'Change one.',
  tool: true,
  params: {
    order_id: z.string(),
    line: z.number().int(),
    if_match: header(z.string()),
    address: z.object({ street: z.string(), city: z.string(), zip: z.string() }),
  },
}, ({ order_id, line, if_match, address }) => {
  exact<string>()(order_id)
  exact<number>()(line)
  exact<string>()(if_match)
  exact<string>()(address.city)
  return { order_id, line }
})`,
  // A delete.
  (/** @type {number} */ n) => `
app.delete('/r${n}/{order_id}', {
  name: 'remove_${n}',
  description: 'Remove one.',
  tool: true,
  cli: true,
  params: { order_id: z.uuid() },
}, ({ order_id }) => {
  exact<string>()(order_id)
})`,
]
