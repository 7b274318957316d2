import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuthContext, hasRole, inputGuard, jwtAuth } from '../../packages/trefoil/src/auth.ts'
import {
  type Call,
  createApp,
  defineProblems,
  ImproperlyConfigured,
} from '../../packages/trefoil/src/index.ts'
import { definePart, type Part } from '../../packages/trefoil/src/parts.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const base = { env: {}, log: { logger: quiet } }

/** What the start says. */
function mistake(start: () => unknown): string {
  try {
    start()
  } catch (error) {
    if (error instanceof ImproperlyConfigured) return error.message
    throw error
  }
  return 'it started'
}

function started(...parts: Part[]): () => unknown {
  return () => createApp({ ...base, parts }).catalogue
}

function known(roles: readonly string[] = []) {
  return (_request: unknown) => new AuthContext({ subject: 'ada', roles })
}

const ROW = { status: 409, text: 'Locked', fix: 'Unlock it.' }
const decider = { decide: () => ({ kind: 'none' as const }) }
const endpoint = (path: string) => ({ method: 'GET', path, handle: () => 'x' })
const command = (name: string) => ({ name, describe: 'Does it.', run: () => 0 })
const action = (name: string, path: string): Part['actions'] => {
  return (routes) => {
    routes.get(path, { name, description: 'Does it.', tool: true }, () => 'x')
  }
}

describe('two parts that collide stop the start, and both are named', () => {
  const rows: readonly (readonly [string, Omit<Part, 'name'>, Omit<Part, 'name'>])[] = [
    ['an approval', { approval: decider }, { approval: decider }],
    [
      'an authenticator of a surface',
      { authenticator: { authenticate: known(), surfaces: ['api'] } },
      { authenticator: [{ authenticate: known(), surfaces: ['mcp', 'api'] }] },
    ],
    [
      'a problem code',
      { problems: defineProblems('a', { locked: ROW }) },
      { problems: [defineProblems('b', { locked: ROW })] },
    ],
    ['a path of endpoints', { endpoints: [endpoint('/x')] }, { endpoints: [endpoint('/x')] }],
    ['a path of a route', { endpoints: [endpoint('/x')] }, { actions: action('x', '/x') }],
    ['a tool name', { actions: action('x', '/a') }, { actions: action('x', '/b') }],
  ]
  test.each(rows)('%s', (_, one, other) => {
    const message = mistake(
      started(definePart({ ...one, name: 'first' }), definePart({ ...other, name: 'second' })),
    )
    expect(message).toMatch(/part 'first'/i)
    expect(message).toMatch(/part 'second'/i)
  })

  test('a name', () => {
    const one = definePart({ name: 'shop' })
    expect(mistake(started(one, definePart({ name: 'shop' })))).toBe(
      "Two parts have the name 'shop'; make one of them with another name",
    )
    expect(mistake(started(one, one))).toBe('A part is included twice; include each once')
  })

  test('a variable', () => {
    const one = definePart({
      name: 'shop',
      variables: [{ name: 'TREFOIL_SHOP_FRONT_KEY', doc: 'A key.' }],
    })
    const other = definePart({
      name: 'shop-front',
      variables: [{ name: 'TREFOIL_SHOP_FRONT_KEY', doc: 'A key.' }],
    })
    expect(mistake(started(one, other))).toBe(
      "Part 'shop' and part 'shop-front' both bring the variable TREFOIL_SHOP_FRONT_KEY; rename one of them",
    )
  })

  test('a variable of the framework itself', () => {
    const log = definePart({ name: 'log', variables: [{ name: 'TREFOIL_LOG_LEVEL', doc: 'x' }] })
    expect(mistake(started(log))).toContain("Trefoil itself and part 'log' both bring the variable")
  })

  test('a command of the program', () => {
    const call = definePart({ name: 'call', commands: [command('x')] })
    expect(mistake(started(call))).toContain("Part 'call' brings commands, and the program has")
  })

  test('what createApp() has by its own options', () => {
    const approves = definePart({ name: 'queue', approval: decider })
    expect(
      mistake(() => createApp({ ...base, approval: () => true, parts: [approves] }).catalogue),
    ).toBe("createApp() and part 'queue' both bring an approval; an app has one")
    const people = definePart({
      name: 'people',
      authenticator: { authenticate: known(), surfaces: ['api'] },
    })
    const auth = [{ authenticate: known(), surfaces: ['api'] as const }]
    expect(mistake(() => createApp({ ...base, auth, parts: [people] }).catalogue)).toContain(
      "createApp() and part 'people' both bring an authenticator of surface 'api'",
    )
    const log = definePart({ name: 'pino', logger: quiet })
    expect(mistake(started(log))).toContain("createApp() and part 'pino' both bring a logger")
  })

  test('a route of the app itself', () => {
    const app = createApp({
      ...base,
      parts: [definePart({ name: 'a', endpoints: [endpoint('/x')] })],
    })
    app.get('/x', () => 'x')
    expect(mistake(() => app.catalogue)).toContain("conflicts with GET '/x' of part 'a'")
  })

  test('the documentation', () => {
    expect(mistake(started(definePart({ name: 'a', endpoints: [endpoint('/docs')] })))).toContain(
      "of part 'a' conflicts with the built-in endpoint",
    )
  })
})

describe('include()', () => {
  test('is the same as createApp({ parts }), until the app is compiled', async () => {
    const app = createApp(base)
    app.include(definePart({ name: 'a', endpoints: [{ ...endpoint('/x'), public: true }] }))
    await using client = testClient(app)
    expect((await client.http.get('/x')).text).toBe('x')
    expect(mistake(() => app.include(definePart({ name: 'b' })))).toBe(
      "Part 'b' must be included before the app is first used (by serve(), app.startup(), app.fetch() or a test client; start-up hooks run later)",
    )
  })

  test('middleware of the app is around actions of a part', async () => {
    const app = createApp({
      ...base,
      parts: [definePart({ name: 'a', actions: action('x', '/x') })],
    })
    app.use(async (_call, next) => `<${await next()}>`)
    await using client = testClient(app)
    expect((await client.http.get('/x')).text).toBe('<x>')
  })
})

describe('what a part brings', () => {
  test('endpoints are behind the authenticator of HTTP, in no list, and get a call', async () => {
    const seen: Call[] = []
    const people = definePart({
      name: 'people',
      authenticator: {
        authenticate: (request) => (request.bearer === 't' ? known()(null) : null),
        surfaces: ['api'],
      },
      endpoints: [
        { method: 'GET', path: '/who/{id}', handle: (call) => void seen.push(call) ?? call.args },
        { ...endpoint('/open'), public: true },
      ],
    })
    await using client = testClient(createApp({ ...base, parts: [people] }))
    expect((await client.http.get('/who/1')).status).toBe(401)
    const answer = await client.http.get('/who/1', { headers: { authorization: 'Bearer t' } })
    expect(answer.json()).toEqual({ id: '1' })
    expect(seen[0]?.auth?.subject).toBe('ada')
    expect((await client.http.get('/open')).text).toBe('x')
    const headers = { authorization: 'Bearer t' }
    const document = (await client.http.get('/openapi.json', { headers })).json()
    expect(document).toMatchObject({ paths: {} })
    expect(JSON.stringify(document)).not.toContain('/who')
  })

  test('guards stand before those of routes, wherever callers are known', async () => {
    const rule = definePart({ name: 'rule', guards: [hasRole('member')] })
    const app = createApp({
      ...base,
      auth: [
        {
          authenticate: (request) =>
            request.bearer === null ? null : known([request.bearer])(null),
          surfaces: ['api', 'mcp'],
        },
      ],
      parts: [rule, definePart({ name: 'a', endpoints: [endpoint('/end')] })],
    })
    app.get('/own', { guards: [hasRole('admin')] }, () => 'own')
    app.get('/plain', () => 'plain')
    app.get('/open', { public: true }, () => 'open')
    await using client = testClient(app)
    const status = async (path: string, role: string) => {
      const headers = { authorization: `Bearer ${role}` }
      return (await client.http.get(path, { headers })).status
    }
    expect(await status('/plain', 'guest')).toBe(403)
    expect(await status('/plain', 'member')).toBe(200)
    expect(await status('/end', 'guest')).toBe(403)
    expect(await status('/end', 'member')).toBe(200)
    // Only tightened: being a member does not make an admin, nor the other way round.
    expect(await status('/own', 'member')).toBe(403)
    expect(await status('/own', 'admin')).toBe(403)
    expect(await status('/open', 'guest')).toBe(200)
  })

  test('a surface without an authenticator is no way round a guard of the whole app', async () => {
    const rule = definePart({ name: 'rule', guards: [hasRole('member')] })
    const app = createApp({
      ...base,
      auth: [{ authenticate: known(['member']), surfaces: ['api'] }],
      publicSurfaces: ['mcp', 'cli'],
      parts: [rule],
    })
    app.get('/x', { name: 'x', description: 'X.', tool: true, cli: true }, () => 'x')
    await using client = testClient(app)
    expect((await client.http.get('/x')).status).toBe(200)
    expect(await client.mcp.callTool('x', {})).toMatchObject({ status: 401 })
    for (const local of [true, false]) {
      expect(await client.cli.call('x', {}, { local })).toMatchObject({
        ok: false,
        error: { code: 'AUTHENTICATION_ERROR' },
      })
    }
  })

  test('guards that read the input get it', async () => {
    const own = inputGuard({
      name: 'own',
      check: (_auth, call) => call.args['id'] === '1',
    })
    const app = createApp({
      ...base,
      auth: [{ authenticate: known(), surfaces: ['api'] }],
      parts: [definePart({ name: 'rule', guards: [own] })],
    })
    app.get('/x/{id}', ({ id }) => id)
    await using client = testClient(app)
    expect((await client.http.get('/x/1')).status).toBe(200)
    expect((await client.http.get('/x/2')).status).toBe(403)
  })

  test('all audits are asked, and what one of them cannot write down is not done', async () => {
    const log: string[] = []
    const audit = (name: string, fails = false) =>
      definePart({
        name,
        audit: {
          intent() {
            log.push(`intent ${name}`)
            if (fails) throw new Error('disk full')
          },
          outcome: (_call, { kind }) => void log.push(`${kind} ${name}`),
        },
      })
    const app = createApp({ ...base, parts: [audit('a'), audit('b')] })
    app.get('/x', () => void log.push('run'))
    await using client = testClient(app)
    await client.http.get('/x')
    expect(log.splice(0)).toEqual(['intent a', 'intent b', 'run', 'answer a', 'answer b'])
    const failing = createApp({ ...base, parts: [audit('a'), audit('b', true), audit('c')] })
    failing.get('/x', () => void log.push('run'))
    await using second = testClient(failing)
    expect((await second.http.get('/x')).status).toBe(500)
    expect(log).toEqual(['intent a', 'intent b', 'problem a', 'problem b', 'problem c'])
  })

  test('an approval decides for actions that need one', async () => {
    const decided: string[] = []
    const part = definePart({
      name: 'queue',
      approval: {
        decide: ({ action }) => {
          decided.push(action)
          return { kind: 'none' }
        },
      },
    })
    const app = createApp({ ...base, parts: [part] })
    app.tool('x', { description: 'Does it.', needsApproval: true }, () => 'done')
    await using client = testClient(app)
    expect(JSON.stringify(await client.mcp.callTool('x'))).toContain('done')
    expect(decided).toEqual(['x'])
  })

  test('risks are listed by validateProduction(), and one that fails is named', () => {
    const risky = definePart({
      name: 'risky',
      risks: () => [{ code: 'risky_part', message: 'it is risky' }],
    })
    expect(mistake(() => createApp({ ...base, parts: [risky] }).validateProduction())).toContain(
      '- it is risky',
    )
    for (const risks of [
      () => 'none',
      () => [{}],
      () => {
        throw new Error('x')
      },
    ]) {
      const broken = definePart({ name: 'broken', risks: risks as never })
      const app = createApp({ ...base, parts: [broken] })
      expect(mistake(() => app.validateProduction())).toMatch(/^Part 'broken': risks/)
    }
  })

  test('names of tools for every list must be its own tools', () => {
    const tools = ['x']
    expect(mistake(started(definePart({ name: 'a', tools, actions: action('x', '/x') })))).toBe(
      'it started',
    )
    expect(
      mistake(
        started(
          definePart({ name: 'a', tools }),
          definePart({ name: 'b', actions: action('x', '/x') }),
        ),
      ),
    ).toBe("Part 'a': tools names 'x', which is no tool that the part registers in actions")
  })

  test('a mistake in its actions names the part', () => {
    const wrong: Part['actions'] = (routes) => void routes.route('NO METHOD')
    expect(mistake(started(definePart({ name: 'a', actions: wrong })))).toMatch(/^Part 'a': /)
    const bad: Part['actions'] = (routes) =>
      void routes.get('/x', { params: { a: z.symbol() } }, () => 1)
    expect(mistake(started(definePart({ name: 'a', actions: bad })))).toContain("of part 'a'")
  })

  test('its authenticator is checked like any other', () => {
    const config = { authenticate: jwtAuth({ keys: 'k'.repeat(40), issuer: 'i', audience: 'a' }) }
    const part = { name: 'a', authenticator: { ...config, surfaces: [] } }
    expect(mistake(started(part))).toBe("Part 'a': AuthConfig must cover at least one surface")
  })
})
