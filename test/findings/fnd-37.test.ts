// FND-37: an authenticator is an object, so that wrapping it by hand keeps what it says of itself: its
// scheme, its risks, its refusals. What it is, is read once, when the app starts.
import { createHmac } from 'node:crypto'
import { createApp, dependency, ImproperlyConfigured } from 'trefoil'
import {
  AuthContext,
  type Authenticator,
  type AuthRequest,
  firstOf,
  jwtAuth,
  refusal,
} from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { ENV, Lines } from './surfaces.ts'

const WEAK = 'changeme-changeme-changeme-changeme'
const STRONG = 'Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0cAeUiOqWzX'
const known = new AuthContext({ subject: 'ann' })

interface Entry {
  readonly authenticate: unknown
  readonly [member: string]: unknown
}

/** As JavaScript writes it. */
function appWith(authenticate: unknown, more: object = {}) {
  const entry: Entry = { authenticate, surfaces: ['api', 'mcp', 'cli'], ...more }
  const lines = new Lines()
  const app = createApp({
    name: 'fnd-37',
    env: ENV,
    log: { logger: lines.logger },
    edge: { hosts: ['shop.example', 'localhost'] },
    auth: [entry as never],
  })
  app.get('/who', {}, (_, call) => call.auth?.subject ?? null)
  return { app, lines }
}

function mistake(authenticate: unknown, more: object = {}): string {
  try {
    appWith(authenticate, more)
  } catch (error) {
    if (error instanceof ImproperlyConfigured) return error.message
    throw error
  }
  return 'none'
}

const ask = async (
  app: { fetch(request: Request): Promise<Response> },
  headers: HeadersInit = {},
) => app.fetch(new Request('http://localhost/who', { headers }))

/** What it says of itself, as the outside sees it. */
async function seenOf(authenticate: unknown) {
  const { app } = appWith(authenticate)
  let risks = ''
  try {
    app.validateProduction()
  } catch (error) {
    risks = String(error)
  }
  const refused = await ask(app, { authorization: 'Bearer junk' })
  const schemes = app.catalogue.actions.length
  return { risks, challenge: refused.headers.get('www-authenticate'), schemes }
}

describe('FND-37: wrapping keeps what was wrapped', () => {
  test('by hand: risks, scheme and refusals', async () => {
    const jwt = jwtAuth({ keys: WEAK })
    const wrapped: Authenticator = { ...jwt, authenticate: (request) => jwt.authenticate(request) }
    expect(await seenOf(wrapped)).toEqual(await seenOf(jwt))
    expect((await seenOf(wrapped)).risks).toContain('jwtAuth keys must not be guessable')
    expect(wrapped.scheme).toEqual({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
  })

  test('the store’s way: by a subclass, whose methods know their this', async () => {
    class Gate {
      readonly name = 'gate'
      readonly scheme = { type: 'apiKey', in: 'header', name: 'X-Key' } as const
      readonly #key = 'k'
      authenticate(request: AuthRequest) {
        const key = request.headers.get('x-key')
        if (key === null) return null
        return key === this.#key ? known : refusal('unknown_key')
      }
    }
    const { app } = appWith(new Gate())
    expect((await ask(app, { 'x-key': 'k' })).status).toBe(200)
    const refused = await ask(app, { 'x-key': 'x' })
    expect(refused.headers.get('www-authenticate')).toBe(
      'ApiKey in="header", name="X-Key", error="invalid_token", error_description="The key is not known"',
    )
  })

  test('firstOf: schemes and risks of all parts', () => {
    const key: Authenticator = {
      name: 'apiKey',
      scheme: { type: 'apiKey', in: 'header', name: 'X-Key' },
      risks: [{ code: 'dev_keys', message: 'development keys are accepted' }],
      authenticate: (_request) => null,
    }
    const both = firstOf(key, jwtAuth({ keys: WEAK }))
    expect(both).toMatchObject({
      name: 'firstOf(apiKey, jwtAuth)',
      scheme: [key.scheme, { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }],
      ambient: false,
      risks: [{ code: 'dev_keys' }, { code: 'weak_secret' }],
    })
    // Nobody knows what a bare function goes by, so calls of other sites are refused as ever.
    expect(firstOf(key, (_request: AuthRequest) => null)).toMatchObject({
      ambient: true,
      scheme: [key.scheme],
    })
    expect(firstOf((_request: AuthRequest) => null, firstOf(key, key)).ambient).toBe(true)
  })

  test('CSRF: what nobody describes is protected, whatever it shows', async () => {
    const byAddress = (_request: AuthRequest) => known
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    for (const [authenticate, status] of [
      [byAddress, 403],
      [{ name: 'a', authenticate: byAddress }, 403],
      [{ name: 'a', authenticate: byAddress, scheme: { type: 'http', scheme: 'bearer' } }, 200],
      [firstOf(byAddress, jwtAuth({ keys: STRONG })), 403],
      [
        {
          name: 'a',
          authenticate: byAddress,
          scheme: { type: 'http', scheme: 'bearer' },
          ambient: true,
        },
        403,
      ],
    ] as const) {
      const { app } = appWith(authenticate)
      app.post('/pay', {}, () => 'paid')
      const request = new Request('http://localhost/pay', { method: 'POST', headers: foreign })
      expect((await app.fetch(request)).status).toBe(status)
    }
  })
})

describe('firstOf asks in order', () => {
  const asked: string[] = []
  const part = (name: string, answer: () => unknown): Authenticator => ({
    name,
    scheme: { type: 'http', scheme: 'bearer' },
    authenticate: (_request) => {
      asked.push(name)
      return answer() as null
    },
  })
  const later = (value: unknown) => () => Promise.resolve(value)
  const crash = () => {
    throw new Error('down')
  }
  test.each<[string, (() => unknown)[], number, string]>([
    ['the first that knows', [() => null, () => known, () => known], 200, '12'],
    ['the first that knows, later', [later(null), later(known), () => known], 200, '12'],
    ['nobody', [() => null, later(null)], 401, '12'],
    [
      'a bad credential is not offered to the next',
      [() => refusal('expired'), () => known],
      401,
      '1',
    ],
    ['nor later', [later(refusal('expired')), () => known], 401, '1'],
    ['what is no answer denies', [() => undefined, () => known], 401, '1'],
    ['a forged context denies', [() => ({ ...known }), () => known], 401, '1'],
    ['a crash is 503', [crash, () => known], 503, '1'],
    ['a crash of the second is, too', [later(null), crash], 503, '12'],
  ])('%s', async (_, answers, status, order) => {
    asked.length = 0
    const parts = answers.map((answer, index) => part(String(index + 1), answer))
    const { app } = appWith(firstOf(...parts))
    const response = await ask(app, { authorization: 'Bearer x' })
    expect([response.status, asked.join('')]).toEqual([status, order])
  })

  test('needs two', () => {
    expect(() => firstOf(jwtAuth({ keys: STRONG }))).toThrow('firstOf() needs two authenticators')
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => firstOf([jwtAuth({ keys: STRONG })])).toThrow('firstOf() must be an authenticator')
  })

  test('FND-16: the next one is not asked once the time is up', async () => {
    asked.length = 0
    const gate = Promise.withResolvers<null>()
    const { app } = appWith(
      firstOf(
        part('1', () => gate.promise),
        part('2', () => known),
      ),
    )
    app.get('/slow', { timeout: '20ms' }, () => 1)
    const response = await app.fetch(new Request('http://localhost/slow'))
    gate.resolve(null)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([response.status, asked]).toEqual([504, ['1']])
  })
})

describe('AUTH-3: exactly one parameter, checked when the app starts', () => {
  const db = dependency(() => 1)
  const NONE = 'exactly one parameter, the request, and it takes none; write (request) => …'
  const TWO =
    'exactly one parameter, the request, and it takes 2; write (request) => …, and open what else it needs with await request.resolve(dependency)'
  test.each<[string, unknown, string]>([
    ['none', () => null, NONE],
    ['a default', (_request = 1) => null, NONE],
    ['a rest', (..._all: unknown[]) => null, NONE],
    ['two', (_request: unknown, _db: unknown) => null, TWO],
    [
      'a method without',
      { name: 'a', authenticate: () => null },
      `authenticate of 'a' must take ${NONE}`,
    ],
    ['a method with two', { name: 'a', authenticate(_a: unknown, _b: unknown) {} }, TWO],
    ['a dependency', db, 'unknown option'],
    ['text', 'bearer', 'must be an authenticator'],
    ['nothing', null, 'got null'],
    ['no name', { authenticate: (_request: unknown) => null }, 'an authenticator needs a name'],
    ['no method', { name: 'a' }, "authenticate of 'a' must be a function, got undefined"],
    [
      'ambient as text',
      { name: 'a', authenticate: (_: unknown) => null, ambient: 'no' },
      'ambient of',
    ],
    ['risks as text', { name: 'a', authenticate: (_: unknown) => null, risks: 'no' }, 'risks of'],
    [
      'a misspelt member',
      { name: 'a', authenticate: (_: unknown) => null, schemes: [] },
      "did you mean 'scheme'?",
    ],
    [
      'a wrong scheme',
      { name: 'a', authenticate: (_: unknown) => null, scheme: 'bearer' },
      'auth scheme: must be',
    ],
  ])('%s', (_, authenticate, message) => {
    expect(mistake(authenticate)).toContain(message)
  })

  test('the entry is named, where it has a name', () => {
    expect(mistake(() => null, { name: 'partners' })).toBe(
      `auth 'partners': authenticate must take ${NONE}, without a default and without \`...\``,
    )
  })

  test('FND-38: a message never holds what was given', () => {
    for (const given of [STRONG, { name: 'a', authenticate: STRONG }]) {
      expect(mistake(given)).not.toContain(STRONG.slice(0, 20))
    }
  })

  test('a bound function, an async one and a class method pass', () => {
    const bound = function (this: unknown, _request: unknown) {
      return null
    }.bind({})
    for (const authenticate of [bound, async (_request: unknown) => null]) {
      expect(mistake(authenticate)).toBe('none')
    }
  })
})

describe('AUTH-11, AUTH-13: where it stands', () => {
  test('AUTH-13: surfaces are independent: an authenticator of MCP guards no HTTP route', async () => {
    const app = createApp({
      name: 'apart',
      env: ENV,
      log: { logger: new Lines().logger },
      publicSurfaces: ['api', 'cli'],
      auth: [{ authenticate: (_request) => null, surfaces: ['mcp'] }],
    })
    app.get('/who', { name: 'who', description: 'Who.', tool: true }, (_, call) =>
      String(call.auth),
    )
    expect((await ask(app)).status).toBe(200)
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'who' } }
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(message)
    const request = new Request('http://localhost/mcp', { method: 'POST', headers, body })
    expect((await app.fetch(request)).status).toBe(401)
  })

  test('AUTH-11: edge and find come first, arguments and guards after', async () => {
    let runs = 0
    const { app } = appWith((_request: AuthRequest) => {
      runs++
      return null
    })
    app.post('/pay', { roles: ['admin'] }, () => 'paid')
    const at = async (path: string, init: RequestInit = {}, host = 'localhost') =>
      (await app.fetch(new Request(`http://${host}${path}`, init))).status
    expect(await at('/who', {}, 'evil.example')).toBe(400)
    expect(await at('/nowhere')).toBe(404)
    expect(await at('/who', { method: 'DELETE' })).toBe(405)
    expect(runs).toBe(0)
    const headers = { 'content-type': 'application/json' }
    expect(await at('/pay', { method: 'POST', headers, body: '{ not json' })).toBe(401)
    expect(runs).toBe(1)
  })
})

describe('what an authenticator sees', () => {
  test('REQ-3: headers, query and cookies that can be listed', async () => {
    const seen: unknown[] = []
    const { app } = appWith((request: AuthRequest) => {
      const { headers, query, cookies } = request
      seen.push([...headers].filter(([name]) => name.startsWith('x-') || name === 'cookie'))
      seen.push([...headers.keys()].includes('authorization'), headers.has('X-ONE'))
      seen.push([...query], query.get('a'), query.getAll('a'), query.has('z'), query.get('z'))
      seen.push([...cookies.entries()], cookies.get('s'), cookies.has('t'))
      seen.push(query === request.query, cookies === request.cookies)
      return known
    })
    const listed: unknown[] = []
    app.get('/list', {}, (_, { request }) => void listed.push(...request.headers.keys()))
    const headers = { authorization: 'Bearer t', cookie: 's=1; s=2', 'x-one': '1', 'x-two': '2' }
    await app.fetch(new Request('http://localhost/list?a=1&a=2&b=%20c', { headers }))
    expect(seen).toEqual([
      [
        ['cookie', 's=1; s=2'],
        ['x-one', '1'],
        ['x-two', '2'],
      ],
      ...[true, true],
      [
        ['a', '1'],
        ['a', '2'],
        ['b', ' c'],
      ],
      ...['2', ['1', '2'], false, null],
      [
        ['s', '1'],
        ['s', '2'],
      ],
      ...['2', false],
      ...[true, true],
    ])
    // PW-02: a handler lists what it may see.
    expect(listed).toContain('x-one')
    expect(listed).not.toContain('authorization')
    expect(listed).not.toContain('cookie')
  })

  test('a malformed query holds no credential, and is refused later', async () => {
    const { app } = appWith((request: AuthRequest) => {
      return request.query.get('key') === null ? null : known
    })
    const at = (search: string) => app.fetch(new Request(`http://localhost/who?${search}`))
    expect((await at('key=1')).status).toBe(200)
    expect((await at('key=1&%zz')).status).toBe(401)
  })

  test('CLI-5: the action is null for lists and documents', async () => {
    const seen: unknown[] = []
    const { app } = appWith((request: AuthRequest) => {
      seen.push([request.source, request.entrypoint, request.action?.name ?? null])
      return known
    })
    app.get('/x', { name: 'x', description: 'X.', tool: true, cli: true }, () => 1)
    await app.fetch(new Request('http://localhost/x'))
    await app.fetch(new Request('http://localhost/openapi.json'))
    const local = app.localActions({ headers: [] })
    await local.manifest()
    await local.call({ action: 'x' })
    await local.call({ action: 'nowhere' })
    expect(seen).toEqual([
      ['api', 'server', 'x'],
      ['api', 'server', null],
      ['cli', 'local', null],
      ['cli', 'local', 'x'],
      ['cli', 'local', null],
    ])
  })
})

describe('body(): credentials that sign the body', () => {
  const KEY = 'It is a secret to everybody'
  const sign = (body: string) => `sha256=${createHmac('sha256', KEY).update(body).digest('hex')}`
  const signed = async (request: AuthRequest) => {
    const signature = request.headers.get('x-hub-signature-256')
    const body = signature === null ? null : await request.body()
    if (body === null) return null
    const wanted = `sha256=${createHmac('sha256', KEY).update(body).digest('hex')}`
    return signature === wanted ? known : refusal('bad_signature')
  }

  function hooks(limit = '1kb') {
    const app = createApp({
      name: 'hooks',
      env: ENV,
      log: { logger: new Lines().logger },
      limits: { body: limit },
      auth: [{ authenticate: signed, surfaces: ['api', 'mcp', 'cli'] }],
    })
    app.post('/hook', {}, async (_, { request }) => request.json())
    return app
  }
  const post = (app: ReturnType<typeof hooks>, body: BodyInit, signature: string | null) =>
    app.fetch(
      new Request('http://localhost/hook', {
        method: 'POST',
        headers: signature === null ? {} : { 'x-hub-signature-256': signature },
        body,
      }),
    )

  test('the bytes that were signed are the bytes that are bound', async () => {
    const app = hooks()
    const body = '{"action":"opened"}'
    const good = await post(app, body, sign(body))
    expect([good.status, await good.json()]).toEqual([200, { action: 'opened' }])
    expect((await post(app, `${body} `, sign(body))).status).toBe(401)
    expect((await post(app, body, null)).status).toBe(401)
  })

  test('the limit of every body holds, before anybody is known', async () => {
    const body = `"${'x'.repeat(2000)}"`
    expect((await post(hooks(), body, sign(body))).status).toBe(413)
  })

  test('a multipart form is read from the same bytes', async () => {
    const app = hooks()
    const seen: unknown[] = []
    app.post('/form', {}, async (_, { request }) => {
      const form = await request.form()
      seen.push(form.get('a'), await form.files('f')[0]?.text())
      return 'read'
    })
    const body =
      '--b\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n' +
      '--b\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\nfile\r\n--b--\r\n'
    const headers = {
      'content-type': 'multipart/form-data; boundary=b',
      'x-hub-signature-256': sign(body),
    }
    const request = new Request('http://localhost/form', { method: 'POST', headers, body })
    expect((await app.fetch(request)).status).toBe(200)
    expect(seen).toEqual(['1', 'file'])
  })

  test('on MCP and the CLI there is none: null, and the credential is not ours', async () => {
    const app = hooks()
    app.post('/x', { name: 'x', description: 'X.', tool: true, cli: true }, () => 1)
    const answer = await app
      .localActions({ headers: ['x-hub-signature-256', sign('')] })
      .call({ action: 'x' })
    expect(answer).toMatchObject({ ok: false, error: { code: 'AUTHENTICATION_ERROR' } })
  })

  test('a caller who is slow with it is out of time, and nobody is known', async () => {
    const app = hooks()
    app.post('/slow', { timeout: '30ms' }, () => 'ran')
    const body = new ReadableStream({ start() {} })
    const headers = { 'x-hub-signature-256': sign('') }
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
    expect((await app.fetch(new Request('http://localhost/slow', init))).status).toBe(504)
  })
})
