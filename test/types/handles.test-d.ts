// Issue 11, item 6: registrations return handles, which carry what goes in and what comes out.
import {
  type ArgsOf,
  type CodesOf,
  file,
  files,
  header,
  query,
  type SurfacesOf,
  type ValueOf,
} from 'trefoil'
import { z } from 'zod'
import type { Equal, Expect } from './expect.ts'
import { exact } from './expect.ts'
import { app, db, nothing, Order } from './setting.ts'

/** Members side by side, so that an intersection equals what it comes to. */
type Flat<T> = { [Key in keyof T]: T[Key] }

const description = 'What it does.'
const order = { id: '7', total: 1, status: 'new' } as const

const getOrder = app.get(
  '/orders/{order_id}',
  {
    name: 'get_order',
    description,
    cli: true,
    params: { order_id: z.string(), full: query(z.boolean().default(false)), db },
    returns: Order,
    problems: ['order_not_found', 'order_locked'],
  },
  () => order,
)
type GetArgs = { readonly order_id: string; readonly full?: boolean | undefined }
export type Gets = Expect<Equal<Flat<ArgsOf<typeof getOrder>>, GetArgs>>
export type GetValue = Expect<
  Equal<
    ValueOf<typeof getOrder>,
    { readonly id: string; readonly total: number; readonly status: 'new' | 'paid' }
  >
>
export type GetCodes = Expect<Equal<CodesOf<typeof getOrder>, 'order_not_found' | 'order_locked'>>
export type GetSurfaces = Expect<Equal<SurfacesOf<typeof getOrder>, 'api' | 'cli'>>
exact<'get_order'>()(getOrder.name)
exact<string>()(getOrder.method)
exact<string>()(getOrder.url({ order_id: '7' }))
// @ts-expect-error no value for the name in the path
getOrder.url()
// @ts-expect-error an order's id is text
getOrder.url({ order_id: 7 })

// Without options: names of the path, and nothing promised of the answer.
const bare = app.get('/users/{id:int}/files/{rest:path}', nothing)
export type BareArgs = Expect<
  Equal<Flat<ArgsOf<typeof bare>>, { readonly id: number; readonly rest: string }>
>
export type BareValue = Expect<Equal<ValueOf<typeof bare>, unknown>>
export type BareCodes = Expect<Equal<CodesOf<typeof bare>, never>>
bare.url({ id: 7, rest: 'a/b' })
app.get('/orders', nothing).url()

// Groups: their prefix and their parameters.
const shop = app.group('/shops/{shop}', { params: { region: header(z.string()), db } })
const inShop = shop.post(
  '/orders',
  { params: { sku: z.string(), note: z.string().nullable() } },
  nothing,
)
export type InShop = Expect<
  Equal<
    Flat<ArgsOf<typeof inShop>>,
    {
      readonly region: string
      readonly sku: string
      readonly note?: string | null
      readonly shop: string
    }
  >
>
inShop.url({ shop: 'x' })

// What goes in is what the schema takes; what comes out is JSON.
const Event = z.object({
  at: z.date(),
  label: z.string().optional(),
  items: z.array(z.tuple([z.bigint()])),
})
const typed = app.route('PURGE')(
  '/events',
  { params: { since: query(z.string().transform((text) => new Date(text))) }, returns: Event },
  () => ({ at: new Date(), items: [] }),
)
export type TypedArgs = Expect<Equal<Flat<ArgsOf<typeof typed>>, { readonly since: string }>>
export type TypedValue = Expect<
  Equal<
    ValueOf<typeof typed>,
    {
      readonly at: string
      readonly label?: string | undefined
      readonly items: readonly (readonly [string])[]
    }
  >
>

// Files are blobs on their way in.
const upload = app.post(
  '/photos',
  { params: { photo: file(), thumb: file({ optional: true }), more: files() } },
  nothing,
)
export type UploadArgs = Expect<
  Equal<
    Flat<ArgsOf<typeof upload>>,
    { readonly photo: Blob; readonly more: readonly Blob[]; readonly thumb?: Blob | undefined }
  >
>

// Actions and tools have no path, and nothing to link to.
const purge = app.action('purge', { description, cli: true, params: { days: z.int() } }, nothing)
exact<'purge'>()(purge.name)
export type PurgeArgs = Expect<Equal<Flat<ArgsOf<typeof purge>>, { readonly days: number }>>
export type PurgeSurfaces = Expect<Equal<SurfacesOf<typeof purge>, 'cli'>>
// @ts-expect-error no path
purge.url
const find = app.tool('find', { description }, nothing)
export type FindSurfaces = Expect<Equal<SurfacesOf<typeof find>, 'mcp'>>
// @ts-expect-error codes are text
app.get('/wrong', { problems: [404] }, nothing)
// @ts-expect-error a handle does not change
getOrder.name = 'get_order'
