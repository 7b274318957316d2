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
    [{ browser: { csrf: true } }, 'csrf must be an object of options, or false for none, got true'],
    [
      { browser: { hsts: { includeSubdomains: false } } },
      "hsts: unknown option 'includeSubdomains'; did you mean 'includeSubDomains'?",
    ],
    [
      { browser: { hsts: { preload: 'false' } } },
      'browser.hsts.preload must be true or false, got text of 5 characters',
    ],
    [
      { browser: { hsts: { includeSubDomains: 0 } } },
      'browser.hsts.includeSubDomains must be true or false, got 0',
    ],
    [
      { browser: { hsts: { maxAge: '1' } } },
      "browser.hsts.maxAge must be a duration such as '30s' (ms, s, m, h, d), got text of 1 character",
    ],
    [{ browser: { hsts: { maxAge: 60 } } }, "got the number 60; write '60s'"],
    [
      { browser: { hsts: true } },
      'browser.hsts must be an object of options, or false for none, got true',
    ],
    [
      { browser: { hsts: null } },
      'browser.hsts must be an object of options, or false for none, got null',
    ],
    ...[0, -1, 1.5, 10_001, Number.NaN, Number.POSITIVE_INFINITY, '10', null].map(
      (pageSize): [object, string] => [
        { mcp: { pageSize } },
        'mcp.pageSize must be a whole number from 1 to 10000, got',
      ],
    ),
    [{ browser: { cors: null } }, 'browser.cors must be an object of options, got null'],
    [{ browser: null }, 'browser must be an object of options, got null'],
    [{ limits: '5mb' }, 'limits must be an object of options, got text of 3 characters'],
    [{ edge: [] }, 'edge must be an object of options, got an empty list'],
    [
      { browser: { contentSecurityPolicy: { 'script-src': "'self'" } } },
      'browser.contentSecurityPolicy: script-src must be a list of sources, such as ["\'self\'"], got text of 6 characters',
    ],
    [
      { browser: { contentSecurityPolicy: ["default-src 'none'"] } },
      'browser.contentSecurityPolicy must be text or an object of directives, got a list',
    ],
    [
      { browser: { contentSecurityPolicy: { 'script-src': [1] } } },
      'browser.contentSecurityPolicy: source 1 of script-src is not a source',
    ],
    [
      { edge: { headers: ['x-a: b'] } },
      'edge.headers must be an object of header names and values, got a list',
    ],
    [
      { edge: { headers: { 'x-a': 5 } } },
      "edge.headers: 'x-a' must be text, or null to remove it, got 5",
    ],
    [
      { edge: { compression: 'true' } },
      'edge.compression must be true, false or an object of options, got text of 4 characters',
    ],
    [
      { edge: { compression: { treshold: 1 } } },
      "edge.compression: unknown option 'treshold'; did you mean 'threshold'?",
    ],
    [
      { edge: { compression: { encodings: 'br' } } },
      'edge.compression.encodings must be a list of text, got text of 2 characters',
    ],
    [
      { edge: { compression: { encodings: ['br', 'lzma'] } } },
      'edge.compression.encodings has a wrong entry: number 2 is not one of zstd, br, gzip',
    ],
    [
      { edge: { compression: { encodings: [] } } },
      'edge.compression.encodings must name at least one',
    ],
    [{ edge: { proxyHeaders: 'via' } }, 'edge.proxyHeaders must be one of x-forwarded, forwarded'],
    [
      { mcp: { allowedOrigins: ['a.example'] } },
      'mcp.allowedOrigins has a wrong entry: number 1 is not an origin',
    ],
    [{ mcp: { allowedOrigins: ['https://a.example/'] } }, "browsers write it 'https://a.example'"],
    [
      { auth: {} },
      "auth must be a list such as [{ authenticate: jwtAuth({ keys }), surfaces: ['api'] }], got an object",
    ],
    [
      { auth: [{ authenticate: (_request) => null, surfaces: ['api'], scheme: 'bearer' }] },
      "auth scheme: must be an object such as { type: 'http', scheme: 'bearer' }",
    ],
    [{ log: { access: 'yes' } }, 'log.access must be a function'],
    [{ log: { onCall: {} } }, 'log.onCall must be a function'],
    [{ approval: 'yes' }, 'approval must be a function'],
    [{ log: { logger: { ...logger, warn: 'x' } } }, "'warn' is missing"],
    [{ log: { logger: null } }, 'log.logger must have the methods debug, info, warn, error'],
    [
      { log: { logger, level: 'debug' } },
      'log.level is for the default logger: set the level of your own logger',
    ],
    [
      { log: { logger: undefined, level: 'INFO' } },
      'log.level must be one of debug, info, warn, error, silent, got text of 4 characters',
    ],
  ])('%j', (options, message) => {
    expect(mistake(() => createApp({ log: { logger }, env: {}, ...options }))).toContain(message)
  })
})

describe('SW-29: text in the place of a list', () => {
  const auth = [{ authenticate: jwtAuth({ keys: SECRET }), surfaces: ['api'] as const }]
  const compiled = (options: object) => {
    const app = createApp({ log: { logger }, env: {}, auth })
    app.get('/x', untyped(options), () => 1)
    return app.catalogue
  }

  test.each<[object, string]>([
    [{ roles: 'admin' }, 'roles must be a list of text, got text of 5 characters'],
    [{ roles: [['admin']] }, 'roles must be a list of text, got a list with a list'],
    [{ roles: [''] }, 'roles must be a list of text, got a list with empty text'],
    [{ roles: [] }, 'roles must name at least one'],
    [{ tags: 'abc' }, 'tags must be a list of text, got text of 3 characters'],
    [
      { guards: hasScope('a') },
      "guards must be a list of guards, such as hasRole('admin'), got an object",
    ],
    [
      { guards: [() => true] },
      "guards must be a list of guards, such as hasRole('admin'), got a list with a function",
    ],
    [{ middleware: () => 1 }, 'middleware must be a list of functions, got a function'],
    [{ errorHandlers: {} }, 'errorHandlers must be a list'],
    [{ public: 'api' }, 'public must be a boolean or a list of surface names'],
    [{ needsApproval: 'mcp' }, 'needsApproval must be a boolean or a list of surface names'],
    [{ tool: 'true' }, 'tool must be true or false, got text of 4 characters'],
    [{ cli: 1 }, 'cli must be true or false, got 1'],
    [{ headers: ['x'] }, 'headers must be an object of header names and values, got a list'],
    [{ metadata: 'x' }, 'metadata must be an object, got text of 1 character'],
  ])('a route with %j', (options, message) => {
    expect(mistake(() => compiled(options))).toContain(message)
  })

  test.each<[object, string]>([
    [{ roles: 'admin' }, "Group '/g': roles must be a list of text, got text of 5 characters"],
    [{ tags: 'abc' }, "Group '/g': tags must be a list of text"],
    [{ role: ['admin'] }, "Group '/g': unknown option 'role'; did you mean 'roles'?"],
    [{ cache: { for: '1m' } }, "Group '/g': cache is an option of routes; give it to each"],
    [{ guards: 'x' }, "Group '/g': guards must be a list of guards"],
  ])('a group with %j', (options, message) => {
    // Without a single route too.
    const app = createApp({ log: { logger }, env: {}, auth })
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
      'query(): optional must be true or false, got text of 3 characters',
    ],
    [
      'query',
      () => query(z.string(), untyped({ alias: 5 })),
      'query(): alias must be non-empty text, got 5',
    ],
    [
      'query',
      () => query(z.string(), untyped('q' as never)),
      'query(): options must be an object, got text of 1 character',
    ],
    [
      'file',
      () => file(untyped({ optional: 'false' })),
      'file(): optional must be true or false, got text of 5 characters',
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
      'reply(): headers must be an object, got an empty list',
    ],
    [
      'reply',
      () => reply(1, untyped({ cookies: 'a' as never })),
      'reply(): cookies must be an object, got text of 1 character',
    ],
    [
      'CookieSigner',
      () => new CookieSigner(SECRET, untyped({ sallt: 'x' })),
      "CookieSigner(): unknown option 'sallt'; did you mean 'salt'?",
    ],
    [
      'CookieSigner',
      () => new CookieSigner(SECRET, untyped({ salt: 5 })),
      'CookieSigner(): salt must be non-empty text',
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
      "staticFiles(): maxAge must be a duration such as '30s' (ms, s, m, h, d), got text of 6 characters",
    ],
    [
      'staticFiles',
      () => staticFiles('.', untyped({ dotfiles: 'false' })),
      'staticFiles(): dotfiles must be true or false, got text of 5 characters',
    ],
    [
      'staticFiles',
      () => staticFiles('.', untyped({ index: 5 })),
      'staticFiles(): index must be non-empty text, got 5',
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
    [
      { port: 'abc' },
      'serve(): port must be a whole number from 0 to 65535, got text of 3 characters',
    ],
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
      "serve(): maxHeaderSize must be a size such as '2mb' (b, kb, mb, gb), got text of 6 characters",
    ],
    [
      { maxHeaderSize: -1 },
      "serve(): maxHeaderSize must be a size such as '2mb' (b, kb, mb, gb), got a number",
    ],
    [{ maxHeaderSize: 16384 }, "got the number 16384; write '16384b' for bytes"],
    [{ maxHeaderSize: '0b' }, "serve(): maxHeaderSize must be more than '0b'"],
    [{ signals: 'false' }, 'serve(): signals must be true or false, got text of 5 characters'],
  ])('serve(%j)', async (options, message) => {
    const app = createApp({ log: { logger }, env: {} })
    const given = { port: 0, signals: false, ...options }
    await expect(serve(app, untyped(given))).rejects.toThrow(message)
  })

  test('toNodeHandler: an address that nobody reads would be that of the host', () => {
    const app = createApp({ log: { logger }, env: {} })
    const options = untyped({ clientAdress: () => null })
    expect(mistake(() => toNodeHandler(app, options))).toBe(
      "toNodeHandler(): unknown option 'clientAdress'; did you mean 'clientAddress'?",
    )
  })

  test('serve: a head size may be text', async () => {
    const app = createApp({ log: { logger }, env: {} })
    const server = await serve(app, { port: 0, signals: false, maxHeaderSize: '8kb' })
    const large = { headers: { 'x-large': 'a'.repeat(9000) } }
    expect((await fetch(`${server.url}/x`, large)).status).toBe(431)
    await server.close()
  })
})
