// What the page on security says beside accounts, and no other test names: where it lives is not here.
import { createHash } from 'node:crypto'
import { createApp } from 'trefoil'
import { accounts, hashAddress } from 'trefoil/accounts'
import { keyRing } from 'trefoil/auth'
import { CookieSigner } from 'trefoil/cookies'
import { database } from 'trefoil/database'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const quiet = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const KEY = 'k'.repeat(32)

describe('CORS', () => {
  it('SW-16, S-CORS-3: every origin together with credentials does not start', () => {
    const cors = { allowedOrigins: ['*'], allowCredentials: true }
    expect(() => createApp({ env: {}, browser: { cors } }).catalogue).toThrow(/credentials/i)
  })

  it('S-CORS-4: an origin that is named is told so, another one nothing', async () => {
    const cors = { allowedOrigins: ['https://app.example'], allowCredentials: true }
    const app = createApp({ env: {}, log: quiet, browser: { cors } })
    app.get('/', () => 1)
    const { http } = testClient(app)
    const ours = await http.get('/', { headers: { origin: 'https://app.example' } })
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(ours.headers.get('access-control-allow-credentials')).toBe('true')
    expect(ours.headers.get('vary')).toMatch(/origin/i)
    const theirs = await http.get('/', { headers: { origin: 'https://evil.example' } })
    expect(theirs.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('errors, ids and sizes', () => {
  it('SW-30, S-ERR-1: a failure says nothing of itself, nor what was asked', async () => {
    const app = createApp({ env: {}, log: quiet })
    app.get('/orders', () => {
      throw new Error('password=hunter2')
    })
    const { http } = testClient(app)
    const answer = await http.get('/orders?token=s3cret')
    expect(answer.status).toBe(500)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.text).not.toMatch(/hunter2|s3cret/)
  })

  it('SW-30, S-RID-1: an id of a request is taken where it is one', async () => {
    const app = createApp({ env: {}, log: quiet })
    app.get('/', () => 1)
    const { http } = testClient(app)
    const id = async (sent: string) =>
      (await http.get('/', { headers: { 'x-request-id': sent } })).headers.get('x-request-id')
    expect(await id('abc-123')).toBe('abc-123')
    for (const bad of ['a b', 'x'.repeat(1000), 'é']) expect(await id(bad)).not.toBe(bad)
  })

  it('SW-30, S-SIZE-1: a body without a length is counted while it is read', async () => {
    const app = createApp({ env: {}, log: quiet, limits: { body: '1kb' } })
    app.post('/', { params: { note: z.string() } }, ({ note }) => note)
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(512)),
    })
    const sent = new Request('http://localhost/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    })
    expect((await app.fetch(sent)).status).toBe(413)
  })
})

describe('headers', () => {
  it('SW-32: HSTS over https alone, preload where it is asked for', async () => {
    const app = createApp({ env: {}, log: quiet, edge: { security: 'strict', hosts: ['*'] } })
    app.get('/', () => 1)
    const plain = await testClient(app).http.get('/')
    expect(plain.headers.get('strict-transport-security')).toBeNull()
    const sealed = await testClient(app, { scheme: 'https' }).http.get('/')
    expect(sealed.headers.get('strict-transport-security')).toMatch(/max-age=\d+/)
    expect(sealed.headers.get('strict-transport-security')).not.toContain('preload')
  })
})

describe('other ways of the page', () => {
  it('S-ATT-3, SW-07: addresses are hashed with a key, not with SHA-256 alone', () => {
    const client = { address: '192.0.2.7' }
    const hash = hashAddress({ client } as never, keyRing(KEY))
    const plain = createHash('sha256').update(client.address)
    expect(hash).toMatch(/^[\w-]{43}$/)
    expect(hash).not.toBe(plain.copy().digest('base64url'))
    expect(hash).not.toBe(hashAddress({ client } as never, keyRing('o'.repeat(32))))
  })

  it('S-CK-5: a signed cookie gives its payload back, and takes no option of another name', () => {
    const signer = new CookieSigner(keyRing(KEY, ['o'.repeat(32)]), { format: 'payload' })
    expect(signer.open(signer.seal({ sub: 'u' }, { expiresIn: '1h' }))).toMatchObject({ sub: 'u' })
    expect(() => signer.seal({}, { exp_seconds: 3600 } as never)).toThrow("'exp_seconds'")
  })

  it('S-JWT-1, S-JWT-4: a token of a session is no JWT, and one verifier is all there is', async () => {
    const data = database({ url: ':memory:' })
    const people = accounts({ data, keys: KEY })
    const app = createApp({
      env: {},
      log: quiet,
      auth: [{ authenticate: people.sessionAuth, surfaces: ['api', 'mcp', 'cli'] }],
      parts: [data, people],
    })
    app.get('/me', () => 1)
    const client = testClient(app)
    const jwt = [{ alg: 'HS256' }, { sub: 'u', aud: 'fastapi-users:auth' }, 'x']
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    // By the query, by a protocol of a socket, by a header: nowhere.
    const tries = [
      client.http.get(`/me?token=${jwt}`),
      client.http.get('/me', { headers: { 'sec-websocket-protocol': `bearer, ${jwt}` } }),
      client.http.get('/me', { token: jwt }),
    ]
    for (const { status } of await Promise.all(tries)) expect([400, 401]).toContain(status)
    await client.close()
  })
})
