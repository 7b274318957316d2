// What the source page says of the way of a call, of groups and of parts, by number, where nothing else holds it.
import { createApp, dependency, ImproperlyConfigured, type Middleware } from 'trefoil'
import {
  AuthContext,
  type Authenticator,
  guard,
  hasAllRoles,
  hasRole,
  hasScope,
} from 'trefoil/auth'
import { definePart } from 'trefoil/parts'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { ALL, alike, ENV, everywhere, type Json, Lines, on } from '../findings/surfaces.ts'

const quiet = () => ({ log: { logger: new Lines().logger }, env: ENV })

/** The token is the subject; roles are what the test says. */
function knows(roles: readonly string[] = [], asked: string[] = []): Authenticator<unknown> {
  return {
    name: 'own',
    scheme: { type: 'http', scheme: 'bearer' },
    authenticate: ({ bearer }) => {
      asked.push(bearer ?? 'nobody')
      return bearer === null ? null : new AuthContext({ subject: bearer, roles })
    },
  }
}

const codeOf = (problem: Json | null) => problem?.['code']

test('P-PIPE-1: who calls, where that is asked, and what they may do are three things', async () => {
  const asked: string[] = []
  const seen = await everywhere(
    () => {
      const trail: string[] = []
      const mayRead = guard({
        name: 'MayRead',
        check: (auth) => {
          trail.push(`guard of ${auth.subject}`)
          return auth.subject === 'ann'
        },
      })
      const app = createApp({
        ...quiet(),
        auth: [{ authenticate: knows([], asked), surfaces: ALL }],
      })
      // One provider, and the app says where it is asked: not for what is public.
      app.post('/open', { ...on('open'), public: true }, (_, call) => call.auth === null)
      // Known is all that is asked here,
      app.post('/known', on('known'), (_, call) => call.auth.subject)
      // and a guard decides here; it is given who calls, and never a credential.
      app.post('/read', { ...on('read'), guards: [mayRead] }, () => trail)
      return { app }
    },
    async ({ call }) => [
      (await call('open', {}, { token: 'bob' })).value,
      codeOf((await call('known')).problem),
      (await call('known', {}, { token: 'bob' })).value,
      codeOf((await call('read')).problem),
      codeOf((await call('read', {}, { token: 'bob' })).problem),
      (await call('read', {}, { token: 'ann' })).value,
    ],
  )
  const stranger = 'AUTHENTICATION_ERROR'
  const trail = ['guard of bob', 'guard of ann']
  expect(seen).toEqual(alike([true, stranger, 'bob', stranger, 'ACCESS_DENIED', trail]))
  // Nobody asked the provider for the public action: two strangers, two of bob, one of ann, a surface.
  expect(asked.toSorted()).toEqual(
    ['ann', 'bob', 'bob', 'nobody', 'nobody'].flatMap((name) => Array(5).fill(name)),
  )
})

test('P-PIPE-4: what an app is made of is fixed when it is first used', async () => {
  const trail: string[] = []
  const named =
    (name: string): Middleware =>
    (_call, next) => {
      trail.push(name)
      return next()
    }
  const app = createApp({ ...quiet(), publicSurfaces: ALL })
  const group = app.group('/g')
  const given = [named('of the route')]
  app.use(named('first'))
  group.post('/x', { ...on('x'), middleware: given }, () => 'done')
  app.use(named('second'))
  await using client = testClient(app)
  expect((await client.http.post('/g/x')).text).toBe('done')
  const before = trail.splice(0)
  expect(before).toEqual(['first', 'second', 'of the route'])
  // Too late, by whatever way.
  for (const late of [app, group]) {
    expect(() => late.use(named('late'))).toThrow(/^use\(\) .*before the app is first used/)
    expect(() => late.onError(Error, () => 'late')).toThrow(
      /^onError\(\) .*before the app is first/,
    )
  }
  given.push(named('late, into the list that was given'))
  const ways = {
    http: async () => (await client.http.post('/g/x')).text,
    mcp: async () => (await client.mcp.callTool('x')).text,
    remote: async () => JSON.stringify(await client.cli.call('x')),
    local: async () => JSON.stringify(await client.cli.call('x', {}, { local: true })),
  }
  for (const [name, call] of Object.entries(ways)) {
    expect(await call(), name).toContain('done')
    expect(trail.splice(0), name).toEqual(before)
  }
  // What would be missed if it were left out says so.
  expect(() => app.include(definePart({ name: 'late' }))).toThrow(ImproperlyConfigured)
  expect(() => app.get('/late', () => 'late')).toThrow(ImproperlyConfigured)
})

test('P-PIPE-5: an unknown action is answered before any middleware, guard or dependency', async () => {
  const seen = await everywhere(
    () => {
      const touched: string[] = []
      const touch = (what: string) => void touched.push(what)
      const app = createApp({
        ...quiet(),
        auth: [{ authenticate: knows(), surfaces: ALL }],
        guards: [
          guard({
            name: 'All',
            check: () => {
              touch('guard')
              return true
            },
          }),
        ],
      })
      app.use((_call, next) => {
        touch('middleware')
        return next()
      })
      const db = dependency(() => touch('dependency'), { name: 'db' })
      app.post('/x', { ...on('x'), params: { db } }, () => 'x')
      return { app, touched }
    },
    async ({ call }, { touched }) => {
      const { ok, problem, status } = await call('nothing_of_the_kind', {}, { token: 'ann' })
      const unknown = [ok, codeOf(problem), status, [...touched]]
      const stranger = codeOf((await call('nothing_of_the_kind')).problem)
      // The others are still there.
      return [unknown, stranger, (await call('x', {}, { token: 'ann' })).value, touched.length]
    },
  )
  // Where a name is all that is asked for, nobody learns which there are without being known.
  const ended = (code: string, status: number | null, stranger = 'AUTHENTICATION_ERROR') => [
    [false, code, status, []],
    ...[stranger, 'x', 3],
  ]
  expect(seen).toEqual({
    http: ended('not_found', 404, 'not_found'),
    'mcp-legacy': ended('mcp_unknown_tool', 200),
    'mcp-modern': ended('mcp_unknown_tool', 200),
    'cli-local': ended('unknown_action', null),
    'cli-remote': ended('unknown_action', 404),
  })
})

test('P-GRD-4 PW-03 PW-09: roles are in one place; state grants nothing, and no guard has an empty list', async () => {
  const seen = await everywhere(
    () => {
      const app = createApp({
        ...quiet(),
        auth: [
          {
            authenticate: knows(['admin']),
            surfaces: ALL,
            // As if the account had lost its last role since the token was made.
            onAuthenticated: (auth, { bearer }) => {
              if (bearer !== 'was-admin') return auth
              return new AuthContext({ ...auth, roles: [], claims: { roles: ['admin'] } })
            },
          },
        ],
        callState: () => ({ roles: new Set(['admin']) }),
      })
      app.post('/x', { ...on('x'), guards: [hasRole('admin')] }, () => 'in')
      return { app }
    },
    async ({ call }) => {
      const { problem } = await call('x', {}, { token: 'was-admin' })
      const told = problem?.['message'] ?? problem?.['detail']
      return [(await call('x', {}, { token: 'ann' })).value, codeOf(problem), told]
    },
  )
  const told = 'Requires any of roles [admin], but client has [(none)]'
  expect(seen).toEqual(alike(['in', 'ACCESS_DENIED', told]))
  for (const make of [hasRole, hasAllRoles, hasScope]) {
    expect(() => make(...([] as unknown as [string])), make.name).toThrow(ImproperlyConfigured)
  }
  const app = createApp({ ...quiet(), auth: [{ authenticate: knows(), surfaces: ALL }] })
  app.post('/x', { ...on('x'), roles: [] }, () => 'in')
  await expect(app.startup()).rejects.toThrow(/POST \/x.*roles/)
})
