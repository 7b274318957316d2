// DESIGN §1: with `returns`, a wrong shape is a compile error, plain or inside reply(…).
import { reply } from 'trefoil'
import { z } from 'zod'
import { app, Moment, Order } from './setting.ts'

const order = { id: '7', total: 1, status: 'new' } as const
const wrong = { id: 7, total: 1, status: 'new' } as const
declare const found: z.infer<typeof Order> | null
const returns = Order

app.get('/', { returns }, () => order)
app.get('/', { returns }, async () => order)
app.get('/', { returns }, () => ({ id: '7', total: 1, status: 'new' }))
app.get('/', { returns }, async () => ({ id: '7', total: 1, status: 'paid' }))
app.get('/', { returns }, () => reply(order))
app.get('/', { returns }, async () => reply(order, { status: 201, headers: { etag: '"1"' } }))
app.get('/', { returns }, () => reply({ id: '7', total: 1, status: 'new' }, { status: 201 }))
app.get('/', { returns }, () => (found === null ? reply(order, { status: 201 }) : found))
app.get('/', { returns: Order.nullable() }, () => found)
app.get('/', { returns: z.array(Order) }, () => [order])

// What a schema takes in, so that it can fill in defaults and transform.
app.get('/', { returns: z.object({ page: z.int().default(1) }) }, () => ({}))
app.get('/', { returns: Moment }, () => '2026-01-01')

// Without `returns`, anything goes.
app.get('/', {}, () => wrong)
app.get('/', () => wrong)
app.get('/', {}, () => reply(wrong))
app.get('/', {}, () => undefined)

// @ts-expect-error id is text
app.get('/', { returns }, () => wrong)
// @ts-expect-error id is text
app.get('/', { returns }, async () => wrong)
// @ts-expect-error id is text
app.get('/', { returns }, () => reply(wrong))
// @ts-expect-error id is text
app.get('/', { returns }, async () => reply(wrong, { status: 201 }))
// @ts-expect-error status is missing
app.get('/', { returns }, () => ({ id: '7', total: 1 }))
// @ts-expect-error not one of the statuses
app.get('/', { returns }, () => ({ id: '7', total: 1, status: 'lost' }))
// @ts-expect-error may be null
app.get('/', { returns }, () => found)
// @ts-expect-error nothing
app.get('/', { returns }, () => undefined)
// @ts-expect-error nothing
app.get('/', { returns }, () => {})
// @ts-expect-error one, not many
app.get('/', { returns: z.array(Order) }, () => order)
// @ts-expect-error the output of the schema is not its input
app.get('/', { returns: Moment }, () => new Date(0))
// @ts-expect-error returns is a schema
app.get('/', { returns: { id: 'string' } }, () => order)

// @ts-expect-error a status is a number
reply(order, { status: '201' })
// @ts-expect-error not an option of a reply
reply(order, { code: 201 })
