// Issue 11, item 7: a client is typed by the handles, in this process and remotely.
import { createApp, type ProblemCode } from 'trefoil'
import { type ClientProblem, type ClientResult, createClient, orThrow } from 'trefoil/client'
import { client } from 'trefoil/testing'
import { z } from 'zod'
import { type Equal, type Expect, exact } from './expect.ts'
import { nothing, Order } from './setting.ts'

const description = 'What it does.'
const app = createApp()
const getOrder = app.get(
  '/orders/{order_id}',
  {
    name: 'get_order',
    cli: true,
    description,
    params: { order_id: z.string(), full: z.boolean().optional() },
    returns: Order,
    problems: ['order_not_found'],
  },
  () => ({ id: '7', total: 1, status: 'new' }) as const,
)
const listOrders = app.get('/orders', { name: 'list_orders' }, nothing)
const purge = app.action('purge', { description, cli: true, params: { days: z.int() } }, nothing)
const ask = app.tool('ask', { description }, nothing)
const unnamed = app.get('/unnamed', nothing)
const oddly = app.get('/oddly', { name: 'Fetch.Oddly' }, nothing)

// In this process: every handle that can be called.
const api = client(app, { getOrder, listOrders, purge, ask, unnamed, oddly })
type Got = { readonly id: string; readonly total: number; readonly status: 'new' | 'paid' }
exact<Promise<ClientResult<Got, 'order_not_found'>>>()(api.getOrder({ order_id: '7' }))
exact<Promise<Got>>()(orThrow(api.getOrder({ order_id: '7', full: true }, { timeout: '1s' })))
api.listOrders()
api.listOrders({}, { signal: new AbortController().signal })
exact<Promise<unknown>>()(orThrow(api.purge({ days: 7 })))
api.unnamed()
api.oddly()
// @ts-expect-error a tool alone cannot be called over HTTP or by name
api.ask
// @ts-expect-error order_id is missing
api.getOrder({})
// @ts-expect-error order_id is missing
api.getOrder()
// @ts-expect-error order_id is text
api.getOrder({ order_id: 7 })
// @ts-expect-error no such argument
api.getOrder({ order_id: '7', ful: true })
// @ts-expect-error no such option
api.listOrders({}, { timeOut: '1s' })
// @ts-expect-error not a handle
client(app, { getOrder: 'get_order' })

// Failures: the codes of the action and of the framework, and no others.
export async function narrowed(): Promise<string> {
  const result = await api.getOrder({ order_id: '7' })
  if (result.ok) return result.value.status
  exact<ClientProblem<'order_not_found' | ProblemCode>>()(result.error)
  switch (result.error.code) {
    case 'order_not_found':
      return result.error.detail
    case 'VALIDATION_ERROR':
      return result.error.issues.map(({ message }) => message).join()
    // @ts-expect-error declared by nobody
    case 'order_lost':
      return ''
    default:
      return result.error.requestId ?? result.error.fix
  }
}

// Elsewhere: the types of the handles are all there is.
type Handles = {
  readonly app: typeof app
  readonly getOrder: typeof getOrder
  readonly listOrders: typeof listOrders
  readonly purge: typeof purge
  readonly ask: typeof ask
  readonly unnamed: typeof unnamed
}
const remote = createClient<Handles>('https://api.example.com')
exact<Promise<Got>>()(orThrow(remote.getOrder({ order_id: '7' })))
export type Keys = Expect<Equal<keyof typeof remote, 'getOrder' | 'listOrders' | 'purge'>>
createClient<Handles>('https://api.example.com', { token: async () => 't', names: {} })
createClient<Handles>('https://api.example.com', { token: process.env['TOKEN'], surface: 'cli' })
// @ts-expect-error a number has no unit
createClient<Handles>('https://api.example.com', { timeout: 30 })
// @ts-expect-error no such option
createClient<Handles>('https://api.example.com', { tokn: 't' })

// Whose handle is named otherwise has to be said.
type Odd = { readonly oddly: typeof oddly; readonly fetchOne: typeof getOrder }
const odd = createClient<Odd>('https://api.example.com', {
  names: { oddly: 'Fetch.Oddly', fetchOne: 'get_order' },
})
odd.oddly()
// @ts-expect-error names are missing
createClient<Odd>('https://api.example.com')
// @ts-expect-error one name is missing
createClient<Odd>('https://api.example.com', { names: { oddly: 'Fetch.Oddly' } })
// @ts-expect-error not the name of that action
createClient<Odd>('https://api.example.com', { names: { oddly: 'x', fetchOne: 'get_order' } })
