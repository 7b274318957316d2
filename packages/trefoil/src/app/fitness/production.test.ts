import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Authenticate, Authenticator } from '../../contract/auth/authenticator.ts'
import { dependency } from '../../contract/call/dependency.ts'
import type { Logger } from '../../contract/call/logger.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { jwtAuth } from '../../identity/jwt-auth.ts'
import type { CorsOptions } from '../../policy/cors-options.ts'
import { cookieSession } from '../cookie-session.ts'
import { type App, createApp } from '../create-app.ts'
import { UnfitForProduction } from './production.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
const SECRET = 'Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0cAeUiOqWzX'
const fit = { log: { logger: silent }, env: {}, edge: { hosts: ['shop.example'] } }

function authBy(secret: string) {
  return [{ authenticate: jwtAuth({ keys: secret }), surfaces: ['api', 'mcp', 'cli'] as const }]
}

type AnyApp = Pick<App<never>, 'validateProduction'>

function codes(app: AnyApp): readonly string[] {
  try {
    app.validateProduction()
  } catch (error) {
    expect(error).toBeInstanceOf(ImproperlyConfigured)
    if (!(error instanceof UnfitForProduction)) throw error
    const lines = error.issues.map(({ message }) => `- ${message}`)
    expect(error.message).toBe(['Production safety check failed:', ...lines].join('\n'))
    return error.issues.map(({ code }) => code)
  }
  return []
}

test('PROD-1, W-44: a fit app has no issues', () => {
  expect(codes(createApp({ ...fit, auth: authBy(SECRET) }))).toEqual([])
})

test('PROD-1, W-44: every failure at once, each with its code', () => {
  const app = createApp({
    log: { logger: silent },
    env: {},
    debug: true,
    edge: { security: 'off' },
    docs: { public: true },
    mcp: { allowedOrigins: ['*'] },
    browser: { cors: { allowedOrigins: ['*'] } },
    auth: [{ authenticate: jwtAuth({ keys: 'secret'.repeat(6) }), surfaces: ['mcp'] }],
  })
  const session = cookieSession({ keys: SECRET, secure: false, env: {} })
  app.get('/', { params: { session } }, () => 1)
  app.get('/again', { params: { session } }, () => 1)
  app.action('a', { description: 'd', cli: true }, () => 1)
  expect(codes(app)).toEqual([
    'debug_enabled',
    'security_off',
    'hosts_missing',
    'mcp_origin_wildcard',
    'docs_public',
    'cors_wildcard',
    'surface_uncovered',
    'surface_uncovered',
    'agent_writes_unsaid',
    'weak_secret',
    'insecure_cookie',
  ])
})

test('PROD-1: a wildcard host', () => {
  const auth = authBy(SECRET)
  expect(codes(createApp({ ...fit, auth, edge: { hosts: ['a.example', '*'] } }))).toEqual([
    'hosts_wildcard',
  ])
})

describe('W-44: origins', () => {
  test.each<[CorsOptions, string[]]>([
    [{ allowedOrigins: ['*'] }, ['cors_wildcard']],
    [{ allowedOriginPattern: '.*' }, ['cors_wildcard']],
    [{ allowedOriginPattern: 'https://[a-z]+\\.shop\\.example' }, []],
    [{ allowedOrigins: ['https://shop.example'] }, []],
  ])('%j', (cors, expected) => {
    expect(codes(createApp({ ...fit, auth: authBy(SECRET), browser: { cors } }))).toEqual(expected)
  })

  test('every page may read what is public by intent', () => {
    const publicSurfaces = ['api', 'mcp'] as const
    expect(
      codes(createApp({ ...fit, publicSurfaces, browser: { cors: { allowedOrigins: ['*'] } } })),
    ).toEqual([])
  })
})

test('W-44: authenticators and dependencies say themselves what is unfit', () => {
  const authenticate = {
    name: 'dev',
    risks: [{ code: 'dev_tokens', message: 'development tokens are accepted' }],
    authenticate: (_request: unknown) => null,
  }
  const app = createApp({ ...fit, auth: [{ authenticate, surfaces: ['api', 'mcp'] }] })
  const plain = dependency(() => 1)
  app.get('/', { params: { plain } }, () => 1)
  expect(codes(app)).toEqual(['dev_tokens'])
})

test('APPR-5, W-44: an approval that covers two different calls', () => {
  const app = createApp({
    ...fit,
    auth: authBy(SECRET),
    approval: () => true,
    agentWrites: 'allow',
  })
  const params = { manager: z.string().nullish() }
  app.action('assign', { description: 'd', cli: true, needsApproval: true, params }, () => 1)
  expect(codes(app)).toEqual(['approval_ambiguous'])
})

describe('W-44: trusted proxies', () => {
  test.each([['0.0.0.0/0'], ['::/0'], ['10.0.0.1', '2000::/3'], ['0.0.0.0/1', '128.0.0.0/1']])(
    '%s is everybody',
    (...trustedProxies) => {
      const auth = authBy(SECRET)
      expect(
        codes(createApp({ ...fit, auth, edge: { ...fit.edge, proxies: trustedProxies } })),
      ).toEqual(['proxies_everyone'])
    },
  )

  test('networks of ours are not', () => {
    const trustedProxies = ['10.0.0.0/8', '172.16.0.0/12', 'fc00::/7', '173.245.48.0/20', '::1']
    expect(
      codes(
        createApp({ ...fit, auth: authBy(SECRET), edge: { ...fit.edge, proxies: trustedProxies } }),
      ),
    ).toEqual([])
  })
})

describe('W-44: what authenticators and dependencies go by', () => {
  const sessionOf = (secure: boolean) => cookieSession({ keys: SECRET, secure, env: {} })
  const bearer = { type: 'http', scheme: 'bearer' } as const
  const covering = (authenticate: Authenticator | Authenticate) => [
    { authenticate, surfaces: ['api', 'mcp'] as const },
  ]
  const plain: Authenticate = (_request) => null

  test('a session that travels unencrypted, directly or behind another dependency', () => {
    const auth = authBy(SECRET)
    for (const [secure, expected] of [
      [false, ['insecure_cookie']],
      [true, []],
    ] as const) {
      const session = sessionOf(secure)
      const user = dependency(({ session: opened }) => opened.get('user'), { uses: { session } })
      for (const used of [session, user]) {
        const app = createApp({ ...fit, auth })
        app.get('/', { params: { used } }, () => 1)
        expect(codes(app)).toEqual(expected)
      }
      const { risks } = session
      const bySession = {
        name: 'session',
        scheme: { type: 'apiKey', in: 'cookie', name: 'sid' } as const,
        risks,
        authenticate: plain,
      }
      expect(codes(createApp({ ...fit, auth: covering(bySession) }))).toEqual(expected)
    }
  })

  test('HTTP-8, FND-24: what browsers add by themselves without protection from other sites', () => {
    const off = { ...fit, browser: { csrf: false } } as const
    const by = (authenticator: object) =>
      codes(
        createApp({
          ...off,
          auth: covering({ name: 'own', authenticate: plain, ...authenticator }),
        }),
      )
    expect(by({ scheme: { type: 'http', scheme: 'basic' } })).toEqual(['csrf_off'])
    expect(by({ scheme: [bearer, { type: 'apiKey', in: 'cookie', name: 'sid' }] })).toEqual([
      'csrf_off',
    ])
    expect(by({ scheme: bearer })).toEqual([])
    // FND-37: nobody runs it to find out what it looks at.
    expect(by({})).toEqual(['csrf_off'])
    expect(by({ scheme: bearer, ambient: true })).toEqual(['csrf_off'])
    expect(by({ ambient: false })).toEqual([])
    expect(codes(createApp({ ...off, auth: covering(plain) }))).toEqual(['csrf_off'])
    const said = covering(plain).map((entry) => ({ ...entry, scheme: bearer }))
    expect(codes(createApp({ ...off, auth: said }))).toEqual([])
    const app = createApp({ ...off, auth: authBy(SECRET) })
    app.get('/', { params: { session: sessionOf(true) } }, () => 1)
    expect(codes(app)).toEqual(['csrf_off'])
    expect(codes(createApp({ ...fit, auth: covering(plain) }))).toEqual([])
  })

  test('FND-37: no authenticator is run before the first call', () => {
    let runs = 0
    const counting: Authenticate = (_request) => {
      runs++
      return null
    }
    codes(createApp({ ...fit, browser: { csrf: false }, auth: covering(counting) }))
    expect(runs).toBe(0)
  })
})
