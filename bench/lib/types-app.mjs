// Writes the source of an app with many routes, five kinds in turn. Every handler uses its
// arguments at their exact types, so an app that infers `any` or too little does not compile.

/**
 * Calls every route once that has a name, as a program elsewhere does: by the types of the handles.
 *
 * @param {number} routes
 * @param {string} dist folder of the built package, as an import path
 */
export function callsSource(routes, dist) {
  const calls = Array.from({ length: routes }, (_, index) => call(index)).flat()
  return `import { createClient } from '${dist}/client.js'
import type * as handles from './app.ts'

const api = createClient<typeof handles>('https://api.example.com')
${calls.join('\n')}
`
}

/** @param {number} index */
function call(index) {
  const text = "'x'"
  const args = [
    `readItem${index}({ order_id: ${text}, verbose: true })`,
    `createItem${index}({ sku: ${text}, quantity: 1, channel: 'web' })`,
    null,
    `changeItem${index}({ order_id: ${text}, line: 1, if_match: ${text}, address: { street: ${text}, city: ${text}, zip: ${text} } })`,
    `removeItem${index}({ order_id: ${text} })`,
  ][index % kinds.length]
  if (args === null) return []
  const result = `result_${index}`
  const read = index % kinds.length === 0 ? `if (${result}.ok) ${result}.value.total.toFixed()` : ''
  return [`const ${result} = await api.${args}`, `if (!${result}.ok) ${result}.error.code`, read]
}

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
export const readItem${n} = app.get('/r${n}/{order_id}', {
  name: 'read_item${n}',
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
export const createItem${n} = app.post('/r${n}', {
  name: 'create_item${n}',
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
export const list_${n} = app.get('/r${n}', {
  public: true,
  params: { page: z.number().int().default(1), tags: z.array(z.string()).default([]) },
}, ({ page, tags }) => {
  exact<number>()(page)
  exact<string[]>()(tags)
  return { page, tags }
})`,
  // A change with a header and a nested object.
  (/** @type {number} */ n) => `
export const changeItem${n} = app.patch('/r${n}/{order_id}/lines/{line}', {
  name: 'change_item${n}',
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
export const removeItem${n} = app.delete('/r${n}/{order_id}', {
  name: 'remove_item${n}',
  description: 'Remove one.',
  tool: true,
  cli: true,
  params: { order_id: z.uuid() },
}, ({ order_id }) => {
  exact<string>()(order_id)
})`,
]
