// Attack: somebody who may do little tries to be let past a guard: by what is declared further in, by guards that
// answer oddly or never, by names that look like those of a role, by objects that look like a caller.
import { createApp } from 'trefoil'
import {
  AuthContext,
  anyOf,
  type Guard,
  guard,
  hasRole,
  hasScope,
  inputGuard,
  permissions,
  requireAuth,
  requireClientId,
} from 'trefoil/auth'
import { definePart } from 'trefoil/parts'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const base = { env: {}, log: { logger: silent } } as const
const about = { description: 'd', tool: true, cli: true } as const

/** Whoever has a token is known by what it says. */
const auth = [
  {
    authenticate: (request: { readonly bearer: string | null }) =>
      request.bearer === null
        ? null
        : new AuthContext(JSON.parse(Buffer.from(request.bearer, 'base64url').toString())),
    surfaces: ['api', 'mcp', 'cli'],
  },
] as const

const tokenOf = (identity: object) =>
  Buffer.from(JSON.stringify({ subject: 'mallory', ...identity })).toString('base64url')
const as = (identity: object) => ({ authorization: `Bearer ${tokenOf(identity)}` })

/** Codes by surface; `null` for a call that was let through. */
async function codes(
  app: Parameters<typeof testClient>[0],
  name: string,
  identity: object,
): Promise<unknown[]> {
  await using client = testClient(app)
  const headers = as(identity)
  const http = await client.http.post(`/${name}`, { headers })
  const found: unknown[] = [http.status === 200 ? null : (http.json() as { code: string }).code]
  for (const era of ['legacy', 'modern'] as const) {
    const mcp = await client.mcp.callTool(name, {}, { headers, era })
    found.push(mcp.isSuccess ? null : /"code":"(\w+)"/.exec(mcp.text)?.[1])
  }
  const token = tokenOf(identity)
  for (const local of [true, false]) {
    const cli = await client.cli.call(name, {}, { local, token })
    found.push(cli.ok ? null : cli.error.code)
  }
  return found
}

const DENIED = Array(5).fill('ACCESS_DENIED')
const PASSED = Array(5).fill(null)

describe('PW-10: nothing further in opens what is closed further out', () => {
  const yes = guard({ name: 'Yes', check: () => true })
  const build = (inner: object) => {
    const rule = definePart({ name: 'rule', guards: [hasRole('member')] })
    const app = createApp({ ...base, auth, guards: [hasRole('staff')], parts: [rule] })
    const outer = app.group('', { guards: [hasRole('lead')], roles: ['a', 'b'] })
    const group = outer.group('', inner)
    group.post('/x', { ...about, name: 'x', ...inner }, () => 'done')
    return app
  }

  test.each<[string, object]>([
    ['a guard that passes for all', { guards: [yes] }],
    ['no guards', { guards: [] }],
    ['a choice with one that passes', { guards: [anyOf(yes, hasRole('lead'))] }],
    ['roles of its own', { roles: ['guest'] }],
    ['requireAuth', { guards: [requireAuth()] }],
  ])('%s', async (_, inner) => {
    const all = ['staff', 'member', 'lead', 'a', 'guest']
    expect(await codes(build(inner), 'x', { roles: all })).toEqual(PASSED)
    for (const missing of ['staff', 'member', 'lead', 'a']) {
      const roles = all.filter((role) => role !== missing)
      expect(await codes(build(inner), 'x', { roles }), missing).toEqual(DENIED)
    }
  })

  test('PW-04: public inside a guarded group does not start', () => {
    const app = createApp({ ...base, auth })
    app.group('/g', { guards: [hasRole('a')] }).get('/x', { public: true }, () => 1)
    expect(() => app.catalogue).toThrow('has guards but callers')
  })

  test('FND-56: lists that are changed after the start change nothing', async () => {
    const guards: Guard[] = [hasRole('admin')]
    const app = createApp({ ...base, auth, guards })
    app.post('/x', { ...about, name: 'x' }, () => 'done')
    guards.length = 0
    expect(await codes(app, 'x', {})).toEqual(DENIED)
    const [own] = app.catalogue.actions
    expect(() => Object.assign(own ?? {}, { appGuards: [] })).toThrow(TypeError)
    expect(() => (own?.appGuards as Guard[] | undefined)?.pop()).toThrow(TypeError)
  })
})

describe('AUTHZ-3: odd guards deny, on every surface', () => {
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    [
      'throws nothing',
      () => {
        throw undefined
      },
    ],
    ['rejects', () => Promise.reject(new Error('x'))],
    ['gives a truthy object', () => ({})],
    ['gives 1', () => 1],
    ['gives text', () => 'allow'],
    ['gives a caller', () => new AuthContext({ subject: 'a' })],
    ['gives a function', () => () => true],
    ['gives a proxy', () => new Proxy({}, { get: () => true, has: () => true })],
    ['allows by its prototype', () => Object.create({ allow: true })],
  ])('%s', async (_, check) => {
    const app = createApp({ ...base, auth })
    for (const [name, make] of [
      ['before', guard],
      ['after', inputGuard],
    ] as const) {
      const odd = make({ name: 'Odd', check: check as () => boolean })
      app.post(`/${name}`, { ...about, name, guards: [odd] }, () => 'done')
    }
    app.post('/inside', { ...about, name: 'inside' }, async (_args, call) => {
      await call.authorize(guard({ name: 'Odd', check: check as () => boolean }))
      return 'done'
    })
    for (const name of ['before', 'after', 'inside']) {
      expect(await codes(app, name, {}), name).toEqual(DENIED)
    }
  })

  test('FND-16: one that never settles ends with the time, and lets nobody in', async () => {
    let ran = 0
    const never = guard({ name: 'Never', check: () => new Promise<boolean>(() => {}) })
    const app = createApp({ ...base, auth, limits: { timeout: '50ms' } })
    app.post('/x', { ...about, name: 'x', guards: [never] }, () => ++ran)
    app.post('/y', { ...about, name: 'y' }, async (_, call) => {
      await call.authorize(never)
      return ++ran
    })
    expect(await codes(app, 'x', {})).toEqual(Array(5).fill('TIMEOUT'))
    expect(await codes(app, 'y', {})).toEqual(Array(5).fill('TIMEOUT'))
    expect(ran).toBe(0)
  })
})

describe('SW-29: names that look like those of a role', () => {
  const can = permissions({ 'team lead': ['user.write'], admin: ['user.write'] })
  test.each([
    'Admin',
    'ADMIN',
    'admin ',
    ' admin',
    'аdmin',
    'ａdmin',
    'admin\u200b',
    'admin\0',
    'admin,x',
    'team',
    'lead',
    'team  lead',
    'team\u00a0lead',
    'team lead,admin',
    '__proto__',
    'constructor',
    'a',
  ])('%j', async (role) => {
    const app = createApp({ ...base, auth })
    app.post('/r', { ...about, name: 'r', roles: ['admin', 'team lead'] }, () => 'done')
    app.post('/s', { ...about, name: 's', guards: [hasScope('admin', 'team-lead')] }, () => 'done')
    app.post('/p', { ...about, name: 'p', guards: [can.hasPermission('user.write')] }, () => 'done')
    app.post('/c', { ...about, name: 'c', guards: [requireClientId('admin')] }, () => 'done')
    await using client = testClient(app)
    const headers = as({ subject: role, roles: [role], scopes: [role] })
    for (const path of ['/r', '/s', '/p', '/c']) {
      expect((await client.http.post(path, { headers })).status).toBe(403)
    }
  })
})

describe('AUTH-4: what only looks like a caller', () => {
  const real = new AuthContext({ subject: 'mallory' })
  const roles = new Set(['admin'])
  test.each<[string, unknown]>([
    [
      'a proxy of one',
      new Proxy(real, {
        get: (target, key) => (key === 'roles' ? roles : Reflect.get(target, key)),
      }),
    ],
    ['one with another prototype', Object.create(real, { roles: { value: roles } })],
    ['a copy', { ...real, roles }],
  ])('%s is nobody', async (_, odd) => {
    const app = createApp({
      ...base,
      auth: [{ authenticate: (_request) => odd as AuthContext, surfaces: ['api', 'mcp', 'cli'] }],
    })
    app.post('/x', { ...about, name: 'x', roles: ['admin'] }, () => 'done')
    await using client = testClient(app)
    expect((await client.http.post('/x')).status).toBe(401)
  })

  test('PW-17: a handler cannot give roles to the context it was shown', async () => {
    const app = createApp({ ...base, auth })
    app.post('/x', { ...about, name: 'x' }, async (_, call) => {
      const tries = [
        () => Set.prototype.add.call(call.auth.roles, 'admin'),
        () => Object.assign(call.auth, { roles }),
        () => Object.defineProperty(call, 'auth', { value: { roles } }),
        () => Object.defineProperty(call.auth.roles, 'has', { value: () => true }),
        () => Object.assign(Object.getPrototypeOf(call.auth.roles), { has: () => true }),
      ]
      for (const one of tries) expect(one).toThrow(TypeError)
      await call.authorize(hasRole('admin'))
      return 'done'
    })
    expect(await codes(app, 'x', {})).toEqual(DENIED)
  })
})

describe('call.authorize()', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a name', 'admin'],
    ['a function', () => true],
    ['an answer', { allow: true }],
    ['a list', [hasRole('x')]],
  ])('given %s, does not let the call go on', async (_, odd) => {
    let after = 0
    const app = createApp({ ...base, auth })
    app.post('/x', { ...about, name: 'x' }, async (_args, call) => {
      await call.authorize(odd as Guard)
      after++
    })
    expect(await codes(app, 'x', {})).toEqual(Array(5).fill('INTERNAL_ERROR'))
    expect(after).toBe(0)
  })

  test('inside a guard that passes for all, loosens nothing', async () => {
    const loose = guard({
      name: 'Loose',
      check: async (_, call) => {
        await call.authorize(requireAuth())
        return true
      },
    })
    const app = createApp({ ...base, auth })
    app.post('/x', { ...about, name: 'x', guards: [loose, hasRole('admin')] }, () => 'done')
    expect(await codes(app, 'x', {})).toEqual(DENIED)
  })

  test('P-GRD-5: in a public action asks a stranger to log in', async () => {
    const app = createApp({ ...base, auth })
    app.post('/x', { ...about, name: 'x', public: true }, async (_, call) => {
      await call.authorize(hasRole('admin'))
      return 'done'
    })
    await using client = testClient(app)
    const answer = await client.http.post('/x')
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(answer.text).not.toContain('admin')
  })
})

test('PW-33, AUTHZ-7: verboseDenials: false tells a code and an id; the record has the rule', async () => {
  const records: unknown[] = []
  const app = createApp({
    ...base,
    auth,
    verboseDenials: false,
    log: { logger: { ...silent, warn: (fields: unknown) => records.push(fields) } },
  })
  app.post('/x', { ...about, name: 'x', roles: ['top-secret'] }, () => 'done')
  app.post('/s', { ...about, name: 's', guards: [hasScope('orders:write')] }, () => 'done')
  await using client = testClient(app)
  const answer = await client.http.post('/x', { headers: as({}) })
  expect(answer.json()).toEqual({
    type: 'urn:trefoil:problem:ACCESS_DENIED',
    title: 'Forbidden',
    detail: 'Forbidden',
    status: 403,
    code: 'ACCESS_DENIED',
    fix: expect.any(String),
    request_id: expect.any(String),
  })
  const mcp = await client.mcp.callTool('x', {}, { headers: as({}) })
  expect(mcp.text).not.toMatch(/top-secret|HasRole/)
  expect(records).toContainEqual(
    expect.objectContaining({ rule: 'HasRole', problem: 'ACCESS_DENIED' }),
  )
  // Else no client could ask for a better token.
  const scoped = await client.http.post('/s', { headers: as({}) })
  expect(scoped.headers.get('www-authenticate')).toContain('scope="orders:write"')
})

test('a flood of denials keeps nothing', async () => {
  const app = createApp({ ...base, auth })
  app.post('/x', { ...about, name: 'x', roles: ['admin'] }, () => 'done')
  await using client = testClient(app)
  const huge = 'r'.repeat(2000)
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      client.http.post('/x', { headers: as({ roles: [`${huge}${index}`] }) }),
    ),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([403]))
})
