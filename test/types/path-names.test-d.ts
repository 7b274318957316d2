// DESIGN §1: names in the path template are arguments, declared or not.
import { path } from 'trefoil'
import { z } from 'zod'
import { exact } from './expect.ts'
import { app, db, type Session } from './setting.ts'

app.get('/orders/{order_id}', {}, ({ order_id }) => exact<string>()(order_id))
app.get('/orders/{order_id}', ({ order_id }) => exact<string>()(order_id))
app.get('/users/{id:int}', {}, ({ id }) => exact<number>()(id))
app.get('/users/{id:int}', ({ id }) => exact<number>()(id))

app.put('/a/{first}/b/{second:int}/c/{third}', {}, ({ first, second, third }) => {
  exact<string>()(first)
  exact<number>()(second)
  exact<string>()(third)
})

// A declared schema decides over the template.
app.get('/years/{year}', { params: { year: z.int() } }, ({ year }) => exact<number>()(year))
app.get('/years/{year}', { params: { year: path(z.int()) } }, ({ year }) => exact<number>()(year))

// Undeclared names stand beside declared ones.
app.patch(
  '/orders/{order_id}/lines/{line:int}',
  { params: { amount: z.number(), db } },
  ({ order_id, line, amount, db }) => {
    exact<string>()(order_id)
    exact<number>()(line)
    exact<number>()(amount)
    exact<Session>()(db)
  },
)

app.route('PURGE')('/caches/{name}', {}, ({ name }) => exact<string>()(name))

app.get('/orders/{order_id}', {}, (args) => {
  // @ts-expect-error not a name of this path
  args.orderId
})
app.get('/orders/{order_id}', (args) => {
  // @ts-expect-error not a name of this path
  args.orderId
})

declare const anyPath: string
app.get(anyPath, {}, (args) => {
  // @ts-expect-error a path that is not known to the compiler promises no names
  args.order_id
})
