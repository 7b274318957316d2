import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DEV_ISSUER, hasRole, hasScope, jwtAuth, keyRing } from '../../packages/trefoil/src/auth.ts'
import { type DevTokensOptions, devTokens } from '../../packages/trefoil/src/dev-tokens.ts'
import { createApp, UnfitForProduction } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'
import { partContract, testClient } from '../../packages/trefoil/src/testing.ts'

const KEYS = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const SECRET = 's3cret-of-the-admin'
const CLIENTS = {
  'agent-admin': { secret: SECRET, roles: ['admin'] },
  'agent-viewer': { secret: 'v1ewer', roles: ['viewer'], scopes: ['a:read', 'a:list'] },
  'agent-brief': { secret: 'br1ef', expiresIn: '90s', claims: { tenant_id: 'acme' } },
  'агент-☘': { secret: 'unicode ☘' },
}
const before = process.env['TREFOIL_ENV']
const lines: unknown[][] = []
const note = (...entry: unknown[]) => void lines.push(entry)
const logger = { debug: note, info: note, warn: note, error: note }

beforeEach(() => {
  process.env['TREFOIL_ENV'] = 'development'
  lines.length = 0
})
afterEach(() => {
  if (before === undefined) delete process.env['TREFOIL_ENV']
  else process.env['TREFOIL_ENV'] = before
})

function make(options: Partial<DevTokensOptions> = {}) {
  const part = devTokens({ keys: KEYS, clients: CLIENTS, ...options })
  const app = createApp({
    env: {},
    log: { logger },
    auth: [{ authenticate: jwtAuth({ keys: KEYS }), surfaces: ['api', 'mcp', 'cli'] }],
    parts: [part],
  })
  app.get('/who', { name: 'who', description: 'Who.', tool: true, cli: true }, (_, { auth }) => ({
    subject: auth.subject,
    roles: [...auth.roles],
    scopes: [...auth.scopes],
    kind: auth.kind,
    issuer: auth.issuer,
    tenant: auth.tenant,
  }))
  const delete_ = { name: 'wipe', description: 'Wipe.', tool: true, cli: true }
  app.delete('/all', { ...delete_, guards: [hasRole('admin')] }, () => ({ wiped: true }))
  app.get('/list', { guards: [hasScope('a:list')] }, () => 1)
  return app
}

const ask = { client_id: 'agent-admin', client_secret: SECRET }
const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

describe('devTokens()', () => {
  test('P-TOK-1, P-TOK-2: the request and the answer of the page, which no cache keeps', async () => {
    await using client = testClient(make())
    const answer = await client.http.post('/auth/token', { json: ask })
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'bearer',
      expires_in: 86_400,
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('pragma')).toBe('no-cache')
  })

  test('P-TOK-3: sub is the client id, roles and scopes are those of the client, exp is at hand', async () => {
    const clock = { now: () => 1_800_000_000_000, elapsed: () => 0 }
    await using client = testClient(make({ clock, audience: 'store' }))
    const token = async (id: keyof typeof CLIENTS) => {
      const json = { client_id: id, client_secret: CLIENTS[id].secret }
      return (await client.http.post('/auth/token', { json })).json()
    }
    expect(claimsOf((await token('agent-viewer')).access_token)).toEqual({
      iss: DEV_ISSUER,
      aud: 'store',
      sub: 'agent-viewer',
      roles: ['viewer'],
      scope: 'a:read a:list',
      iat: 1_800_000_000,
      exp: 1_800_086_400,
    })
    const brief = await token('agent-brief')
    expect(brief.expires_in).toBe(90)
    expect(claimsOf(brief.access_token)).toMatchObject({ exp: 1_800_000_090, tenant_id: 'acme' })
    expect(claimsOf((await token('агент-☘')).access_token).sub).toBe('агент-☘')
  })

  test('P-TOK-5: no refresh token is given out, and none is taken', async () => {
    await using client = testClient(make())
    // The secret can be sent again: what would be kept, used once and replaced is not there at all.
    const given = (await client.http.post('/auth/token', { json: ask })).json()
    expect(Object.keys(given).toSorted()).toEqual(['access_token', 'expires_in', 'token_type'])
    for (const refresh_token of [given.access_token, 'prf_x', '', null]) {
      for (const rest of [{}, ask]) {
        const json = { ...rest, grant_type: 'refresh_token', refresh_token }
        const answer = await client.http.post('/auth/token', { json })
        expect([answer.status, answer.json().error]).toEqual([400, 'invalid_request'])
        expect(answer.text).not.toContain('access_token')
      }
    }
  })

  test('P-TOK-6: the endpoint is open, and its tokens say who calls on every surface', async () => {
    await using client = testClient(make())
    const { access_token: token } = (await client.http.post('/auth/token', { json: ask })).json()
    const who = {
      subject: 'agent-admin',
      roles: ['admin'],
      scopes: [],
      kind: 'unknown',
      issuer: DEV_ISSUER,
      tenant: null,
    }
    expect((await client.http.get('/who', { token })).json()).toEqual(who)
    for (const era of ['legacy', 'modern'] as const) {
      const answer = await client.mcp.callTool('who', {}, { token, era })
      expect(JSON.parse(answer.text), era).toEqual(who)
    }
    expect((await client.cli.call('who', {}, { token })).body).toEqual(who)
    expect((await client.http.get('/who')).status).toBe(401)
    expect((await client.http.delete('/all', { token })).status).toBe(200)
    const json = { client_id: 'agent-viewer', client_secret: 'v1ewer' }
    const viewer = (await client.http.post('/auth/token', { json })).json().access_token
    expect((await client.http.delete('/all', { token: viewer })).status).toBe(403)
    expect((await client.http.get('/list', { token: viewer })).status).toBe(200)
  })

  test.each<readonly [status: number, error: string, body: unknown]>([
    [400, 'invalid_request', []],
    [400, 'invalid_request', [ask]],
    [400, 'invalid_request', null],
    [400, 'invalid_request', 'text'],
    [400, 'invalid_request', {}],
    [400, 'invalid_request', { client_id: 'agent-admin' }],
    [400, 'invalid_request', { client_id: 'agent-admin', client_secret: 7 }],
    [400, 'invalid_request', { client_id: ['agent-admin'], client_secret: SECRET }],
    [400, 'invalid_request', { client_id: '', client_secret: '' }],
    [400, 'invalid_request', { ...ask, grant_type: 'refresh_token', refresh_token: 'prf_x' }],
    [400, 'unsupported_grant_type', { ...ask, grant_type: 'password' }],
    [400, 'unsupported_grant_type', { ...ask, grant_type: 1 }],
    [401, 'invalid_client', { ...ask, client_secret: 'wrong' }],
    [401, 'invalid_client', { ...ask, client_secret: `${SECRET} ` }],
    [401, 'invalid_client', { ...ask, client_id: '__proto__' }],
    [401, 'invalid_client', { ...ask, client_id: 'constructor' }],
    [401, 'invalid_client', { ...ask, client_id: 'аgent-admin' }],
    [401, 'invalid_client', { ...ask, client_id: 'x'.repeat(60_000) }],
    [413, 'payload_too_large', { ...ask, pad: 'x'.repeat(65_536) }],
    [200, '', { ...ask, grant_type: 'client_credentials' }],
  ])('P-TOK-4, PW-34: %i %s', async (status, error, json) => {
    await using client = testClient(make())
    const answer = await client.http.post('/auth/token', { json })
    expect(answer.status).toBe(status)
    if (status === 200) return
    expect(answer.json()).toEqual({ error, message: expect.any(String) })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.text).not.toContain(SECRET)
  })

  test('P-TOK-4: no JSON, no body, and other methods', async () => {
    await using client = testClient(make())
    for (const body of ['{', '', 'client_id=agent-admin&client_secret=x']) {
      const answer = await client.http.post('/auth/token', { body })
      expect([answer.status, answer.json().error]).toEqual([400, 'invalid_request'])
    }
    for (const method of ['get', 'put', 'patch', 'delete'] as const) {
      const answer = await client.http[method]('/auth/token')
      expect([answer.status, answer.json()]).toEqual([
        405,
        { error: 'method_not_allowed', message: 'Use POST' },
      ])
      expect(answer.headers.get('allow')).toBe('POST')
    }
  })

  test('PW-34: an unknown client and a wrong secret read alike', async () => {
    await using client = testClient(make())
    const say = async (json: object) => {
      const answer = await client.http.post('/auth/token', { json })
      return [answer.status, answer.text, [...answer.headers.keys()].sort()]
    }
    const wrong = await say({ ...ask, client_secret: 'x' })
    expect(await say({ client_id: 'nobody', client_secret: SECRET })).toEqual(wrong)
  })

  test('PW-34: ten wrong secrets a minute, many at once too; a clock set back changes nothing', async () => {
    let elapsed = 0
    let now = 1_800_000_000_000
    await using client = testClient(make({ clock: { now: () => now, elapsed: () => elapsed } }))
    const wrong = { ...ask, client_secret: 'x' }
    const post = (json: object) => client.http.post('/auth/token', { json })
    // Right ones are no tries.
    for (let count = 0; count < 12; count++) expect((await post(ask)).status).toBe(200)
    const answers = await Promise.all(Array.from({ length: 30 }, () => post(wrong)))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.json()).toEqual({ error: 'too_many_requests', message: expect.any(String) })
    expect(refused?.headers.get('retry-after')).toBe('60')
    // The right one is not told from a wrong one any more.
    expect((await post(ask)).status).toBe(429)
    now -= 10_000_000
    elapsed = 59_999
    expect((await post(ask)).status).toBe(429)
    elapsed = 60_000
    expect((await post(ask)).status).toBe(200)
    expect((await post(wrong)).status).toBe(401)
  })

  test('PW-34: this machine is one address, however it is spelt', async () => {
    const app = make({ clock: { now: () => 1_800_000_000_000, elapsed: () => 0 } })
    const post = async (clientAddress: string, json: object) => {
      await using client = testClient(app, { clientAddress })
      return (await client.http.post('/auth/token', { json })).status
    }
    const wrong = { ...ask, client_secret: 'x' }
    for (let count = 0; count < 10; count++) {
      expect(await post(`127.0.${count}.9`, wrong)).toBe(401)
    }
    for (const address of ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1']) {
      expect(await post(address, ask), address).toBe(429)
    }
  })

  test('P-TOK-6: the secret is in no line of the log, in no record and in nothing that prints', async () => {
    const records: unknown[] = []
    const part = devTokens({ keys: KEYS, clients: CLIENTS })
    const app = createApp({
      env: {},
      log: { logger, onCall: (record) => void records.push(record) },
      parts: [part],
    })
    await using client = testClient(app)
    await client.http.post('/auth/token', { json: ask })
    await client.http.post('/auth/token', { json: { ...ask, client_id: 'x' } })
    await client.http.post('/auth/token', { body: `{"client_secret":"${SECRET}"` })
    expect(records).toHaveLength(3)
    const printed = inspect([records, lines, part], { depth: 20, showHidden: true })
    expect(printed).not.toContain(SECRET)
    expect(printed).not.toContain(KEYS)
    expect(JSON.stringify([records, part])).not.toContain(SECRET)
  })
})

describe('where it exists', () => {
  test.each([undefined, '', 'production', 'Development', 'development ', 'dev', 'test'])(
    'BOOT-1, BOOT-3: not where TREFOIL_ENV is %j',
    (value) => {
      if (value === undefined) delete process.env['TREFOIL_ENV']
      else process.env['TREFOIL_ENV'] = value
      expect(() => make()).toThrow(
        /devTokens\(\) exists only where TREFOIL_ENV is development: .*set TREFOIL_ENV=development/,
      )
    },
  )

  test.each(['0.0.0.0', '::', '192.0.2.1', 'example.com', '127.1', '127.0.0.1.example.com'])(
    'BOOT-1: no server starts with it on %s',
    async (host) => {
      const starting = serve(make(), { host, port: 0, signals: false })
      await expect(starting).rejects.toThrow(/listen on 127\.0\.0\.1, or leave devTokens\(\) out/)
    },
  )

  test('BOOT-1: a server on this machine answers, and nobody behind a proxy or a tunnel', async () => {
    const server = await serve(make(), { host: '127.0.0.1', port: 0, signals: false })
    const post = (headers: Record<string, string> = {}) =>
      fetch(`${server.url}/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(ask),
      })
    try {
      expect((await post()).status).toBe(200)
      // Each is all that some proxy or tunnel adds.
      for (const name of [
        ...['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host'],
        ...['x-forwarded-proto', 'x-forwarded-port', 'X-Forwarded-Server', 'cf-connecting-ip'],
        ...['true-client-ip', 'x-client-ip', 'fastly-client-ip', 'x-original-host', 'cdn-loop'],
      ]) {
        expect((await post({ [name]: '127.0.0.1' })).status, name).toBe(404)
      }
    } finally {
      await server.close()
    }
  })

  test('BOOT-1: it is not there for callers from elsewhere, nor where nobody knows who calls', async () => {
    const app = make()
    await using far = testClient(app, { clientAddress: '192.0.2.7' })
    expect((await far.http.post('/auth/token', { json: ask })).status).toBe(404)
    expect((await far.http.get('/auth/token')).status).toBe(404)
    const request = new Request('http://localhost/auth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ask),
    })
    expect((await app.fetch(request)).status).toBe(404)
  })

  test('BOOT-2: its tokens are refused where nobody develops, whoever lists the issuer', async () => {
    await using client = testClient(make())
    const { access_token: token } = (await client.http.post('/auth/token', { json: ask })).json()
    const verifies = (env: Record<string, string>, issuer?: string[]) =>
      jwtAuth({ keys: KEYS, env, ...(issuer === undefined ? {} : { issuer }) }).verifyToken(token)
    const listed = ['https://issuer.example', DEV_ISSUER]
    expect(await verifies({ TREFOIL_ENV: 'development' })).toBe(true)
    expect(await verifies({ TREFOIL_ENV: 'development' }, listed)).toBe(true)
    expect(await verifies({ TREFOIL_ENV: 'development' }, ['https://issuer.example'])).toBe(false)
    for (const TREFOIL_ENV of ['production', 'Development', '']) {
      expect(await verifies({ TREFOIL_ENV })).toBe(false)
      expect(await verifies({ TREFOIL_ENV }, listed)).toBe(false)
    }
    expect(await verifies({})).toBe(false)
  })

  test('BOOT-1: an app that has it is unfit for production', () => {
    const app = make()
    expect(() => app.validateProduction()).toThrow(UnfitForProduction)
    expect(() => app.validateProduction()).toThrow(/devTokens\(\) must not be there/)
  })
})

describe('what it is made of', () => {
  test('a ring that is replaced signs with its new key at once', async () => {
    const ring = keyRing(KEYS)
    await using client = testClient(make({ keys: ring }))
    const next = 'another-secret-0d9f8e7c6b5a4938271605'
    ring.replace(next)
    const { access_token: token } = (await client.http.post('/auth/token', { json: ask })).json()
    const end = token.lastIndexOf('.')
    const signature = createHmac('sha256', next).update(token.slice(0, end)).digest('base64url')
    expect(token.slice(end + 1)).toBe(signature)
  })

  test.each<readonly [what: string, options: object, message: RegExp]>([
    ['no keys', { keys: undefined }, /devTokens\(\).*keys/],
    ['empty keys', { keys: '' }, /devTokens\(\): keys must be non-empty text or bytes/],
    ['short keys', { keys: 'short' }, /devTokens\(\): keys must be at least 32 bytes/],
    ['no clients', { clients: {} }, /clients must name somebody/],
    ['clients as a list', { clients: [] }, /clients must be an object/],
    ['a client without a secret', { clients: { a: {} } }, /client 'a'.*secret/],
    [
      'a number for a secret',
      { clients: { a: { secret: 271828 } } },
      /secret must be non-empty text/,
    ],
    ['a client that is none', { clients: { a: null } }, /client 'a'/],
    ['an unseen id', { clients: { 'a\u200b': { secret: 'x' } } }, /visible characters/],
    ['half a character', { clients: { '\ud800': { secret: 'x' } } }, /visible characters/],
    ['__proto__', { clients: JSON.parse('{"__proto__":{"secret":"x"}}') }, /visible characters/],
    ['a role as text', { clients: { a: { secret: 'x', roles: 'admin' } } }, /roles must be a list/],
    ['a scope of two', { clients: { a: { secret: 'x', scopes: ['a b'] } } }, /white space/],
    ['sub in claims (PW-34)', { clients: { a: { secret: 'x', claims: { sub: 'b' } } } }, /'sub'/],
    ['act in claims', { clients: { a: { secret: 'x', claims: { act: {} } } } }, /'act'/],
    ['forever', { expiresIn: '999d' }, /expiresIn must be at most '365d'/],
    ['no time', { expiresIn: '0s' }, /expiresIn must be at least '1s'/],
    ['a number of seconds', { expiresIn: 86400 }, /expiresIn/],
    ['a relative path', { path: 'token' }, /path must be a path such as \/auth\/token/],
    ['a misspelt option', { client: {} }, /unknown option 'client'; did you mean 'clients'/],
  ])('refuses %s', (_, options, message) => {
    const given = { keys: KEYS, clients: CLIENTS, ...options } as DevTokensOptions
    expect(() => devTokens(given)).toThrow(message)
    expect(() => devTokens(given)).not.toThrow(/271828/)
  })

  test('reads each option once, and nothing that changes later', async () => {
    let reads = 0
    const admin = {
      get secret() {
        reads++
        return reads === 1 ? SECRET : 'x'
      },
    }
    const clients: Record<string, { secret: string }> = { 'agent-admin': admin }
    await using client = testClient(make({ clients }))
    clients['agent-late'] = { secret: 'late' }
    expect((await client.http.post('/auth/token', { json: ask })).status).toBe(200)
    const json = { client_id: 'agent-late', client_secret: 'late' }
    expect((await client.http.post('/auth/token', { json })).status).toBe(401)
  })

  describe('the contract of parts', () => {
    process.env['TREFOIL_ENV'] = 'development'
    const checks = partContract(() => devTokens({ keys: KEYS, clients: CLIENTS }))
    for (const { name, run } of checks) test(name, run)
  })
})
