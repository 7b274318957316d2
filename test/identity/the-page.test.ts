// What the source page says of providers, of the middleware between them and a handler, and of clients,
// where it is said by number and nothing else holds it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp, ImproperlyConfigured } from 'trefoil'
import { AuthContext, type Authenticator, guard, hasRole, jwtAuth } from 'trefoil/auth'
import { createRemoteTarget } from 'trefoil/client'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { ALL, alike, ENV, everywhere, Lines, on } from '../findings/surfaces.ts'

const KEY = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const quiet = { log: { logger: new Lines().logger }, env: ENV }

test('PW-01 P-PROV-3 P-MW-3: what an authenticator of one’s own returns is what guards see', async () => {
  const own: Authenticator<unknown> = {
    name: 'own',
    scheme: { type: 'http', scheme: 'bearer' },
    authenticate: ({ bearer }) =>
      bearer === null
        ? null
        : new AuthContext({ subject: bearer, roles: ['writer'], claims: { roles: ['admin'] } }),
  }
  const seen = await everywhere(
    () => {
      const app = createApp({ ...quiet, auth: [{ authenticate: own, surfaces: ALL }] })
      app.post('/write', { ...on('write'), guards: [hasRole('writer', 'editor')] }, () => 'in')
      // Claims are facts about the credential; only what is returned as roles is one.
      app.post('/rule', { ...on('rule'), guards: [hasRole('admin')] }, () => 'in')
      return { app }
    },
    async ({ call }) => [
      (await call('write', {}, { token: 'ann' })).value,
      (await call('rule', {}, { token: 'ann' })).problem?.['code'],
    ],
  )
  expect(seen).toEqual(alike(['in', 'ACCESS_DENIED']))
})

test('P-MW-1: what is public asks no authenticator, whatever is sent', async () => {
  let asked = 0
  const own: Authenticator<unknown> = {
    name: 'own',
    scheme: { type: 'http', scheme: 'bearer' },
    authenticate: (_request) => {
      asked++
      return new AuthContext({ subject: 'ann' })
    },
  }
  const seen = await everywhere(
    () => {
      const app = createApp({ ...quiet, auth: [{ authenticate: own, surfaces: ALL }] })
      app.post('/open', { ...on('open'), public: true }, (_, call) => call.auth === null)
      return { app }
    },
    async ({ call }) => (await call('open', {}, { token: 'ann' })).value,
  )
  expect(seen).toEqual(alike(true))
  expect(asked).toBe(0)
})

test.each([
  ['at once', (auth: AuthContext) => new AuthContext({ ...auth, metadata: { plan: 'gold' } })],
  [
    'later',
    async (auth: AuthContext) => {
      await Promise.resolve()
      return new AuthContext({ ...auth, metadata: { plan: 'gold' } })
    },
  ],
])('P-MW-4: onAuthenticated answers %s, and all that comes after sees it', async (_, hook) => {
  const jwt = jwtAuth({ keys: KEY })
  const app = createApp({
    ...quiet,
    auth: [{ authenticate: jwt, surfaces: ['api'], onAuthenticated: hook }],
    publicSurfaces: ['mcp', 'cli'],
  })
  const seen: unknown[] = []
  const watching = guard({
    name: 'Watching',
    check: (auth) => {
      seen.push(auth.metadata['plan'])
      return true
    },
  })
  app.get('/x', { guards: [watching] }, (_, call) => ({ plan: call.auth.metadata['plan'] }))
  await using client = testClient(app)
  const headers = { authorization: `Bearer ${await jwt.createToken({ sub: 'ann' })}` }
  expect((await client.http.get('/x', { headers })).json()).toEqual({ plan: 'gold' })
  expect(seen).toEqual(['gold'])
})

test('P-MW-6: each message is its own caller, whoever began', async () => {
  const jwt = jwtAuth({ keys: KEY })
  const app = createApp({ ...quiet, auth: [{ authenticate: jwt, surfaces: ALL }] })
  app.post('/who', on('who'), (_, call) => call.auth.subject)
  await using client = testClient(app)
  const as = async (sub: string | null) => {
    const headers: Record<string, string> = {}
    if (sub !== null) headers['authorization'] = `Bearer ${await jwt.createToken({ sub })}`
    const params = { name: 'who', arguments: {} }
    return client.mcp.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers)
  }
  expect((await as('ann')).text).toContain('ann')
  expect((await as('bob')).text).toContain('bob')
  expect((await as(null)).status).toBe(401)
})

test('P-CLI-1: the helpers of a context', () => {
  const auth = new AuthContext({ subject: 'a', roles: ['x', 'y'], scopes: ['s', 't'] })
  expect([auth.hasRole('x'), auth.hasRole('z')]).toEqual([true, false])
  expect([auth.hasAnyRole('z', 'y'), auth.hasAnyRole('z'), auth.hasAnyRole()]).toEqual([
    ...[true, false, false],
  ])
  expect([auth.hasAllRoles('x', 'y'), auth.hasAllRoles('x', 'z')]).toEqual([true, false])
  expect([auth.hasScope('s'), auth.hasScope('S')]).toEqual([true, false])
  expect([auth.hasAnyScope('q', 't'), auth.hasAnyScope('q')]).toEqual([true, false])
  expect([auth.hasAllScopes('s', 't'), auth.hasAllScopes('s', 'q')]).toEqual([true, false])
})

test('P-CLT-1: a client sends its token with each call, a fresh one each time, and nothing of who it is', async () => {
  const sent: string[][] = []
  const server = createServer((request, response) => {
    sent.push(request.rawHeaders)
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let count = 0
  try {
    const fresh = createRemoteTarget({ url, token: async () => `token-${++count}` })
    await fresh.manifest()
    await fresh.manifest()
    await createRemoteTarget({ url, headers: { 'x-api-key': 'k1' } }).manifest()
    const bad = createRemoteTarget({ url, token: async () => 'one\r\nx-role: admin' })
    const answer = await bad.manifest().then(JSON.stringify, String)
    expect(answer).not.toContain('x-role')
  } finally {
    server.closeAllConnections()
    server.close()
  }
  const names = sent.map((raw) => raw.filter((_, at) => at % 2 === 0).map((n) => n.toLowerCase()))
  const values = sent.map((raw) => raw.filter((_, at) => at % 2 === 1))
  expect(sent).toHaveLength(3)
  expect(values[0]).toContain('Bearer token-1')
  expect(values[1]).toContain('Bearer token-2')
  expect(values[2]).toContain('k1')
  expect(names.flat().filter((name) => /role|scope|subject|user-id|client-id/.test(name))).toEqual(
    [],
  )
})

test('P-PROV-2 PW-23: an authenticator that cannot check anything stops the start', () => {
  const start = (authenticate: unknown) => () =>
    createApp({
      ...quiet,
      auth: [{ authenticate: authenticate as Authenticator, surfaces: ['api'] }],
      publicSurfaces: ['mcp', 'cli'],
    })
  for (const one of [
    { name: 'x' },
    { name: 'x', verify_token: () => true },
    null,
    {},
    () => null,
  ]) {
    expect(start(one)).toThrow(ImproperlyConfigured)
  }
  // There is no last one that wins: two for one surface stop the start as well.
  const auth = [
    { authenticate: jwtAuth({ keys: KEY }), surfaces: ['api'] },
    { authenticate: jwtAuth({ keys: KEY }), surfaces: ['api'] },
  ] as const
  expect(() => createApp({ ...quiet, auth: [...auth], publicSurfaces: ['mcp', 'cli'] })).toThrow(
    ImproperlyConfigured,
  )
})
