// MCP as a resource server of OAuth (RFC 9728, RFC 8707): who gives tokens, and for whom they have to be.
import { createApp, type McpAuthorizationOptions } from 'trefoil'
import {
  AuthContext,
  type Authenticator,
  type AuthRequest,
  apiKeyAuth,
  deny,
  firstOf,
  guard,
  hasAllScopes,
  hasRole,
  hasScope,
  introspectionAuth,
  jwtAuth,
  type SecurityScheme,
} from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'

const KEY = 'a secret of tests that is long enough, 0123456789'
const RESOURCE = 'https://shop.example/mcp'
const METADATA = 'https://shop.example/.well-known/oauth-protected-resource/mcp'
const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
/** Asks for no audience itself. */
const tokens = jwtAuth({ keys: KEY })

function shop(authorization: McpAuthorizationOptions = {}, browser = {}) {
  const app = createApp({
    name: 'shop',
    env: {},
    log,
    browser,
    auth: [{ authenticate: tokens, surfaces: ['api', 'mcp'] }],
    publicSurfaces: ['cli'],
    mcp: {
      authorization: {
        resource: RESOURCE,
        servers: ['https://id.example'],
        scopes: ['orders:read'],
        ...authorization,
      },
    },
  })
  const guards = [hasScope('orders:read'), hasRole('clerk'), hasScope('orders:write')]
  app.tool('buy', { description: 'Buys.', guards }, () => 1)
  app.tool('look', { description: 'Looks.' }, (_args, call) => call.auth.subject)
  app.get('/me', (_args, call) => call.auth.subject)
  return app
}

const token = (claims: object) => tokens.createToken({ sub: 'ada', ...claims }, { expiresIn: '5m' })

async function answers(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const app = shop()
  return app.fetch(new Request(`http://127.0.0.1${path}`, { method, headers }))
}

describe('FND-45: who gives tokens for it', () => {
  it.each(['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp'])(
    '%s',
    async (path) => {
      const answer = await answers(path, { origin: 'https://inspector.example' })
      expect(await answer.json()).toEqual({
        resource: RESOURCE,
        authorization_servers: ['https://id.example'],
        scopes_supported: ['orders:read'],
        bearer_methods_supported: ['header'],
        resource_name: 'shop',
      })
      expect(answer.headers.get('content-type')).toBe('application/json')
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect((await answers(path, {}, 'HEAD')).status).toBe(200)
      const wrong = await answers(path, {}, 'POST')
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([
        405,
        expect.stringContaining('GET'),
      ])
    },
  )

  it('is what the developer wrote, whatever host is asked', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    const path = '/.well-known/oauth-protected-resource/mcp'
    const answer = await answers(path, headers)
    expect(await answer.text()).not.toContain('evil')
  })

  it('pages of any origin may ask, with the header of MCP', async () => {
    const answer = await answers(
      '/.well-known/oauth-protected-resource/mcp',
      {
        origin: 'https://inspector.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'mcp-protocol-version',
      },
      'OPTIONS',
    )
    expect([answer.status, answer.headers.get('access-control-allow-headers')]).toEqual([
      204,
      'mcp-protocol-version',
    ])
  })

  it('is not there without the option', async () => {
    const app = createApp({ env: {}, log, publicSurfaces: ['mcp'] })
    const path = '/.well-known/oauth-protected-resource'
    expect((await app.fetch(new Request(`http://127.0.0.1${path}`))).status).toBe(404)
  })
})

describe.each(['modern', 'legacy'] as const)('%s', (era) => {
  it('a 401 points there, names what to begin with, and has no error where no token was sent', async () => {
    await using client = testClient(shop())
    const { response } = await client.mcp.listTools({ era })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer resource_metadata="${METADATA}", scope="orders:read"`,
    ])
    expect(response.json()).not.toHaveProperty('error')
  })

  it('a 403 names every scope that is missing, before anything runs', async () => {
    await using client = testClient(shop())
    const auth = `Bearer ${await token({ aud: RESOURCE, roles: ['clerk'] })}`
    const { response } = await client.mcp.callTool(
      'buy',
      {},
      { era, headers: { authorization: auth } },
    )
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      403,
      `Bearer resource_metadata="${METADATA}", error="insufficient_scope", scope="orders:read orders:write"`,
    ])
  })

  it('and what the caller has, so that the next token has not lost it', async () => {
    await using client = testClient(shop())
    const claims = { aud: RESOURCE, roles: ['clerk'], scope: 'orders:read openid' }
    const headers = { authorization: `Bearer ${await token(claims)}` }
    const { response } = await client.mcp.callTool('buy', {}, { era, headers })
    expect(response.headers.get('www-authenticate')).toContain(
      'scope="orders:write openid orders:read"',
    )
    const many = Array.from({ length: 1_000 }, (_, index) => `scope${index}`)
    const odd = { aud: RESOURCE, roles: ['clerk'], scope: ['a b', 'c"d', ...many] }
    const much = { authorization: `Bearer ${await token(odd)}` }
    const { response: long } = await client.mcp.callTool('buy', {}, { era, headers: much })
    const challenge = long.headers.get('www-authenticate') ?? ''
    expect(challenge).toContain('scope="orders:read orders:write scope0 ')
    expect(challenge).not.toMatch(/a b|c\\/)
    expect(challenge.length).toBeLessThan(3_000)
  })

  it.each([
    ['for the API', { aud: 'https://shop.example/api' }, 401],
    ['for it', { aud: RESOURCE }, 200],
    ['for it and others', { aud: ['https://other.example', RESOURCE] }, 200],
    ['for others', { aud: ['https://other.example', 'https://shop.example/api'] }, 401],
    ['for what it begins like', { aud: `${RESOURCE}/` }, 401],
    ['for nobody', {}, 401],
  ])('RFC 8707: a token %s', async (_, claims, status) => {
    await using client = testClient(shop())
    const headers = { authorization: `Bearer ${await token(claims)}` }
    const { response } = await client.mcp.callTool('look', {}, { era, headers })
    expect(response.status).toBe(status)
    if (status !== 401) return
    expect(response.headers.get('www-authenticate')).toMatch(
      new RegExp(`^Bearer resource_metadata="${METADATA}", error="invalid_token", `),
    )
  })
})

it('the API goes on taking tokens of its own', async () => {
  await using client = testClient(shop())
  const headers = { authorization: `Bearer ${await token({ aud: 'https://shop.example/api' })}` }
  expect((await client.http.get('/me', { headers })).status).toBe(200)
})

it.each([
  ['for the API', { aud: 'https://shop.example/api' }, 401],
  ['for it', { aud: RESOURCE }, 200],
  ['of an issuer, for nobody', { iss: 'https://id.example' }, 401],
  ['of nobody, for nobody', {}, 401],
])('RFC 8707: nor does a token %s in a header of its own', async (_, claims, status) => {
  const app = createApp({
    env: {},
    log,
    auth: [{ authenticate: jwtAuth({ keys: KEY, header: 'x-token' }), surfaces: ['mcp'] }],
    mcp: { authorization: { resource: RESOURCE, servers: ['https://id.example'] } },
  })
  app.tool('look', { description: 'Looks.' }, () => 1)
  await using client = testClient(app)
  const headers = { 'x-token': await token(claims) }
  expect((await client.mcp.callTool('look', {}, { headers })).response.status).toBe(status)
})

it('a key that is no bearer token needs no audience', async () => {
  const key = () => new AuthContext({ subject: 'robot' })
  const keys = { name: 'keys', scheme: { type: 'apiKey', in: 'header', name: 'x-key' } as const }
  const app = createApp({
    env: {},
    log,
    auth: [
      {
        authenticate: {
          ...keys,
          authenticate: (r: { headers: { get(n: string): unknown } }) =>
            r.headers.get('x-key') === null ? null : key(),
        },
        surfaces: ['mcp'],
      },
    ],
    mcp: { authorization: { resource: RESOURCE, servers: ['https://id.example'] } },
  })
  app.tool('look', { description: 'Looks.' }, () => 1)
  await using client = testClient(app)
  const sent = await client.mcp.callTool('look', {}, { headers: { 'x-key': '1' } })
  expect(sent.response.status).toBe(200)
  const bearer = { 'x-key': '1', authorization: 'Bearer something' }
  expect((await client.mcp.callTool('look', {}, { headers: bearer })).response.status).toBe(401)
  const none = await client.mcp.callTool('look', {})
  expect(none.response.headers.get('www-authenticate')).toBe(
    `ApiKey in="header", name="x-key", Bearer resource_metadata="${METADATA}"`,
  )
})

describe('RFC 8707: a credential that names no audience', () => {
  const header = (name: string) => (request: AuthRequest) =>
    request.headers.get(name) === null ? null : new AuthContext({ subject: 'robot' })
  const keys = (name: string, scheme?: SecurityScheme) => ({
    name,
    ...(scheme === undefined ? {} : { scheme }),
    authenticate: header(name),
  })
  const X_KEY = { type: 'apiKey', in: 'header', name: 'x-key' } as const

  async function statusOf(authenticate: Authenticator, headers: Record<string, string>) {
    const app = createApp({
      env: {},
      log,
      auth: [{ authenticate, surfaces: ['mcp'] }],
      mcp: { authorization: { resource: RESOURCE, servers: ['https://id.example'] } },
    })
    app.tool('look', { description: 'Looks.' }, () => 1)
    await using client = testClient(app)
    return (await client.mcp.callTool('look', {}, { headers })).response.status
  }

  it('is a key where its authenticator says so, and a token where it says nothing', async () => {
    expect(await statusOf(keys('x-key', X_KEY), { 'x-key': '1' })).toBe(200)
    expect(await statusOf(keys('x-key'), { 'x-key': '1' })).toBe(401)
    expect(
      await statusOf(keys('x-key', { type: 'http', scheme: 'bearer' }), { 'x-key': '1' }),
    ).toBe(401)
  })

  it('is a token beside keys, too, where jwtAuth has verified it', async () => {
    const both = firstOf(keys('x-key', X_KEY), jwtAuth({ keys: KEY, header: 'x-token' }))
    expect(await statusOf(both, { 'x-key': '1' })).toBe(200)
    expect(await statusOf(both, { 'x-token': await token({}) })).toBe(401)
    expect(await statusOf(both, { 'x-token': await token({ aud: RESOURCE }) })).toBe(200)
  })
})

describe('RFC 8707: audiences that nobody could name stop the start', () => {
  const start = (authenticate: Authenticator) => {
    const app = createApp({
      env: {},
      log,
      auth: [{ authenticate, surfaces: ['mcp'] }],
      mcp: { authorization: { resource: RESOURCE, servers: ['https://id.example'] } },
    })
    void app.fetch(new Request('http://127.0.0.1/'))
  }
  const introspection = (audience: string) =>
    introspectionAuth({
      url: 'https://id.example/introspect',
      clientId: 'a',
      clientSecret: 'b',
      audience,
    })

  it.each([
    ['jwtAuth', jwtAuth({ keys: KEY, audience: 'shop-api' })],
    ['jwtAuth', jwtAuth({ keys: KEY, audience: [`${RESOURCE}/`, 'shop-api'] })],
    ['introspectionAuth', introspection('shop-api')],
    [
      'firstOf',
      firstOf(
        apiKeyAuth({ keys: { k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c: 'a' } }),
        jwtAuth({ keys: KEY, audience: 'x' }),
      ),
    ],
  ])('%s', (name, authenticate) => {
    let message = ''
    try {
      start(authenticate)
    } catch (error) {
      message = String(error)
    }
    expect(message).toContain(`'${name}`)
    expect(message).toContain('takes no token that is for mcp.authorization.resource')
    expect(message).not.toMatch(/shop-api|shop\.example/)
  })

  it('and those that somebody can do not', () => {
    start(jwtAuth({ keys: KEY, audience: ['shop-api', RESOURCE] }))
    start(introspection(RESOURCE))
    start(firstOf(introspection('x'), jwtAuth({ keys: KEY, audience: RESOURCE })))
    start(jwtAuth({ keys: KEY }))
  })
})

it.each([
  [{ resource: 'http://shop.example/mcp' }, 'mcp.authorization.resource must be https'],
  [{ resource: 'shop.example/mcp' }, 'mcp.authorization.resource must be a URL'],
  [{ resource: 'https://a:b@shop.example/mcp' }, 'no user name'],
  [{ resource: 'https://shop.example/mcp#a' }, 'no fragment'],
  [{ resource: 'https://SHOP.example/mcp' }, 'small letters'],
  [{ servers: [] }, 'mcp.authorization.servers must name'],
  [{ servers: ['ftp://id.example'] }, 'mcp.authorization.servers'],
  [{ scopes: ['a b'] }, 'mcp.authorization.scopes'],
  [{ scopes: ['a"b'] }, 'mcp.authorization.scopes'],
  [{ resource: null }, 'mcp.authorization has no resource'],
])('%j stops the start', (options, text) => {
  let message = ''
  try {
    const app = shop(options)
    void app.fetch(new Request('http://127.0.0.1/me'))
  } catch (error) {
    message = String(error)
  }
  expect(message).toContain(text)
  expect(message).not.toMatch(/shop\.example\/mcp#|a:b@|SHOP/)
})

it('a start-up warning where one authenticator covers MCP and the API', async () => {
  const lines: unknown[] = []
  const warn = (...args: unknown[]) => void lines.push(args.at(-1))
  const logger = { debug() {}, info() {}, warn, error() {} }
  const authorization = { resource: RESOURCE, servers: ['https://id.example'] }
  const start = async (auth: Parameters<typeof createApp>[0]['auth']) => {
    lines.length = 0
    const app = createApp({ env: {}, log: { logger }, auth, mcp: { authorization } })
    app.get('/me', { tool: true, name: 'me', description: 'Me.' }, () => 1)
    await app.startup()
    await app.shutdown()
    return lines.join('\n')
  }
  const both = await start([{ authenticate: tokens, surfaces: ['api', 'mcp'] }])
  expect(both).toContain("covers 'mcp' and 'api'")
  expect(both).not.toContain(RESOURCE)
  const apart = await start([
    { authenticate: jwtAuth({ keys: KEY, audience: 'api' }), surfaces: ['api'] },
    { authenticate: jwtAuth({ keys: KEY, audience: RESOURCE }), surfaces: ['mcp'] },
  ])
  expect(apart).not.toContain('opens the API')
  // Two that look at one audience, and one that is written twice.
  const api = jwtAuth({ keys: KEY, audience: ['api', RESOURCE] })
  const mcp = jwtAuth({ keys: KEY, audience: RESOURCE })
  for (const [first, second] of [
    [api, mcp],
    [
      firstOf(
        api,
        introspectionAuth({
          url: 'https://id.example',
          clientId: 'a',
          clientSecret: 'b',
          audience: 'x',
        }),
      ),
      mcp,
    ],
    [tokens, tokens],
  ] as const) {
    const shared = await start([
      { authenticate: first, surfaces: ['api'] },
      { authenticate: second, surfaces: ['mcp'] },
    ])
    expect(shared).toMatch(/of 'api' takes what .* of 'mcp' takes: .* opens the API, too/)
    expect(shared).not.toContain(RESOURCE)
  }
})

it.each(['a b', 'a"b', 'a\\b', 'a\nb', 'é', ' '])(
  'RFC 6749 §3.3: %j is no scope of a guard',
  async (scope) => {
    expect(() => hasScope('orders:read', scope)).toThrow(/hasScope\(\) takes scopes, each one word/)
    expect(() => hasAllScopes(scope)).toThrow(/hasAllScopes\(\) takes scopes/)
    expect(() => deny('No', { scopes: [scope] })).toThrow(/each one word/)
    const app = createApp({ env: {}, log, publicSurfaces: ['mcp'] })
    const own = { name: 'Own', needsInput: false, scopes: [scope], decide: () => deny('No') }
    expect(() => {
      app.tool('look', { description: 'Looks.', guards: [own] }, () => 1)
      void app.fetch(new Request('http://127.0.0.1/'))
    }).toThrow(/scopes of guard 'Own' must be a list of scopes/)
    // What is made by hand while it runs is no decision, and denies.
    const late = guard({
      name: 'Late',
      check: () => ({ deny: true, text: 'No', scopes: [scope] }) as never,
    })
    const shopped = createApp({ env: {}, log, auth: [{ authenticate: tokens, surfaces: ['mcp'] }] })
    shopped.tool('look', { description: 'Looks.', guards: [late] }, () => 1)
    await using client = testClient(shopped)
    const headers = { authorization: `Bearer ${await token({})}` }
    const { response, result } = await client.mcp.callTool('look', {}, { headers })
    expect([
      response.status,
      result?.['isError'],
      response.headers.get('www-authenticate'),
    ]).toEqual([200, true, null])
  },
)
