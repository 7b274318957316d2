// `app.resource` and `app.prompt` are typed like tools: variables of the URI are arguments.
import { query } from 'trefoil'
import { z } from 'zod'
import { exact } from './expect.ts'
import { app, db, nothing, type Session, type User } from './setting.ts'

app.resource('store://products', { name: 'products' }, (_args, call) => {
  exact<User>()(call.auth.payload)
})
app.resource(
  'order://{order_id}/{part}{?page,size}',
  { name: 'order', params: { order_id: z.int(), page: query(z.int().default(1)), db } },
  ({ order_id, part, page, size, db }) => {
    exact<number>()(order_id)
    exact<string>()(part)
    exact<number>()(page)
    exact<string>()(size)
    exact<Session>()(db)
  },
)
app.resource(
  'open://{id}',
  {
    name: 'open',
    public: true,
    entries: ({ cursor, size }, call) => {
      exact<string | null>()(cursor)
      exact<number>()(size)
      void call.auth?.payload
      return { items: [{ uri: 'open://1', name: 'one' }] }
    },
  },
  nothing,
)
app.prompt('explain', { description: 'Explains.', params: { tone: z.string() } }, ({ tone }) => {
  exact<string>()(tone)
  return tone
})
app.get('/orders/{id}', { name: 'get_order', resource: 'order://{id}' }, nothing)

// @ts-expect-error a resource has a name
app.resource('store://nameless', {}, nothing)
// @ts-expect-error what is read is no tool
app.resource('store://tool', { name: 'tool', tool: true }, nothing)
// @ts-expect-error reading changes nothing
app.resource('store://change', { name: 'change', changes: true }, nothing)
// @ts-expect-error a variable has the name that the URI gives it
app.resource('order://{id}', { name: 'order' }, ({ order_id }) => order_id)
// @ts-expect-error what is held to a schema is of it
app.resource('store://held', { name: 'held', returns: z.object({ id: z.string() }) }, () => 7)
