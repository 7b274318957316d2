import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Action, Middleware } from '../../contract/call/action.ts'
import { type Dependency, dependency } from '../../contract/call/dependency.ts'
import { file, query } from '../../contract/params/params.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { guard } from '../../policy/guards/own-guard.ts'
import { hasRole } from '../../policy/guards/roles-and-scopes.ts'
import type { Declaration, DeclaredOptions, Level } from '../declare/declaration.ts'
import { type ActionSite, compileAction } from './compile-action.ts'
import { RateLevels } from './limits/compile-rates.ts'

const COVERED: ActionSite = {
  covered: { api: true, mcp: true, cli: true },
  rates: new RateLevels('test', []),
  hasApprovalHook: true,
  agentWrites: 'allow',
  timeout: 0,
  appGuards: [],
}
const OPEN: ActionSite = { ...COVERED, covered: { api: false, mcp: false, cli: false } }
const AGENT = { name: 'orders.get', description: 'Get an order.', tool: true } as const

function level(prefix: string, options: Level['options'] = {}): Level {
  return { prefix, options, middleware: [], errorHandlers: [] }
}

function declare(options: DeclaredOptions, more: Partial<Declaration> = {}): Declaration {
  return { method: 'GET', path: '/orders', levels: [level('')], options, handler: () => 1, ...more }
}

function compile(
  options: DeclaredOptions,
  more: Partial<Declaration> = {},
  site = COVERED,
): Action {
  return compileAction(declare(options, more), site).action
}

function mistake(options: object, more: Partial<Declaration> = {}, site = COVERED): string {
  try {
    // What JavaScript callers may hand over.
    compile(options as DeclaredOptions, more, site)
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    return error.message
  }
  return 'none'
}

const noPath = { method: null, path: null }

describe('names and descriptions', () => {
  test.each<[string, object, Partial<Declaration>, string]>([
    [
      'an action on no surface',
      { name: 'x' },
      noPath,
      "Action 'x' is on no surface; set tool: true or cli: true",
    ],
    [
      'a tool without a name',
      { tool: true, description: 'd' },
      {},
      'Route GET /orders: tools and CLI actions need a name',
    ],
    [
      'a name with characters MCP forbids',
      { ...AGENT, name: 'get order' },
      {},
      "Route GET /orders ('get order'): its name is no external name; use 1 to 128 of A-Z a-z 0-9 _ . -",
    ],
    [
      'no description',
      { name: 'x', cli: true, description: '  ' },
      {},
      "Route GET /orders ('x'): tools and CLI actions need a description",
    ],
    [
      'a description that is too long',
      { description: 'x'.repeat(1001) },
      {},
      'Route GET /orders: descriptions have 1000 characters or fewer',
    ],
    ['a misspelt option', { gaurds: [] }, {}, 'guards'],
  ])('ROUTE-12: %s', (_, options, more, message) => {
    expect(mistake(options, more)).toContain(message)
  })

  test('ROUTE-2: a route that only HTTP has may be nameless', () => {
    expect(compile({}).name).toBe('GET /orders')
    expect(compile({ ...AGENT, description: ' Get an order. ' })).toMatchObject({
      name: 'orders.get',
      description: 'Get an order.',
      exposed: { api: true, mcp: true, cli: false },
    })
  })
})

describe('paths', () => {
  test.each([
    '/mcp',
    '/mcp/x',
    '//mcp//',
    '/.well-known/trefoil-actions.json',
    '/__trefoil__',
    '/__trefoil__/x',
  ])('ROUTE-11: %s is reserved', (path) => {
    expect(mistake({}, { path })).toBe(
      `Route path '${path}' is reserved by Trefoil. Choose a different application route.`,
    )
  })

  test('ROUTE-11: reserved through groups too, and near misses are free', () => {
    expect(mistake({}, { levels: [level(''), level('/mcp')], path: '/tools' })).toMatch(/reserved/)
    for (const path of ['/mcp-tools', '/__trefoily', '/.well-known/other', '/a/mcp']) {
      expect(mistake({}, { path })).toBe('none')
    }
  })

  test('GROUP-2: prefixes are joined and normalised, and start with a slash', () => {
    const levels = [level(''), level('//a//b/'), level('/c')]
    expect(compile({}, { levels, path: '/' }).path).toBe('/a/b/c')
    expect(mistake({}, { levels: [level(''), level('a')] })).toBe(
      "Group prefix must start with '/', got 'a'",
    )
    expect(mistake({}, { path: 'orders' })).toBe(
      "Route paths must start with '/', got 'orders' (Route GET orders)",
    )
    expect(mistake({}, { path: '/:id' })).toMatch(/written \{id\}, not ':id'/)
  })
})

describe('who may call', () => {
  test.each<[string, object, string]>([
    [
      'text',
      { public: 'api' },
      'Route GET /orders: public must be a boolean or a list of surface names',
    ],
    [
      'an unknown surface',
      { public: ['web'] },
      'Route GET /orders: Unknown public surface; expected one of api, mcp, cli',
    ],
    [
      'a surface it is not on',
      { public: ['mcp'] },
      "Route GET /orders is marked public on 'mcp' but is not exposed on that surface",
    ],
  ])('AUTH-6: public as %s', (_, options, message) => {
    expect(mistake(options)).toBe(message)
  })

  test('AUTH-6: true opens where it is exposed, a list opens what it says', () => {
    expect(compile({ ...AGENT, public: true }).public).toEqual({ api: true, mcp: true, cli: false })
    expect(compile({ ...AGENT, public: ['mcp', 'mcp'] }).public).toEqual({
      api: false,
      mcp: true,
      cli: false,
    })
  })

  test.each<[string, DeclaredOptions, ActionSite, string]>([
    [
      'on a surface nobody covers',
      {},
      OPEN,
      "Route GET /orders has guards but callers on 'api' are never authenticated: no AuthConfig covers it",
    ],
    [
      'on a surface where the route is public',
      { ...AGENT, public: ['mcp'] },
      COVERED,
      "Route GET /orders ('orders.get') has guards but callers on 'mcp' are never authenticated: the route is public there",
    ],
  ])('PW-04: guards %s', (_, options, site, message) => {
    expect(mistake({ ...options, guards: [hasRole('a')] }, {}, site)).toBe(message)
    expect(mistake({ ...options, roles: ['a'] }, {}, site)).toBe(message)
  })

  test('PW-10: groups only tighten: outer guards first, roles are a guard more', () => {
    const own = (name: string) => guard({ name, check: () => true })
    const levels = [
      level(''),
      level('/a', { guards: [own('outer')], roles: ['x'] }),
      level('/b', { guards: [own('inner')] }),
    ]
    const { guards } = compile({ guards: [own('route')], roles: ['y'] }, { levels })
    expect(guards.map(({ name }) => name)).toEqual([
      'outer',
      'HasRole',
      'inner',
      'route',
      'HasRole',
    ])
    expect(mistake({ roles: [] })).toMatch(/an empty list guards nothing/)
  })
})

describe('approval', () => {
  test('ROUTE-13: without an agent surface, or without a hook', () => {
    // With an authenticator agents are told apart over HTTP too (DESIGN §3.4).
    expect(mistake({ needsApproval: true }, {}, COVERED)).toBe('none')
    for (const nobody of [
      mistake({ needsApproval: true }, {}, OPEN),
      mistake({ needsApproval: true, public: true }, {}, COVERED),
      mistake({ needsApproval: ['mcp'] }, {}, OPEN),
    ]) {
      expect(nobody).toBe(
        'Route GET /orders: needsApproval requires tool: true or cli: true, an authenticator that can ' +
          "tell agents from people, or the surface's name in its list",
      )
    }
    expect(
      mistake({ ...AGENT, needsApproval: true }, {}, { ...COVERED, hasApprovalHook: false }),
    ).toBe(
      "Route GET /orders ('orders.get'): actions with needsApproval require the app's approval option, a hook that decides",
    )
    expect(mistake({ ...AGENT, needsApproval: ['web'] })).toMatch(/Unknown needsApproval surface/)
  })

  test('APPR-1: true means MCP and CLI where they exist, and agents at the API; a list adds everybody', () => {
    const needs = (options: DeclaredOptions, site = COVERED) => {
      const { approval, need } = compile({ ...AGENT, ...options }, {}, site)
      return { ...approval, person: need.api.person.kind, unknown: need.api.unknown.kind }
    }
    const asked = { api: true, mcp: true, cli: false }
    expect(needs({ needsApproval: true })).toEqual({ ...asked, person: 'none', unknown: 'none' })
    expect(needs({ needsApproval: ['mcp'] })).toEqual({ ...asked, person: 'none', unknown: 'none' })
    expect(needs({ needsApproval: ['api'] })).toEqual({
      ...asked,
      person: 'approve',
      unknown: 'approve',
    })
    // Nobody can be an agent where nobody is identified.
    expect(needs({ needsApproval: true }, OPEN)).toMatchObject({ api: false, mcp: true })
  })

  test('agentWrites asks for what changes, and for a judge', () => {
    const site = { ...COVERED, agentWrites: 'approve' } as const
    const changing = { method: 'POST' }
    expect(compile(AGENT, {}, site).approval).toMatchObject({ api: false, mcp: false })
    expect(compile({ ...AGENT, changes: true }, {}, site).approval).toMatchObject({ mcp: true })
    expect(compile(AGENT, changing, site).approval).toMatchObject({ api: true, mcp: true })
    expect(compile({ ...AGENT, changes: false }, changing, site).approval.mcp).toBe(false)
    expect(mistake(AGENT, changing, { ...site, hasApprovalHook: false })).toBe(
      "Route POST /orders ('orders.get') changes something, and agentWrites: 'approve' requires the app's " +
        "approval option, a hook that decides; give one, or say agentWrites: 'deny', or changes: false here",
    )
    const denying = { ...site, hasApprovalHook: false, agentWrites: 'deny' } as const
    expect(mistake(AGENT, changing, denying)).toBe('none')
  })

  test('GROUP: a route cannot take back what its group asks for', () => {
    const levels = [level(''), level('/a', { needsApproval: true })]
    expect(
      compile({ ...AGENT, cli: true, needsApproval: false }, { levels }).approval,
    ).toMatchObject({
      mcp: true,
      cli: true,
    })
  })
})

describe('what is inherited', () => {
  test('GROUP: the shortest timeout wins, and it has to be one', () => {
    const levels = [level(''), level('/a', { timeout: '10s' })]
    expect(compile({ timeout: '30s' }, { levels }).timeout).toBe(10_000)
    expect(compile({ timeout: '500ms' }, { levels }).timeout).toBe(500)
    expect(compile({}, { levels }, { ...COVERED, timeout: 2000 }).timeout).toBe(2000)
    expect(compile({}).timeout).toBe(0)
    expect(mistake({ timeout: '0s' })).toBe("Route GET /orders: timeout must be more than '0s'")
    for (const timeout of [0, 'soon', -1]) {
      expect(mistake({ timeout })).toMatch(
        /^Route GET \/orders: timeout must be a duration such as '30s' /,
      )
    }
  })

  test('GROUP-3: tags add up without duplicates, inner metadata wins', () => {
    const levels = [level(''), level('/a', { tags: ['x', 'y'], metadata: { a: 1, b: 1 } })]
    expect(compile({ tags: ['y', 'z'], metadata: { b: 2 } }, { levels })).toMatchObject({
      tags: ['x', 'y', 'z'],
      metadata: { a: 1, b: 2 },
    })
  })

  test('GROUP-4: one name for two things is a mistake, for one thing it is not', () => {
    const db = dependency(() => 1, { name: 'db' })
    const levels = [level(''), level('/a', { params: { db } })]
    expect(compile({ params: { db } }, { levels }).dependencies).toEqual([['db', db]])
    expect(mistake({ params: { db: dependency(() => 2) } }, { levels })).toBe(
      'Route GET /a/orders: Duplicate injected parameter: db',
    )
  })

  test('GROUP-5: middleware from the outside in, error handlers from the inside out', () => {
    const wrap = (): Middleware => (_, next) => next()
    const [a, b, c, d] = [wrap(), wrap(), wrap(), wrap()]
    const on = (type: typeof Error) => ({ type, handle: () => undefined })
    const [x, y] = [on(TypeError), on(RangeError)]
    const outer = { ...level('', { middleware: [a] }), middleware: [b], errorHandlers: [x] }
    const inner = { ...level('/a', { errorHandlers: [y] }), middleware: [c] }
    const action = compile({ middleware: [d] }, { levels: [outer, inner] })
    expect(action.middleware).toEqual([a, b, c, d])
    expect(action.middleware.map((one) => [a, b, c, d].indexOf(one))).toEqual([0, 1, 2, 3])
    expect(action.errorHandlers).toEqual([[y], [x]])
  })
})

describe('the rest', () => {
  test('ROUTE-15: files are not for agents', () => {
    expect(mistake({ ...AGENT, params: { doc: file() } }, { method: 'POST' })).toBe(
      "Route POST /orders ('orders.get'), parameter 'doc': routes with file parameters cannot be tools or CLI actions",
    )
  })

  test('RES-7: dependency cycles and scopes that do not fit are found before anything runs', () => {
    const a: Dependency<unknown> = dependency(() => 1, { name: 'a', uses: () => ({ b }) })
    const b: Dependency<unknown> = dependency(() => 1, { name: 'b', uses: () => ({ a }) })
    expect(mistake({ params: { a } })).toBe('Dependency cycle detected: a -> b -> a')
    const short = dependency(() => 1, { name: 'short', scope: 'function' })
    const long = dependency(() => 1, { name: 'long', uses: { short } })
    expect(mistake({ params: { long } })).toBe(
      "Request-scoped dependency 'long' cannot depend on function-scoped dependency 'short'",
    )
    const missing = { later: undefined as unknown as Dependency<unknown> }
    expect(
      mistake({ params: { early: dependency(() => 1, { name: 'early', uses: missing }) } }),
    ).toBe("Dependency 'early' uses one that is not defined yet; write uses: () => ({ … })")
  })

  test('RESP-3: a status of success is one', () => {
    expect(compile({ status: 201 }).status).toBe(201)
    for (const status of [199, 300, 404, 200.5]) {
      expect(mistake({ status })).toBe(
        'Route GET /orders: status must be an integer from 200 to 299',
      )
    }
  })

  test('W-33: a returns schema without JSON form', () => {
    expect(mistake({ returns: z.bigint() })).toMatch(
      /^Route GET \/orders: the returns schema has no JSON form/,
    )
  })

  test('APP-12: what is no schema is no returns', () => {
    expect(mistake({ returns: { id: 'string' } as never })).toBe(
      'Route GET /orders: returns must be a Standard Schema, such as z.object({ id: z.string() }), got an object',
    )
  })

  test('FND-6: text or JSON is decided once', () => {
    const answers = (options: DeclaredOptions, site = COVERED) => compile(options, {}, site).answers
    expect(answers({})).toBe('by-value')
    expect(answers({ headers: { 'content-type': 'application/json' } })).toBe('by-value')
    expect(answers({ returns: z.string().nullable() })).toBe('text')
    expect(answers({ returns: z.date() })).toBe('text')
    expect(answers({ returns: z.null() })).toBe('json')
    expect(answers({ returns: z.union([z.string(), z.int()]) })).toBe('json')
    const headers = (type: string | null) => ({ headers: { 'content-type': type } })
    expect(answers({ returns: z.unknown(), ...headers('text/html') })).toBe('text')
    expect(answers({ returns: z.string(), ...headers('application/a+json; b=c') })).toBe('json')
    expect(answers({ returns: z.string(), ...headers(null) })).toBe('text')
    const html = { ...COVERED, contentType: 'text/html' }
    expect(answers({ returns: z.unknown() }, html)).toBe('text')
    expect(answers({ returns: z.unknown(), ...headers('application/json') }, html)).toBe('json')
  })

  test('W-31: hints come from the method, and can be overruled', () => {
    expect(compile({}).hints).toEqual({ readOnlyHint: true })
    expect(compile({}, { method: 'DELETE' }).hints).toEqual({
      destructiveHint: true,
      idempotentHint: true,
    })
    expect(compile({ hints: { readOnlyHint: false } }).hints).toEqual({ readOnlyHint: false })
    expect(compile({}, { method: 'POST' }).hints).toEqual({})
  })

  test('APP-2: an action is frozen, and has the parameters it was declared with', () => {
    const action = compile({ params: { q: query(z.string()) } })
    expect(Object.isFrozen(action)).toBe(true)
    expect(action.params.map(({ name }) => name)).toEqual(['q'])
  })
})
