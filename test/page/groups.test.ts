// What the source page says of routers, by number: groups, and parts that bring actions along.
import { createApp, ImproperlyConfigured, type Middleware } from 'trefoil'
import { AuthContext, type Authenticator, hasRole } from 'trefoil/auth'
import { definePart } from 'trefoil/parts'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { ALL, alike, ENV, everywhere, Lines, on } from '../findings/surfaces.ts'

const quiet = () => ({ log: { logger: new Lines().logger }, env: ENV })

/** The token is a list of roles. */
const byRoles: Authenticator<unknown> = {
  name: 'own',
  scheme: { type: 'http', scheme: 'bearer' },
  authenticate: ({ bearer }) =>
    bearer === null ? null : new AuthContext({ subject: 'ann', roles: bearer.split('.') }),
}

test('P-RTR-1 P-RTR-2: a group has a prefix for paths, tags, guards and middleware; names stay as they are', async () => {
  const trail: string[] = []
  const named =
    (name: string): Middleware =>
    (_call, next) => {
      trail.push(name)
      return next()
    }
  const app = createApp({ ...quiet(), auth: [{ authenticate: byRoles, surfaces: ALL }] })
  const outer = app.group('/hr', {
    tags: ['hr'],
    guards: [hasRole('staff')],
    middleware: [named('hr')],
  })
  const inner = outer.group('/pay', {
    tags: ['money'],
    guards: [hasRole('payroll')],
    middleware: [named('pay')],
  })
  inner.post('/run', { ...on('run_pay'), tags: ['monthly'] }, (_, call) => [
    call.action.name,
    call.action.path,
    ...call.action.tags,
  ])
  await using client = testClient(app)
  const asked = { token: 'staff.payroll' }
  const value = ['run_pay', '/hr/pay/run', 'hr', 'money', 'monthly']
  expect((await client.http.post('/hr/pay/run', asked)).json()).toEqual(value)
  expect(JSON.parse((await client.mcp.callTool('run_pay', {}, asked)).text)).toEqual(value)
  expect(await client.cli.call('run_pay', {}, asked)).toMatchObject({ body: value })
  expect(trail).toEqual(['hr', 'pay', 'hr', 'pay', 'hr', 'pay'])
  // Both guards count, the outer one first.
  const denied = async (token: string) => (await client.http.post('/hr/pay/run', { token })).text
  expect(await denied('payroll')).toContain('any of roles [staff]')
  expect(await denied('staff')).toContain('any of roles [payroll]')
})

test('P-RTR-1: no prefix keeps two actions of one name apart', async () => {
  const app = createApp({ ...quiet(), publicSurfaces: ALL })
  app.group('/a').post('/x', on('x'), () => 'a')
  app.group('/b').post('/x', on('x'), () => 'b')
  await expect(app.startup()).rejects.toThrow(
    'Duplicate tool name: x (route POST /a/x and route POST /b/x)',
  )
})

test('P-RTR-3 PW-10: no group opens anything; `public` stands on the action alone', async () => {
  const app = createApp({ ...quiet(), auth: [{ authenticate: byRoles, surfaces: ALL }] })
  // Plain JavaScript may write what the types do not have.
  for (const option of ['auth', 'requireAuth']) {
    const open = { [option]: false } as object
    expect(() => app.group('/g', open)).toThrow(`Group '/g': unknown option '${option}'`)
  }
  const open: object = { public: true }
  expect(() => app.group('/g', open)).toThrow("Group '/g': public is an option of routes")
  const seen = await everywhere(
    () => {
      const one = createApp({ ...quiet(), auth: [{ authenticate: byRoles, surfaces: ALL }] })
      const group = one.group('', { tags: ['g'] })
      group.post('/closed', on('closed'), () => 'closed')
      group.post('/open', { ...on('open'), public: true }, () => 'open')
      return { app: one }
    },
    async ({ call }) => [(await call('closed')).problem?.['code'], (await call('open')).value],
  )
  expect(seen).toEqual(alike(['AUTHENTICATION_ERROR', 'open']))
})

test('P-RTR-4 PW-39: what a part brings keeps its guards, time and error handlers, under those of the app', async () => {
  class Empty extends Error {}
  const build = () => {
    const trail: string[] = []
    const shelf = definePart({
      name: 'shelf',
      actions: (routes) => {
        const group = routes.group('', { guards: [hasRole('clerk')] })
        group.onError(Empty, () => 'the shelf is empty')
        group.post('/take', on('take'), () => {
          throw new Empty()
        })
        const brief = group.group('', { timeout: '250ms' })
        brief.post('/slow', on('slow'), (_, call) => {
          return new Promise((resolve) => call.signal.addEventListener('abort', resolve))
        })
      },
    })
    const app = createApp({
      ...quiet(),
      auth: [{ authenticate: byRoles, surfaces: ALL }],
      guards: [hasRole('staff')],
    })
    app.use((_call, next) => {
      trail.push('middleware of the app')
      return next()
    })
    expect(app.include(shelf)).toBeUndefined()
    return { app, trail }
  }
  const seen = await everywhere(build, async ({ call }, { trail }) => [
    (await call('take')).problem?.['code'],
    (await call('take', {}, { token: 'clerk' })).problem?.['code'],
    (await call('take', {}, { token: 'staff' })).problem?.['code'],
    [...trail],
    (await call('take', {}, { token: 'staff.clerk' })).value,
    (await call('slow', {}, { token: 'staff.clerk' })).problem?.['code'],
    trail.length,
  ])
  const denied = 'ACCESS_DENIED'
  expect(seen).toEqual(
    alike([
      ...['AUTHENTICATION_ERROR', denied, denied, []],
      ...['the shelf is empty', 'TIMEOUT', 2],
    ]),
  )
  const { app } = build()
  expect(() => app.include(definePart({ name: 'shelf' }))).toThrow(ImproperlyConfigured)
})
