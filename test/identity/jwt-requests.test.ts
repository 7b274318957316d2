// What `jwtAuth` does to whole requests: headers, challenges, failures of the service.
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { createApp } from 'trefoil'
import { type JwtAuthOptions, jwtAuth } from 'trefoil/auth'
import { type RunningServer, serve } from 'trefoil/node'
import { afterEach, expect, test } from 'vitest'

const SECRET = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const running: RunningServer[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()))
})

async function served(options: Partial<JwtAuthOptions>) {
  const jwt = jwtAuth({ keys: SECRET, ...options })
  const seen: unknown[] = []
  const app = createApp({
    auth: [{ authenticate: jwt, surfaces: ['api', 'mcp', 'cli'] }],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  })
  app.get('/who', { name: 'who', description: 'Says who calls.', tool: true }, (_, call) => {
    const { headers } = call.request
    seen.push(['authorization', 'dpop', 'x-agent-token'].filter((name) => headers.has(name)))
    return { subject: call.auth.subject }
  })
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '200ms' })
  running.push(server)
  return { jwt, seen, url: server.url }
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const { crv, kty, x } = publicKey.export({ format: 'jwk' })
const hash = (text: string) => createHash('sha256').update(text).digest('base64url')
const jkt = hash(JSON.stringify({ crv, kty, x }))

function proof(htm: string, htu: string, token: string): string {
  const parts = [
    { typ: 'dpop+jwt', alg: 'EdDSA', jwk: { crv, kty, x } },
    { jti: `${Math.random()}`, htm, htu, iat: Math.floor(Date.now() / 1000), ath: hash(token) },
  ]
  const start = parts
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${start}.${sign(null, Buffer.from(start), privateKey).toString('base64url')}`
}

test('DEL-5: DPoP on HTTP and MCP; the proof is hidden from handlers', async () => {
  const { jwt, seen, url } = await served({ dpop: { required: true } })
  const token = await jwt.createToken({ sub: 'ann', cnf: { jkt } })
  const headers = (method: string, path: string) => ({
    authorization: `DPoP ${token}`,
    dpop: proof(method, url + path, token),
  })
  const used = headers('GET', '/who')
  expect((await fetch(`${url}/who?a=1`, { headers: used })).status).toBe(200)
  expect(seen).toEqual([[]])
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'who', arguments: {} },
  })
  const post = { method: 'POST', body }
  const type = { 'content-type': 'application/json' }
  const call = await fetch(`${url}/mcp`, {
    ...post,
    headers: { ...headers('POST', '/mcp'), ...type },
  })
  expect(call.status).toBe(200)
  // Overheard: for another address, or a second time.
  for (const [path, init] of [
    ['/mcp', { ...post, headers: { ...used, ...type } }],
    ['/who', { headers: used }],
  ] as const) {
    const answer = await fetch(url + path, init)
    expect(answer.status).toBe(401)
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^DPoP algs="ES256 .*error="invalid_dpop_proof"/,
    )
  }
  const bearer = await fetch(`${url}/who`, { headers: { authorization: `Bearer ${token}` } })
  expect(bearer.status).toBe(401)
})

test('P-JWT-1: a header of its own is hidden from handlers, named in the 401, and comes once', async () => {
  const { jwt, seen, url } = await served({ header: 'X-Agent-Token' })
  const token = await jwt.createToken({ sub: 'ann' })
  const answer = await fetch(`${url}/who`, { headers: { 'x-agent-token': token } })
  expect([answer.status, seen]).toEqual([200, [[]]])
  const none = await fetch(`${url}/who`, { headers: { authorization: `Bearer ${token}` } })
  expect(none.status).toBe(401)
  expect(none.headers.get('www-authenticate')).toBe('ApiKey in="header", name="x-agent-token"')
  const twice = new Headers({ 'x-agent-token': token })
  twice.append('x-agent-token', token)
  expect([400, 401]).toContain((await fetch(`${url}/who`, { headers: twice })).status)
})

test.each<[string, Partial<JwtAuthOptions>]>([
  [
    'isRevoked fails',
    {
      isRevoked() {
        throw new Error('redis://user:hunter2@db')
      },
    },
  ],
  ['keys cannot be had', { jwks: 'http://127.0.0.1:1/jwks', issuer: 'a', audience: 'b' }],
])(
  'JWT-3, PW-38: when %s the answer is 503, without a challenge and without why',
  async (_, options) => {
    const { jwks } = options
    const { url } = await served(
      jwks === undefined ? options : { ...options, keys: undefined as never },
    )
    const token =
      jwks === undefined
        ? await jwtAuth({ keys: SECRET }).createToken({ sub: 'ann' })
        : `${Buffer.from('{"alg":"ES256","kid":"1"}').toString('base64url')}.e30.AAAA`
    const answer = await fetch(`${url}/who`, { headers: { authorization: `Bearer ${token}` } })
    expect(answer.status).toBe(503)
    expect(answer.headers.get('www-authenticate')).toBeNull()
    expect(answer.headers.get('retry-after')).not.toBeNull()
    expect(await answer.text()).not.toMatch(/hunter2|127\.0\.0\.1:1/)
  },
)
