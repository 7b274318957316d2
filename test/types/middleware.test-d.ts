// DESIGN §1: middleware and error handlers are typed by what they handle.

import {
  type Call,
  createApp,
  HttpError,
  handle,
  type Middleware,
  Problem,
  type Returned,
  reply,
} from 'trefoil'
import type { AuthContext } from 'trefoil/auth'
import { exact } from './expect.ts'
import { app, nothing, type User } from './setting.ts'

class OutOfStock extends Error {
  readonly sku: string = ''
}
abstract class Abstract extends Error {
  readonly left = 0
}

app.use(async (call, next) => {
  exact<AuthContext<User> | null>()(call.auth)
  exact<'api' | 'mcp' | 'cli'>()(call.source)
  exact<Readonly<Record<string, unknown>>>()(call.args)
  const value = await next()
  exact<Returned>()(value)
  return value
})
// @ts-expect-error: what next() gave must be returned (FND-35)
app.use(async (_call, next) => {
  await next()
})
// @ts-expect-error: the same without waiting
app.use((_call, next) => {
  next()
})
// @ts-expect-error: returned on one way only
app.use(async (call, next) => {
  if (call.source === 'api') return next()
})
const cached = new Map<string, Returned>()
app.use(async (call, next) => cached.get(call.action.name) ?? next())
app.use((_call, next) => Promise.all([next(), next()]))

const timed: Middleware = async (call, next) => {
  exact<AuthContext | null>()(call.auth)
  return call.source === 'api' ? next() : null
}
app.get('/', { middleware: [timed] }, nothing)
app.get('/', { middleware: [(call, next) => (call.auth === null ? null : next())] }, nothing)
app.group('/g', { middleware: [timed] }).use((_call, next) => next())

app.onError(OutOfStock, (error, call) => {
  exact<OutOfStock>()(error)
  exact<AuthContext<User> | null>()(call.auth)
  return reply({ sku: error.sku }, { status: 409 })
})
app.onError(Abstract, (error) => exact<number>()(error.left))
app.onError(Problem, (error) => exact<Problem>()(error))
app.group('/g').onError(HttpError, async (error) => exact<number>()(error.status))

const handled = handle(OutOfStock, (error, call) => {
  exact<OutOfStock>()(error)
  exact<Call>()(call)
})
app.get('/', { errorHandlers: [handled] }, nothing)
app.group('/g', { errorHandlers: [handled] })

// @ts-expect-error middleware calls next, with nothing
app.use((_call, next) => next(1))
// @ts-expect-error the caller may be anonymous
app.use((call) => call.auth.subject)
// @ts-expect-error not a member of this error
app.onError(OutOfStock, (error) => error.price)
// @ts-expect-error not a member of this error
handle(OutOfStock, (error) => error.price)
// @ts-expect-error a class of errors, not one error
app.onError(new OutOfStock(), () => null)
// @ts-expect-error made with onError
app.get('/', { errorHandlers: [() => null] }, nothing)
// @ts-expect-error middleware takes a call
app.get('/', { middleware: [(text: string) => text] }, nothing)
// @ts-expect-error middleware is not among an app's options: app.use
createApp({ middleware: [timed] })
