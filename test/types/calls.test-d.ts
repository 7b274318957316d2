// FND-32, FND-35, FND-39, FND-40: what handlers, guards, providers, hooks and records know of a call,
// and what middleware has to give back.

import { createApp, dependency, type Logger, reply } from 'trefoil'
import { AuthContext, guard } from 'trefoil/auth'
import { exact } from './expect.ts'
import { app, db, findUser, nothing, type Session, type User } from './setting.ts'

type Kind = 'person' | 'agent' | 'service' | 'unknown'

// call.client, on every view.
app.get('/', (_, call) => {
  exact<string | null>()(call.client.address)
  exact<string | null>()(call.client.userAgent)
  // @ts-expect-error there is one place for it
  return call.request.clientAddress
})
// @ts-expect-error a view: nothing is assigned
app.get('/', (_, call) => (call.client.address = 'x'))
// @ts-expect-error a view: nothing is assigned
app.get('/', (_, call) => (call.args = {}))
// @ts-expect-error a view: nothing is assigned
app.get('/', (_, call) => (call.auth = new AuthContext<User>({ subject: 'ada' })))

// call.log takes a message, or fields and a message.
app.get('/', (_, call) => {
  exact<Logger>()(call.log)
  call.log.info('x')
  call.log.info({ count: 1 }, 'x')
  // @ts-expect-error fields come first
  call.log.info('x', { count: 1 })
  return null
})

// call.background, always or after success.
app.get('/', (_, call) => {
  call.background(() => {})
  call.background(async () => 1, { always: true })
  call.background(async (task) => {
    exact<typeof call.auth>()(task.auth)
    exact<Session>()(await task.resolve(db))
    // @ts-expect-error the arguments are over
    task.args
    // @ts-expect-error and so is the request
    task.request
  })
  // @ts-expect-error no such option
  call.background(() => {}, { allways: true })
  // @ts-expect-error work is a function
  call.background(Promise.resolve())
  return null
})

// AuthContext: kind and tenant; rights are no Set.
const ada = new AuthContext({ subject: 'ada', kind: 'person', tenant: 'acme', roles: ['admin'] })
exact<Kind>()(ada.kind)
exact<string | null>()(ada.tenant)
exact<boolean>()(ada.roles.has('admin'))
new AuthContext({ subject: 'ada', tenant: null })
new AuthContext({ subject: 'ada', tenant: undefined })
// @ts-expect-error no such kind
new AuthContext({ subject: 'ada', kind: 'robot' })
// @ts-expect-error a tenant is text
new AuthContext({ subject: 'ada', tenant: 7 })
// @ts-expect-error nobody adds rights
ada.roles.add('root')
// @ts-expect-error nobody changes what they are
ada.kind = 'agent'

// A provider knows who calls, but not for certain: it may work for the authenticator.
dependency((_uses, call) => {
  exact<AuthContext<unknown> | null>()(call.auth)
  exact<string | null>()(call.client.userAgent)
  exact<AbortSignal>()(call.signal)
  exact<Logger>()(call.log)
  exact<Promise<Session>>()(call.resolve(db))
  exact<Readonly<Record<string, unknown>>>()(call.args)
  // @ts-expect-error what a provider may not do is in no type
  return call.background
})

// A guard is asked about somebody.
guard({
  name: 'Same',
  check: (auth, call) => {
    exact<Kind>()(auth.kind)
    exact<string | null>()(call.client.address)
    return true
  },
})

// An authenticator sees credentials, and nobody yet.
createApp({
  auth: [
    {
      authenticate: async (request) => {
        exact<string | null>()(request.bearer)
        exact<string | null>()(request.headers.get('x'))
        exact<string | null>()(request.client.address)
        exact<Promise<Session>>()(request.resolve(db))
        // @ts-expect-error nobody is known yet
        request.auth
        return findUser()
      },
      surfaces: ['api'],
    },
  ],
})

// An approval hook.
createApp({
  approval: async (request) => {
    exact<string>()(request.action)
    exact<string>()(request.argumentsHash)
    exact<string>()(request.token)
    exact<Readonly<Record<string, unknown>>>()(request.args)
    exact<AuthContext<unknown> | null>()(request.auth)
    exact<'api' | 'mcp' | 'cli'>()(request.source)
    exact<string | null>()(request.client.address)
    exact<AbortSignal>()(request.signal)
    request.log.info('asked')
    exact<Session>()(await request.resolve(db))
    // @ts-expect-error the arguments are frozen
    request.args['amount'] = 999
    return true
  },
})
// @ts-expect-error only a boolean answers
createApp({ approval: () => 'yes' })
// @ts-expect-error a hook that says nothing approves nothing
createApp({ approval: () => {} })

// The record of a call.
createApp({
  log: {
    onCall: (record) => {
      exact<string>()(record.callId)
      exact<string>()(record.requestId)
      exact<number>()(record.time)
      exact<'api' | 'mcp' | 'cli'>()(record.surface)
      exact<'server' | 'local'>()(record.entrypoint)
      exact<string | null>()(record.action)
      exact<'person' | 'agent' | 'unknown'>()(record.driven)
      exact<Kind>()(record.kind)
      exact<string | null>()(record.tenant)
      exact<string | null>()(record.client.userAgent)
      exact<'ok' | 'dry_run' | 'refused' | 'failed' | 'aborted'>()(record.outcome)
      exact<string | null>()(record.problem)
      exact<string | null>()(record.argumentsHash)
      exact<boolean>()(record.dryRun)
      exact<Readonly<Record<string, unknown>> | null>()(record.meta)
      // @ts-expect-error a record is not changed
      record.outcome = 'ok'
      // @ts-expect-error no headers, no body: those may hold secrets
      return record.headers
    },
  },
})
createApp({ log: { onCall: async () => {} } })
// @ts-expect-error a function
createApp({ log: { onCall: true } })

/** The doors name what functions of one's own are typed by. */
export interface Named {
  readonly record: import('trefoil').CallRecord
  readonly onCall: import('trefoil').OnCall
  readonly client: import('trefoil').ClientFacts
  readonly provider: import('trefoil').ProviderCall
  readonly kind: import('trefoil/auth').PrincipalKind
}

declare const use: (middleware: import('trefoil').Middleware) => void
declare const flag: boolean
declare const cache: Map<string, unknown>
use((_call, next) => next())
use(async (_call, next) => next())
use(async (_call, next) => await next())
use(async (_call, next) => {
  const value = await next()
  return { value }
})
use(() => null)
use(() => 'at once')
use(() => [1, 2])
use(() => new Uint8Array(1))
use(() => reply({ cached: true }, { status: 200 }))
use(async () => reply({ cached: true }, { status: 200 }))
use(async function* () {
  yield 'a'
})
use((call, next) => (call.auth === null ? 'nobody' : next()))
use((_call, next) => cache.get('a') ?? next())
use(async () => cache.get('a') ?? null)
use(async (_call, next) => {
  try {
    return await next()
  } catch {
    return 'caught'
  }
})
use((): never => {
  throw new Error('no')
})
use(async () => {
  throw new Error('no')
})
use(nothing)
// @ts-expect-error what next() gave is not returned
use(async (_call, next) => {
  await next()
})
// @ts-expect-error next() is neither awaited nor returned
use((_call, next) => {
  next()
})
// @ts-expect-error nothing is returned
use(() => {})
// @ts-expect-error nothing is returned in one of two ways
use(async (_call, next) => {
  if (flag) return
  await next()
})
// @ts-expect-error nothing is returned in one of two ways
use(async (_call, next) => {
  if (flag) return next()
})
// @ts-expect-error a function that returns nothing, declared elsewhere
use(logs)
declare function logs(call: import('trefoil').Call, next: () => Promise<unknown>): Promise<void>
