// Claims of any shape, signed with the right key, over all authenticators that read claims: a 401 or a
// caller with the rights that the claims state, never a 500 and never a right nobody stated.
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import fc from 'fast-check'
import { createApp } from 'trefoil'
import { type Authenticator, firstOf, hasRole, introspectionAuth, jwtAuth } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const KEY = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const EXP = 4_000_000_000
const RUNS = Number(process.env['TREFOIL_RUNS'] ?? 100)

const encode = (text: string) => Buffer.from(text).toString('base64url')

/** @param body JSON as it is written, so that it may be what no object of JavaScript can say */
function signed(body: string): string {
  const start = `${encode('{"alg":"HS256","typ":"JWT"}')}.${encode(body)}`
  return `${start}.${createHmac('sha256', KEY).update(start).digest('base64url')}`
}

/** A provider that says of each token what stands in it. */
const provider = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text
  })
  request.on('end', () => {
    const [, claims = ''] = new URLSearchParams(body).get('token')?.split('.') ?? []
    const text = Buffer.from(claims, 'base64url').toString()
    response.setHeader('content-type', 'application/json')
    response.end(text.startsWith('{') ? text.replace('{', '{"active":true,') : '{"active":false}')
  })
})
provider.listen(0, '127.0.0.1')
await once(provider, 'listening')
afterAll(() => {
  provider.closeAllConnections()
  provider.close()
})
const asks = {
  url: `http://127.0.0.1:${(provider.address() as AddressInfo).port}`,
  clientId: 'store',
  clientSecret: KEY,
  audience: ['store', 'aud'],
}

const none: Authenticator = { name: 'none', authenticate: (_request) => null }
const AUTHENTICATORS: Readonly<Record<string, Authenticator<unknown>>> = {
  jwtAuth: jwtAuth({ keys: KEY }),
  'jwtAuth without a cache': jwtAuth({ keys: KEY, cacheSize: 0 }),
  'jwtAuth for Keycloak': jwtAuth({ keys: KEY, claims: 'keycloak' }),
  'jwtAuth for Auth0': jwtAuth({ keys: KEY, claims: 'auth0' }),
  'jwtAuth for Entra': jwtAuth({ keys: KEY, claims: 'entra' }),
  firstOf: firstOf(none, jwtAuth({ keys: KEY })),
  introspectionAuth: introspectionAuth(asks),
  'introspectionAuth for Keycloak': introspectionAuth({ ...asks, claims: 'keycloak' }),
  'introspectionAuth that remembers nothing': introspectionAuth({ ...asks, cacheSize: 0 }),
}

interface Seen {
  readonly subject: unknown
  readonly tenant: unknown
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

const NAMES = [
  'sub',
  'client_id',
  'roles',
  'scope',
  'scopes',
  'scp',
  'permissions',
  'tenant_id',
  'tid',
  'org_id',
  'realm_access',
  'resource_access',
  'act',
  'exp',
  'iat',
  'nbf',
  'iss',
  'aud',
  'azp',
  'typ',
  'cnf',
  '__proto__',
  'constructor',
]
const values = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('', ' ', 'admin', ['admin', 7], [['admin']], { roles: 'admin' }, null, -0, 1e21),
)
const payloads = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), values), { maxLength: 8 })
  .map((members) => {
    const written = [
      ...new Map<string, unknown>([['sub', 'ann'], ['exp', EXP], ['aud', 'store'], ...members]),
    ]
    return `{${written.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
  })

/** Every text in a value, and every part of it between spaces. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...value.split(' ')]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

describe.each(Object.entries(AUTHENTICATORS))('%s', (_, authenticate) => {
  // A provider whose answer is no JSON that can be read for certain has failed, and nobody gets in.
  const refused = authenticate.name === 'introspectionAuth' ? [401, 503] : [401]
  const app = createApp({
    auth: [{ authenticate, surfaces: ['api'] }],
    publicSurfaces: ['mcp', 'cli'],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  })
  app.get('/who', (_, call) => ({
    subject: call.auth.subject,
    tenant: call.auth.tenant,
    roles: [...call.auth.roles],
    scopes: [...call.auth.scopes],
  }))
  app.get('/letter', { guards: [hasRole('a')] }, () => 'in')
  const client = testClient(app)
  beforeAll(async () => void (await client.http.get('/who')))
  afterAll(() => client[Symbol.asyncDispose]())
  const ask = (path: string, body: string) =>
    client.http.get(path, { headers: { authorization: `Bearer ${signed(body)}` } })

  test('PW-12 PW-14 PW-19 P-MW-5: any claims are a 401, or what they state', async () => {
    await fc.assert(
      fc.asyncProperty(payloads, async (body) => {
        const response = await ask('/who', body)
        if (refused.includes(response.status)) return
        expect(response.status).toBe(200)
        const { subject, tenant, roles, scopes } = response.json() as Seen
        const stated = new Set(textsIn(JSON.parse(body)))
        expect(typeof subject === 'string' && subject !== '').toBe(true)
        expect(tenant === null || (typeof tenant === 'string' && tenant.trim() !== '')).toBe(true)
        for (const right of [...roles, ...scopes]) expect(stated).toContain(right)
      }),
      { numRuns: RUNS },
    )
  })

  test.each([
    ['PW-12 a payload that is a list', '[]'],
    ['PW-12 a payload that is null', 'null'],
    ['PW-12 a payload that is text', '"ann"'],
    ['PW-14 an end beyond all numbers', '{"aud":"store","sub":"ann","exp":1e400}'],
    ['PW-14 an end in words', '{"aud":"store","sub":"ann","exp":"4000000000"}'],
    ['PW-19 a subject that is a number', `{"aud":"store","sub":7,"exp":${EXP}}`],
    ['PW-19 a subject that is empty', `{"aud":"store","sub":"","exp":${EXP}}`],
    ['DEL-1 an actor that is text', `{"aud":"store","sub":"ann","exp":${EXP},"act":"agent"}`],
  ])('%s is a 401', async (_name, body) => {
    expect(refused).toContain((await ask('/who', body)).status)
  })

  test('PW-13: a role in text is one role, not its letters', async () => {
    const response = await ask(
      '/letter',
      `{"sub":"ann","exp":${EXP},"aud":"store","roles":"admin"}`,
    )
    expect(response.status).toBe(403)
  })
})
