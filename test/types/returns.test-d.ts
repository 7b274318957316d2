// DESIGN §1: with `returns`, a wrong shape is a compile error, plain or inside reply(…).
import { encoded, reply, returning } from 'trefoil'
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

// A date is returned as one.
const dated = z.object({ at: z.date(), all: z.array(z.date().nullable()) })
app.get('/', { returns: dated }, () => ({ at: new Date(0), all: [null] }))

// The way back: what the schema decodes to goes in.
const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})
const event = z.object({ at: isoDate, name: z.string() })
app.get('/', { returns: event }, () => ({ at: '2026-01-01T00:00:00Z', name: 'a' }))
app.get('/', { returns: encoded(event) }, () => ({ at: new Date(0), name: 'a' }))
app.get('/', { returns: encoded(event) }, async () => reply({ at: new Date(0), name: 'a' }))
app.get('/', { returns: encoded(z.array(event).nullable()) }, () => null)
app.get('/', { returns: encoded(event, { jsonSchema: { type: 'object' } }) }, () => ({
  at: new Date(0),
  name: 'a',
}))
app.get('/', { returns: returning(z.instanceof(Uint8Array), { jsonSchema: {} }) }, () => {
  return new Uint8Array()
})
app.get('/', { returns: returning(Moment, { jsonSchema: {} }) }, () => '2026-01-01')
app.tool('a', { description: 'b', returns: encoded(event) }, () => ({
  at: new Date(0),
  name: 'a',
}))

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
// @ts-expect-error a date, not its text
app.get('/', { returns: dated }, () => ({ at: '2026-01-01', all: [] }))
// @ts-expect-error text is what is sent, not what is returned
app.get('/', { returns: encoded(event) }, () => ({ at: '2026-01-01T00:00:00Z', name: 'a' }))
// @ts-expect-error the name is missing
app.get('/', { returns: encoded(event) }, async () => reply({ at: new Date(0) }))
// @ts-expect-error not the bytes
app.get('/', { returns: returning(z.instanceof(Uint8Array), { jsonSchema: {} }) }, () => 'a')
// @ts-expect-error what has no way back
encoded(Moment)
// @ts-expect-error a schema alone says nothing new
returning(z.bigint())
// @ts-expect-error returns is a schema
app.get('/', { returns: { id: 'string' } }, () => order)

// @ts-expect-error a status is a number
reply(order, { status: '201' })
// @ts-expect-error not an option of a reply
reply(order, { code: 201 })
