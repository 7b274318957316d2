// DESIGN §1: `app.action` and `app.tool` are typed like routes, without an HTTP path.
import { body, file, query, reply } from 'trefoil'
import { requireAuth } from 'trefoil/auth'
import { z } from 'zod'
import { exact } from './expect.ts'
import { app, db, nothing, Order, type Session, type User } from './setting.ts'

const description = 'What it does.'
const order = { id: '7', total: 1, status: 'new' } as const

app.tool(
  'find_order',
  { description, params: { id: z.string(), full: query(z.boolean().default(false)), db } },
  ({ id, full, db }, call) => {
    exact<string>()(id)
    exact<boolean>()(full)
    exact<Session>()(db)
    exact<User>()(call.auth.payload)
  },
)
app.action(
  'purge',
  { description, cli: true, params: { days: z.int() }, guards: [requireAuth()] },
  ({ days }, call) => {
    exact<number>()(days)
    exact<string>()(call.auth.subject)
  },
)
app.action('both', { description, tool: true, cli: true, needsApproval: true }, nothing)
app.tool('again', { description, tool: true }, nothing)
app.tool('order', { description, returns: Order }, () => order)
app.tool('order', { description, returns: Order }, async () => reply(order))
app.tool('order', { description, title: 'Order', hints: { readOnlyHint: true } }, nothing)
app.tool('open', { description, public: ['mcp'] }, nothing)
app.tool('whole', { description, input: Order, params: { db } }, ({ id, total, db }, call) => {
  exact<string>()(id)
  exact<number>()(total)
  exact<Session>()(db)
  exact<User>()(call.auth.payload)
})
app.tool('whole', { description, input: body(Order, { jsonSchema: {} }) }, ({ id }) => {
  exact<string>()(id)
})
app.tool('listed', { description, listed: true, meta: { ui: { resourceUri: 'ui://a' } } }, nothing)
// @ts-expect-error of tools alone
app.action('whole', { description, input: Order, cli: true }, nothing)
app.group('/g').tool('grouped', { description }, nothing)

// @ts-expect-error a tool has a description
app.tool('bare', {}, nothing)
// @ts-expect-error an action has a description
app.action('bare', { cli: true }, nothing)
// @ts-expect-error the name is the first argument
app.tool('named', { description, name: 'other' }, nothing)
// @ts-expect-error a tool is a tool
app.tool('off', { description, tool: false }, nothing)
// @ts-expect-error not an option
app.tool('typo', { description, guard: [requireAuth()] }, nothing)
// @ts-expect-error status is missing
app.tool('shape', { description, returns: Order }, () => ({ id: '7', total: 1 }))
// @ts-expect-error id is text
app.tool('reply', { description, returns: Order }, () => reply({ ...order, id: 7 }))
// @ts-expect-error a file parameter on a tool
app.tool('file', { description, params: { picture: file() } }, nothing)
// @ts-expect-error a file parameter on a CLI action
app.action('file', { description, cli: true, params: { picture: file() } }, nothing)
// @ts-expect-error an action is not on HTTP
app.action('open', { description, tool: true, public: ['api'] }, nothing)
// @ts-expect-error not a CLI action
app.tool('open', { description, public: ['cli'] }, nothing)
// @ts-expect-error a handler that wants another type than the schema gives
app.tool('misfit', { description, params: { a: z.string() } }, ({ a }: { a: number }) => a)
// @ts-expect-error an action has options
app.tool('none', nothing)
