// Routes in files of their own: functions that take an app or a group of it, and name its type.
import { type App, createApp, handle, type Routes } from 'trefoil'
import type { AuthContext } from 'trefoil/auth'
import { type Equal, type Expect, exact } from './expect.ts'
import { apiOnly, app, findUser, named, open, type User } from './setting.ts'

declare function onApp(routes: Routes<typeof app>): void
declare function onAny(routes: Routes): void

// An app and its groups, whatever the prefix and the parameters of the group.
onApp(app)
onApp(app.group('/orders'))
onApp(app.group('/orders/{order_id:int}', { roles: ['clerk'], params: {} }))
onAny(app)
onAny(open)
onAny(apiOnly.group('/x'))

// @ts-expect-error its handlers would count on a caller where nobody is asked who is calling
onApp(open)
// @ts-expect-error the same on two of three surfaces
onApp(apiOnly)
// @ts-expect-error the same in a group
onApp(apiOnly.group('/orders'))

// Handlers know what those in the file of the app know.
function orders(routes: Routes<typeof app>): void {
  routes.get('/orders/{order_id:int}', ({ order_id }, call) => {
    exact<number>()(order_id)
    exact<AuthContext<User>>()(call.auth)
  })
  routes.post('/orders', { ...named, tool: true, cli: true }, (_, call) => {
    exact<AuthContext<User>>()(call.auth)
  })
  routes.get('/open', { public: true }, (_, call) => {
    exact<AuthContext<User> | null>()(call.auth)
  })
}
orders(app)

function whatever(routes: Routes): void {
  routes.get('/x', (_, call) => {
    exact<AuthContext<unknown> | null>()(call.auth)
  })
}
whatever(app)

// A group with parameters can be named, and what has not got them is none.
const tenants = app.group('/tenants/{tenant_id:int}')
function reports(routes: typeof tenants): void {
  routes.get('/reports/{name}', ({ tenant_id, name }) => {
    exact<number>()(tenant_id)
    exact<string>()(name)
  })
}
reports(tenants)
// @ts-expect-error no tenant in its path
reports(app)
// @ts-expect-error a tenant, but no number
reports(app.group('/tenants/{tenant_id}'))

// Values of the app.
const stateful = createApp({
  state: { pool: 7 },
  auth: [{ authenticate: findUser, surfaces: ['api'] }],
})
declare function onStateful(routes: Routes<typeof stateful>): void
// @ts-expect-error its `state` has no pool
onStateful(app)
onStateful(stateful.group('/a'))

// Any app.
function start(any: App): Promise<void> {
  return any.startup()
}
start(app)
start(open)
start(stateful)

export type Checks = [Expect<Equal<Routes<typeof app>, Routes<typeof app>>>]

// Neither can be made by hand.
// @ts-expect-error a type only
void new App()
// @ts-expect-error a type only
void new Routes()

// The entry of `errorHandlers` has a name of its own.
handle(RangeError, (error, call) => {
  exact<RangeError>()(error)
  exact<AuthContext<unknown> | null>()(call.auth)
})
// @ts-expect-error a class, not a name
handle('RangeError', () => null)
