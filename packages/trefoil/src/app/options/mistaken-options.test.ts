import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { reply } from '../../contract/answer/reply.ts'
import { file, query } from '../../contract/params/params.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { CookieSigner } from '../../identity/cookie-signer.ts'
import { jwtAuth } from '../../identity/jwt-auth.ts'
import { hasScope } from '../../policy/guards/roles-and-scopes.ts'
import { staticFiles } from '../../surfaces/http/node/files/static-files.ts'
import { serve } from '../../surfaces/http/node/serve.ts'
import { toNodeHandler } from '../../surfaces/http/node/to-node-handler.ts'
import { cookieSession } from '../cookie-session.ts'
import { createApp } from '../create-app.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }
const SECRET = 'Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0cAeUiOqWzX'

function mistake(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    return error.message
  }
  return 'none'
}

/** What JavaScript callers may hand over. */
const untyped = (value: object): never => value as never

describe('APP-12: options inside options of createApp', () => {
  test.each<[object, string]>([
    [
      { cors: { allowedOrigin: [] } },
      "cors: unknown option 'allowedOrigin'; did you mean 'allowedOrigins'?",
    ],
    [
      { csrf: { trustedOrigin: [] } },
      "csrf: unknown option 'trustedOrigin'; did you mean 'trustedOrigins'?",
    ],
    [{ csrf: true }, 'csrf must be an object of options, or false for no protection, got true'],
    [
      { hsts: { includeSubdomains: false } },
      "hsts: unknown option 'includeSubdomains'; did you mean 'includeSubDomains'?",
    ],
    [{ hsts: { preload: 'false' } }, "hsts.preload must be true or false, got 'false'"],
    [{ hsts: { includeSubDomains: 0 } }, 'hsts.includeSubDomains must be true or false, got 0'],
    [{ hsts: { maxAge: '1' } }, "hsts.maxAge must be a whole number of seconds, got '1'"],
    [{ hsts: true }, 'hsts must be an object of options, or false for none, got true'],
    [{ hsts: null }, 'hsts must be an object of options, or false for none, got null'],
    [
      { contentSecurityPolicy: { 'script-src': "'self'" } },
      "contentSecurityPolicy: script-src must be a list of sources, such as [\"'self'\"], got ''self''",
    ],
    [
      { contentSecurityPolicy: ["default-src 'none'"] },
      'contentSecurityPolicy must be text or an object of directives, got a list',
    ],
    [
      { contentSecurityPolicy: { 'script-src': [1] } },
      "contentSecurityPolicy: '1' is not a source of script-src",
    ],
    [
      { responseHeaders: ['x-a: b'] },
      'responseHeaders must be an object of header names and values, got a list',
    ],
    [
      { responseHeaders: { 'x-a': 5 } },
      "responseHeaders: 'x-a' must be text, or null to remove it, got 5",
    ],
    [
      { compression: 'true' },
      "compression must be true, false or an object of options, got 'true'",
    ],
    [
      { compression: { treshold: 1 } },
      "compression: unknown option 'treshold'; did you mean 'threshold'?",
    ],
    [{ compression: { encodings: 'br' } }, 'compression.encodings must be a list'],
    [{ trustedProxies: '10.0.0.0/8' }, 'trustedProxies must be a list'],
    [{ trustedProxies: [10] }, 'trustedProxies must contain only strings'],
    [{ mcpAllowedOrigins: ['a.example'] }, "mcpAllowedOrigins: 'a.example' is not an origin"],
    [{ mcpAllowedOrigins: ['https://a.example/'] }, "browsers write it 'https://a.example'"],
    [{ auth: {} }, 'auth must be a list of AuthConfig'],
    [
      { auth: [{ authenticate: (_request) => null, surfaces: 'api' }] },
      'auth surfaces must be a list',
    ],
    [{ accessLog: 'yes' }, 'accessLog must be a function'],
    [{ approval: 'yes' }, 'approval must be a function'],
    [{ logger: { ...logger, warn: 'x' } }, "'warn' is missing"],
    [{ logger: null }, 'logger must have the methods debug, info, warn, error'],
    [{ logLevel: 'debug' }, 'logLevel is for the default logger: set the level of your own logger'],
    [
      { logger: undefined, logLevel: 'INFO' },
      "logLevel must be one of debug, info, warn, error, silent, got 'INFO'",
    ],
  ])('%j', (options, message) => {
    expect(mistake(() => createApp({ logger, env: {}, ...options }))).toContain(message)
  })
})

describe('SW-29: text in the place of a list', () => {
  const auth = [{ authenticate: jwtAuth({ keys: SECRET }), surfaces: ['api'] as const }]
  const compiled = (options: object) => {
    const app = createApp({ logger, env: {}, auth })
    app.get('/x', untyped(options), () => 1)
    return app.catalogue
  }

  test.each<[object, string]>([
    [{ roles: 'admin' }, "roles must be a list of text, got 'admin'"],
    [{ roles: [['admin']] }, 'roles must be a list of text, got a list with a list'],
    [{ roles: [''] }, "roles must be a list of text, got a list with ''"],
    [{ roles: [] }, 'roles must name at least one'],
    [{ tags: 'abc' }, "tags must be a list of text, got 'abc'"],
    [{ guards: hasScope('a') }, 'guards must be a list of guards, got an object'],
    [{ guards: [() => true] }, 'guards must be a list of guards, got a list with a function'],
    [{ middleware: () => 1 }, 'middleware must be a list of functions, got a function'],
    [{ errorHandlers: {} }, 'errorHandlers must be a list'],
    [{ public: 'api' }, 'public must be a boolean or a list of surface names'],
    [{ needsApproval: 'mcp' }, 'needsApproval must be a boolean or a list of surface names'],
    [{ tool: 'true' }, "tool must be true or false, got 'true'"],
    [{ cli: 1 }, 'cli must be true or false, got 1'],
    [{ headers: ['x'] }, 'headers must be an object of header names and values, got a list'],
    [{ metadata: 'x' }, "metadata must be an object, got 'x'"],
  ])('a route with %j', (options, message) => {
    expect(mistake(() => compiled(options))).toContain(message)
  })

  test.each<[object, string]>([
    [{ roles: 'admin' }, "Group '/g': roles must be a list of text, got 'admin'"],
    [{ tags: 'abc' }, "Group '/g': tags must be a list of text"],
    [{ role: ['admin'] }, "Group '/g': unknown option 'role'; did you mean 'roles'?"],
    [{ guards: 'x' }, "Group '/g': guards must be a list of guards"],
  ])('a group with %j', (options, message) => {
    // Without a single route too.
    const app = createApp({ logger, env: {}, auth })
    expect(mistake(() => app.group('/g', untyped(options)))).toContain(message)
  })

  test('guards take no list, and no nothing', () => {
    expect(mistake(() => hasScope(untyped(['a'])))).toContain('not a list')
    expect(
      mistake(() => jwtAuth({ keys: SECRET, algorithms: untyped('HS256' as never) })),
    ).toContain('jwtAuth(): algorithms must be a list')
  })
})

describe('APP-12: options of what is handed to an app', () => {
  test.each<[string, () => unknown, string]>([
    [
      'jwtAuth',
      () => jwtAuth(untyped({ keys: SECRET, isuer: 'x' })),
      "jwtAuth(): unknown option 'isuer'; did you mean 'issuer'?",
    ],
    ['jwtAuth', () => jwtAuth(untyped({ keys: SECRET, issuer: 5 })), 'jwtAuth(): issuer must be'],
    [
      'jwtAuth',
      () => jwtAuth(untyped({ keys: SECRET, audience: { a: 1 } })),
      'jwtAuth(): audience must be',
    ],
    [
      'query',
      () => query(z.string(), untyped({ alais: 'q' })),
      "query(): unknown option 'alais'; did you mean 'alias'?",
    ],
    [
      'query',
      () => query(z.string(), untyped({ optional: 'yes' })),
      "query(): optional must be true or false, got 'yes'",
    ],
    [
      'query',
      () => query(z.string(), untyped({ alias: 5 })),
      'query(): alias must be non-empty text, got 5',
    ],
    [
      'query',
      () => query(z.string(), untyped('q' as never)),
      "query(): options must be an object, got 'q'",
    ],
    [
      'file',
      () => file(untyped({ optional: 'false' })),
      "file(): optional must be true or false, got 'false'",
    ],
    ['file', () => file(untyped({ opt: true })), "file(): unknown option 'opt'"],
    [
      'reply',
      () => reply(1, untyped({ header: {} })),
      "reply(): unknown option 'header'; did you mean 'headers'?",
    ],
    [
      'reply',
      () => reply(1, untyped({ headers: [] })),
      'reply(): headers must be an object, got a list',
    ],
    [
      'reply',
      () => reply(1, untyped({ cookies: 'a' as never })),
      "reply(): cookies must be an object, got 'a'",
    ],
    [
      'CookieSigner',
      () => new CookieSigner(SECRET, untyped({ sallt: 'x' })),
      "CookieSigner: unknown option 'sallt'; did you mean 'salt'?",
    ],
    [
      'CookieSigner',
      () => new CookieSigner(SECRET, untyped({ salt: 5 })),
      'CookieSigner salt must be non-empty text',
    ],
    [
      'cookieSession',
      () => cookieSession(untyped({ keys: SECRET, env: {}, secur: true })),
      "cookieSession(): unknown option 'secur'; did you mean 'secure'?",
    ],
    ['cookieSession', () => cookieSession(untyped({ keys: SECRET, env: {}, path: 'x' })), 'path'],
    [
      'cookieSession',
      () => cookieSession(untyped({ keys: SECRET, env: {}, domain: '.' })),
      'domain',
    ],
    ['cookieSession', () => cookieSession(untyped({ keys: SECRET, env: {}, path: 5 })), 'path'],
    ['cookieSession', () => cookieSession(untyped({ keys: SECRET, env: {}, name: 5 })), 'name'],
    [
      'staticFiles',
      () => staticFiles('.', untyped({ maxage: 1 })),
      "staticFiles(): unknown option 'maxage'; did you mean 'maxAge'?",
    ],
    [
      'staticFiles',
      () => staticFiles('.', { maxAge: 'banana' }),
      "staticFiles(): maxAge must be a duration such as '1d', got 'banana'",
    ],
    [
      'staticFiles',
      () => staticFiles('.', untyped({ dotfiles: 'false' })),
      "staticFiles(): dotfiles must be true or false, got 'false'",
    ],
    [
      'staticFiles',
      () => staticFiles('.', untyped({ index: 5 })),
      'staticFiles(): index must be text or null, got 5',
    ],
    [
      'staticFiles',
      () => staticFiles('.', { headers: { 'Content-Length': '5' } }),
      "'Content-Length' is written by the server alone",
    ],
  ])('%s', (_, make, message) => {
    expect(mistake(make)).toContain(message)
  })

  test.each<[object, string]>([
    [
      { requestTimout: '1s' },
      "serve(): unknown option 'requestTimout'; did you mean 'requestTimeout'?",
    ],
    [{ port: 'abc' }, "serve(): port must be a whole number from 0 to 65535, got 'abc'"],
    [{ port: 70_000 }, 'serve(): port must be a whole number from 0 to 65535, got 70000'],
    [{ host: 5 }, 'serve(): host must be non-empty text, got 5'],
    [
      { headersTimeout: '9s', requestTimeout: '8s' },
      'serve(): headersTimeout must not be longer than requestTimeout',
    ],
    [{ tls: {} }, 'serve(): tls needs key and cert'],
    [{ tls: true }, 'serve(): tls must be an object, got true'],
    [
      { maxHeaderSize: 'banana' },
      "serve(): maxHeaderSize must be a size such as '16kb', got 'banana'",
    ],
    [{ maxHeaderSize: -1 }, "serve(): maxHeaderSize must be a size such as '16kb', got -1"],
    [{ maxHeaderSize: 0 }, "serve(): maxHeaderSize must be a size such as '16kb', got 0"],
    [{ signals: 'false' }, "serve(): signals must be true or false, got 'false'"],
  ])('serve(%j)', async (options, message) => {
    const app = createApp({ logger, env: {} })
    const given = { port: 0, signals: false, ...options }
    await expect(serve(app, untyped(given))).rejects.toThrow(message)
  })

  test('toNodeHandler: an address that nobody reads would be that of the host', () => {
    const app = createApp({ logger, env: {} })
    const options = untyped({ clientAdress: () => null })
    expect(mistake(() => toNodeHandler(app, options))).toBe(
      "toNodeHandler(): unknown option 'clientAdress'; did you mean 'clientAddress'?",
    )
  })

  test('serve: a head size may be text', async () => {
    const app = createApp({ logger, env: {} })
    const server = await serve(app, { port: 0, signals: false, maxHeaderSize: '8kb' })
    const large = { headers: { 'x-large': 'a'.repeat(9000) } }
    expect((await fetch(`${server.url}/x`, large)).status).toBe(431)
    await server.close()
  })
})
