import { inspect } from 'node:util'
import { createApp } from 'trefoil'
import { apiKeyAuth, firstOf, hasRole, hasScope, jwtAuth, memoryApiKeys } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'

const ADMIN = 'sk-9f3bA71c0d5e8e24Qb6a7Lw1ZtR4mXyP'
const READER = 'sk-5a1c7eW2bb90d4f3Hq8vNz6KsJ0uTgCd'
const SECRET = 'kJ8!f0aQz3LmX7vB1nC5rT9wY2eU6iO4'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

function appWith(authenticate: ReturnType<typeof apiKeyAuth> | ReturnType<typeof firstOf>) {
  const records: { refusal: string | null }[] = []
  const app = createApp({
    name: 'keys',
    env: {},
    log: { logger: silent, onCall: (record) => void records.push(record) },
    auth: [{ authenticate, surfaces: ['api'] }],
    publicSurfaces: ['mcp', 'cli'],
  })
  app.get('/me', {}, (_, { auth }) => ({ ...auth, subject: auth.subject, claims: auth.claims }))
  app.get('/admin', { guards: [hasRole('admin')] }, () => 'ok')
  app.get('/orders', { guards: [hasScope('orders:read')] }, () => 'ok')
  app.post('/form', {}, () => 'ok')
  const get = (path: string, headers: HeadersInit = {}, more: RequestInit = {}) =>
    app.fetch(new Request(`http://localhost${path}`, { headers, ...more }))
  return { app, get, records }
}

const rich = () =>
  apiKeyAuth({
    keys: {
      [ADMIN]: { clientId: 'admin-agent', roles: ['admin', 'write'] },
      [READER]: { clientId: 'viewer', kind: 'agent', scopes: ['orders:read'], tenant: 'north' },
    },
  })

const challenge = (answer: Response) => answer.headers.get('www-authenticate')

describe('keys known at the start', () => {
  test("P-KEY-1: the page's simple form, and its header by default", async () => {
    const { get } = appWith(
      apiKeyAuth({ keys: { 'sk-abc123': 'frontend-app', 'sk-xyz789': 'backend' } }),
    )
    const answer = await get('/me', { 'X-API-Key': 'sk-xyz789' })
    expect(await answer.json()).toMatchObject({ subject: 'backend', kind: 'service', claims: {} })
  })

  test('P-KEY-1 P-KEY-2: the rich form: roles make guards of roles work', async () => {
    const { get } = appWith(rich())
    expect((await get('/admin', { 'x-api-key': ADMIN })).status).toBe(200)
    expect((await get('/admin', { 'x-api-key': READER })).status).toBe(403)
    // P-KEY-2: no scopes unless the key says so.
    expect((await get('/orders', { 'x-api-key': ADMIN })).status).toBe(403)
    expect((await get('/orders', { 'x-api-key': READER })).status).toBe(200)
    const me = await (await get('/me', { 'x-api-key': READER })).json()
    expect(me).toMatchObject({ kind: 'agent', tenant: 'north', roles: [], scopes: ['orders:read'] })
  })

  test('P-KEY-3: no key, and an unknown one', async () => {
    const { get, records } = appWith(rich())
    const missing = await get('/me')
    expect([missing.status, challenge(missing)]).toEqual([
      401,
      'ApiKey in="header", name="x-api-key", error_description="Missing API key"',
    ])
    const unknown = await get('/me', { 'x-api-key': `${ADMIN}x` })
    expect([unknown.status, challenge(unknown)]).toEqual([
      401,
      'ApiKey in="header", name="x-api-key", error="invalid_token", error_description="Invalid API key"',
    ])
    expect(records.map(({ refusal }) => refusal)).toEqual([null, 'unknown_key'])
  })

  test('PW-24: the case of the header does not matter, here and there', async () => {
    const { get } = appWith(apiKeyAuth({ keys: { [ADMIN]: 'a' }, header: 'X-Shop-KEY' }))
    expect((await get('/me', { 'x-shop-key': ADMIN })).status).toBe(200)
    expect((await get('/me', { 'x-api-key': ADMIN })).status).toBe(401)
  })

  test('P-KEY-4: verifyKey says yes or no, and never throws', async () => {
    const auth = rich()
    expect(await auth.verifyKey(ADMIN)).toBe(true)
    for (const bad of ['', 'x', `${ADMIN} `, null, undefined, 7, {}, [ADMIN], Symbol('x')]) {
      expect(await auth.verifyKey(bad as never)).toBe(false)
    }
  })

  test('PW-25: a key ends when it says, by the clock of the app', async () => {
    let now = 1_000_000
    const clock = { now: () => now, elapsed: () => now }
    const keys = { [ADMIN]: { clientId: 'a', expiresAt: new Date(2_000_000) } }
    const { get, records } = appWith(apiKeyAuth({ keys, clock }))
    expect((await get('/me', { 'x-api-key': ADMIN })).status).toBe(200)
    now = 2_000_000
    const answer = await get('/me', { 'x-api-key': ADMIN })
    expect(challenge(answer)).toContain('error_description="API key has expired"')
    expect(records.at(-1)?.refusal).toBe('expired')
  })

  test('PW-25: nothing that is reachable holds a key', async () => {
    const auth = rich()
    const shown = inspect(auth, { depth: 9, showHidden: true }) + JSON.stringify(auth)
    expect(shown).not.toContain(ADMIN)
    expect(Object.isFrozen(auth)).toBe(true)
  })

  test('P-NET-1, S-PRI-1: a bad bearer token is not made good by a key, and a good key by no bad token', async () => {
    const jwt = jwtAuth({ keys: SECRET })
    const { get } = appWith(firstOf(jwt, rich()))
    expect((await get('/me', { authorization: 'Bearer x.y.z', 'x-api-key': ADMIN })).status).toBe(
      401,
    )
    expect((await get('/me', { 'x-api-key': ADMIN })).status).toBe(200)
    const token = await jwt.createToken({ sub: 'ann' })
    const both = await get('/me', {
      authorization: `Bearer ${token}`,
      'x-api-key': 'bad-key-of-no-one',
    })
    expect(await both.json()).toMatchObject({ subject: 'ann' })
    // Joined, nobody can say which of them is missing.
    expect(challenge(await get('/me'))).toBe('Bearer, ApiKey in="header", name="x-api-key"')
  })

  test('P-KEY-1: the examples of the page are made as they stand', () => {
    const simple = apiKeyAuth({
      keys: { 'sk-abc123': 'frontend-app', 'sk-xyz789': 'backend-service' },
      header: 'x-api-key',
    })
    const other = apiKeyAuth({
      keys: { 'sk-admin-abc': { clientId: 'admin-agent', roles: ['admin', 'write'] } },
    })
    expect(firstOf(simple, other).scheme).toEqual([simple.scheme, other.scheme])
    // Good enough to try it; production refuses to start with them.
    expect(simple.risks.map(({ code }) => code)).toEqual(['weak_secret', 'weak_secret'])
    expect(rich().risks).toEqual([])
  })
})

describe('KEY-6: a key in the address', () => {
  test.each([
    ['x-api-key', 'whatever'],
    ['X_API_KEY', 'whatever'],
    ['page', ADMIN],
  ])('?%s=… is refused and recorded, whatever else is sent', async (name, value) => {
    const { get, records } = appWith(rich())
    for (const headers of [{}, { 'x-api-key': ADMIN }]) {
      const answer = await get(`/me?${name}=${value}`, headers)
      expect(answer.status).toBe(401)
      expect(challenge(answer)).toContain('API keys go in the header x-api-key')
      expect(challenge(answer)).not.toContain(ADMIN)
    }
    expect(records.map(({ refusal }) => refusal)).toEqual(['misplaced', 'misplaced'])
  })

  test('in a form it is no credential', async () => {
    const { get } = appWith(rich())
    const body = new URLSearchParams({ 'x-api-key': ADMIN, api_key: ADMIN })
    expect((await get('/form', {}, { method: 'POST', body })).status).toBe(401)
  })
})

describe('what cannot be right stops the start', () => {
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['nothing', undefined, /needs keys or a store/],
    ['no key', {}, /at least one key/],
    ['text', ADMIN, /must be an object/],
    ['a list', [ADMIN], /must be an object/],
    ['an empty key', { '': 'a' }, /variable that it comes from/],
    ['a look-alike in another script', { 'sk-аdmin-key-abc': 'a' }, /ASCII/],
    ['a key with a space', { [`${ADMIN} `]: 'a' }, /without spaces/],
    ['a huge key', { ['k'.repeat(513)]: 'a' }, /1 to 512/],
    ['no client id', { [ADMIN]: { roles: ['admin'] } }, /clientId must be/],
    ['an empty client id', { [ADMIN]: '' }, /clientId must be/],
    ['null', { [ADMIN]: null }, /must have a client id/],
    ['roles as text', { [ADMIN]: { clientId: 'a', roles: 'admin' } }, /roles must be a list/],
    ['a person', { [ADMIN]: { clientId: 'a', kind: 'person' } }, /'service' or 'agent'/],
    ['a misspelt member', { [ADMIN]: { clientId: 'a', expiresat: 1 } }, /expiresAt/],
    ['no date', { [ADMIN]: { clientId: 'a', expiresAt: '2030' } }, /valid Date/],
    ['an invalid date', { [ADMIN]: { clientId: 'a', expiresAt: new Date('x') } }, /valid Date/],
  ]
  test.each(wrong)('PW-19 PW-25: %s', (_, keys, message) => {
    let said = ''
    try {
      apiKeyAuth({ keys: keys as Record<string, string> })
    } catch (error) {
      said = String(error)
    }
    expect(said).toMatch(message)
    expect(said).not.toContain(ADMIN)
  })

  test.each(['authorization', 'Cookie', 'content-type', 'x y', '', 7, 'host', 'X-Forwarded-For'])(
    'the header %j',
    (header) => {
      expect(() => apiKeyAuth({ keys: { [ADMIN]: 'a' }, header: header as string })).toThrow(
        /header/,
      )
    },
  )

  test('a getter is asked once: what was looked at is what counts', async () => {
    let asked = 0
    const entry = {
      get clientId() {
        return ++asked === 1 ? 'reader' : 'admin'
      },
    }
    const { get } = appWith(apiKeyAuth({ keys: { [ADMIN]: entry } }))
    expect(await (await get('/me', { 'x-api-key': ADMIN })).json()).toMatchObject({
      subject: 'reader',
    })
  })
})

describe('one key, every surface', () => {
  const PEPPER = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'

  /** What came of a call: its status, and everything that was said. */
  type Ways = Readonly<
    Record<string, (headers: Record<string, string>) => Promise<readonly [number, string]>>
  >

  function made() {
    const store = memoryApiKeys()
    const auth = apiKeyAuth({ store, pepper: PEPPER })
    const lines: unknown[] = []
    const log = (...said: unknown[]) =>
      void lines.push(inspect(said, { depth: 9, showHidden: true }))
    const records: { refusal: string | null }[] = []
    const app = createApp({
      name: 'keys',
      env: {},
      log: {
        logger: { debug: log, info: log, warn: log, error: log },
        onCall(record) {
          records.push(record)
          log(record)
        },
      },
      auth: [{ authenticate: auth, surfaces: ['api', 'mcp', 'cli'] }],
    })
    app.get('/me', { name: 'me', description: 'Who calls.', tool: true, cli: true }, (_, call) => ({
      subject: call.auth.subject,
      kind: call.auth.kind,
      seen: call.request.headers.get('x-api-key'),
      all: inspect(call, { depth: 6, showHidden: true }),
    }))
    const client = testClient(app)
    const said = (answer: unknown) => inspect(answer, { depth: 9 }) + JSON.stringify(answer)
    const mcp = (era: 'modern' | 'legacy') => async (headers: Record<string, string>) => {
      const answer = await testClient(app, { era }).mcp.callTool('me', {}, { headers })
      const { response } = answer
      return [answer.status, said([answer.message, [...response.headers]])] as const
    }
    const cli = (local: boolean) => async (headers: Record<string, string>) => {
      const answer = await client.cli.call('me', {}, { headers, local })
      const { status_code: status = 200 } = answer as { status_code?: number }
      return [status, said(answer)] as const
    }
    const ways: Ways = {
      http: async (headers) => {
        const answer = await client.http.get('/me', { headers })
        return [answer.status, said([answer.text, [...answer.headers]])]
      },
      'mcp modern': mcp('modern'),
      'mcp legacy': mcp('legacy'),
      'cli remote': cli(false),
      'cli local': cli(true),
    }
    return { auth, ways, lines, records, store }
  }

  test('P-KEY-3 PW-02: accepted, refused and hidden alike', async () => {
    const { auth, ways, lines, records } = made()
    const { key } = await auth.createKey({
      owner: 'ann',
      name: 'agent',
      kind: 'agent',
      clientId: 'agent-7',
    })
    const text = key.reveal()
    const mistyped = text.slice(0, -1) + (text.endsWith('0') ? '1' : '0')
    for (const [way, call] of Object.entries(ways)) {
      const [status, answer] = await call({ 'X-API-Key': text })
      expect([way, status]).toEqual([way, 200])
      expect(answer).toContain('agent-7')
      expect(answer, `${way} shows the key`).not.toContain(text)
      const bad: [sent: Record<string, string>, refusal: string | null][] = [
        [{}, null],
        [{ 'x-api-key': '' }, 'unknown_key'],
        [{ 'x-api-key': mistyped }, 'unknown_key'],
        [{ 'x-api-key': 'k'.repeat(4000) }, 'unknown_key'],
        [{ 'x-api-key': '__proto__' }, 'unknown_key'],
        [{ authorization: `Bearer ${text}` }, null],
      ]
      // Over HTTP the edge knows already that it came twice.
      const [twice] = await call({ 'x-api-key': `${text}, ${text}` })
      expect([400, 401]).toContain(twice)
      for (const [headers, refusal] of bad) {
        const [refused, words] = await call(headers)
        expect(
          [way, refused, records.at(-1)?.refusal],
          JSON.stringify(headers).slice(0, 40),
        ).toEqual([way, 401, refusal])
        expect(words).not.toContain(text)
      }
    }
    expect(lines.join('\n')).not.toContain(text.slice(-38))
  })

  test('KEY-3 KEY-5: where it may be used, and that it was taken back', async () => {
    const { auth, ways, records } = made()
    const { key, record } = await auth.createKey({ owner: 'ann', name: 'agent', surfaces: ['mcp'] })
    const headers = { 'x-api-key': key.reveal() }
    const statuses = async () => {
      const all: Record<string, unknown> = {}
      for (const [way, call] of Object.entries(ways)) {
        const [status] = await call(headers)
        all[way] = status === 200 ? 200 : records.at(-1)?.refusal
      }
      return all
    }
    expect(await statuses()).toEqual({
      http: 'wrong_surface',
      'mcp modern': 200,
      'mcp legacy': 200,
      'cli remote': 'wrong_surface',
      'cli local': 'wrong_surface',
    })
    await auth.revokeKey(record.id)
    expect(new Set(Object.values(await statuses()))).toEqual(new Set(['revoked']))
  })

  test('KEY-3: a key of a network is refused where nobody knows the address', async () => {
    const { auth, ways, records } = made()
    const { key } = await auth.createKey({
      owner: 'ann',
      name: 'a',
      addresses: ['0.0.0.0/0', '::/0'],
    })
    const [status] = await (ways['cli local'] as Ways[string])({ 'x-api-key': key.reveal() })
    expect([status, records.at(-1)?.refusal]).toEqual([401, 'wrong_address'])
  })
})
