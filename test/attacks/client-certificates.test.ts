// Mutual TLS: real certificates over real TLS, HTTP/1.1 and HTTP/2.
import { createHash, X509Certificate } from 'node:crypto'
import { connect } from 'node:http2'
import { request as httpsRequest } from 'node:https'
import { createApp } from 'trefoil'
import {
  type AuthRequest,
  type ClientCertificateOptions,
  clientCertificateAuth,
  firstOf,
  jwtAuth,
  refusal,
} from 'trefoil/auth'
import { type RunningServer, serve } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { certificateInHeader } from '../../packages/trefoil/src/identity/client-certificate/certificate-header.ts'
import { ENV } from '../findings/surfaces.ts'
import { selfSigned } from '../http/self-signed.ts'
import { type Authority, authority, type KeyAndCertificate } from './certificates.ts'

const SECRET = 'Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0cAeUiOqWzX'

let ca: Authority
let otherCa: Authority
let server: KeyAndCertificate
let billing: KeyAndCertificate
let stranger: KeyAndCertificate
let running: RunningServer
let shift = 0
const clock = { now: () => Date.now() + shift, elapsed: () => performance.now() }

/** The options of the authenticator that a path is guarded by are those of the test that runs. */
let options: ClientCertificateOptions = {}

function appWith(more: object = {}) {
  const jwt = jwtAuth({ keys: SECRET })
  const app = createApp({
    env: ENV,
    log: { level: 'silent' },
    auth: [
      {
        authenticate: firstOf(
          {
            name: 'certificate',
            scheme: { type: 'mutualTLS' },
            authenticate: (request: AuthRequest) =>
              request.headers.get('authorization') === null
                ? clientCertificateAuth({ clock, ...options }).authenticate(request)
                : null,
          },
          jwt,
        ),
        surfaces: ['api', 'mcp', 'cli'],
      },
    ],
    ...more,
  })
  app.post('/who', { name: 'who', description: 'Who.', tool: true, cli: true }, (_, { auth }) => ({
    subject: auth.subject,
    kind: auth.kind,
    roles: [...auth.roles],
    bound: auth.claims['x5t#S256'] ?? null,
  }))
  return app
}

beforeAll(async () => {
  ca = authority('trefoil test')
  otherCa = authority('somebody else')
  server = ca.issue('/CN=localhost', 'DNS:localhost')
  billing = ca.issue('/CN=Billing', 'URI:spiffe://example.org/billing,DNS:billing.example')
  stranger = otherCa.issue('/CN=Billing', 'URI:spiffe://example.org/billing')
  running = await serve(appWith(), {
    port: 0,
    signals: false,
    tls: { ...server, ca: ca.cert, requestCert: true, rejectUnauthorized: false },
  })
})
afterAll(async () => {
  await running.close()
  ca.close()
  otherCa.close()
})

interface Seen {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly challenge: string | undefined
}

const headers = { 'content-type': 'application/json', host: 'localhost' }

function overHttp1(client: Partial<KeyAndCertificate>, more: object = {}): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const options = {
      ...client,
      ca: ca.cert,
      servername: 'localhost',
      method: 'POST',
      agent: false,
    }
    const sent = httpsRequest(
      new URL('/who', running.url),
      { ...options, headers: { ...headers, ...more } },
      async (answer) => {
        const body = Buffer.concat(await answer.toArray()).toString()
        const challenge = answer.headers['www-authenticate']
        resolve({ status: answer.statusCode ?? 0, body: JSON.parse(body), challenge })
      },
    )
    sent.once('error', reject)
    sent.end('{}')
  })
}

async function overHttp2(client: Partial<KeyAndCertificate>, more: object = {}): Promise<Seen> {
  const session = connect(running.url, { ...client, ca: ca.cert, servername: 'localhost' })
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/who',
      'content-type': 'application/json',
      ...more,
    })
    stream.end('{}')
    let status = 0
    let challenge: string | undefined
    stream.once('response', (head) => {
      status = Number(head[':status'])
      challenge = head['www-authenticate']
    })
    const body = Buffer.concat(await stream.toArray()).toString()
    return { status, body: JSON.parse(body), challenge }
  } finally {
    session.destroy()
  }
}

async function tell(seen: Promise<Seen>): Promise<string> {
  const { status, body, challenge } = await seen
  return status === 200 ? String(body['subject']) : `${status} ${challenge}`
}

describe.each([
  ['HTTP/1.1', overHttp1],
  ['HTTP/2', overHttp2],
])('over %s', (_, ask) => {
  test('P-PROV-1: a verified certificate says who is calling, by its alternative name', async () => {
    options = {}
    const { body } = await ask(billing)
    const { raw } = new X509Certificate(billing.cert)
    expect(body).toEqual({
      subject: 'spiffe://example.org/billing',
      kind: 'service',
      roles: [],
      bound: createHash('sha256').update(raw).digest('base64url'),
    })
  })

  test('no certificate, and one that nobody signed whom we trust, are nobody', async () => {
    options = {}
    for (const client of [{}, stranger, selfSigned()]) {
      const { status, challenge } = await ask(client)
      expect([status, challenge]).toEqual([401, 'MutualTLS, Bearer'])
    }
  })

  test('headers say nothing: neither the header of RFC 9440 nor those of proxies', async () => {
    options = {}
    const item = `:${new X509Certificate(billing.cert).raw.toString('base64')}:`
    const forged = { 'client-cert': item, 'x-client-cert': item, 'x-ssl-client-verify': 'SUCCESS' }
    expect(await tell(ask({}, forged))).toMatch(/^401/)
    options = { proxy: true }
    expect(await tell(ask({}, forged))).toMatch(/^401/)
    expect(await tell(ask(billing, forged))).toMatch(/^401/)
  })

  test('RFC 8705: jwtAuth takes a token that is bound to the certificate of the connection', async () => {
    options = {}
    const { raw } = new X509Certificate(billing.cert)
    const thumbprint = createHash('sha256').update(raw).digest('base64url')
    const token = await jwtAuth({ keys: SECRET }).createToken({
      sub: 'ann',
      cnf: { 'x5t#S256': thumbprint },
    })
    const authorization = `Bearer ${token}`
    expect(await tell(ask(billing, { authorization }))).toBe('ann')
    const other = ca.issue('/CN=Other', 'DNS:other.example')
    expect(await tell(ask(other, { authorization }))).toMatch(/^401/)
    expect(await tell(ask({}, { authorization }))).toMatch(/^401/)
    expect(await tell(ask(stranger, { authorization }))).toMatch(/^401/)
  })
})

test('which name counts, and that it must be the only one of its kind', async () => {
  options = { subject: ['dns'] }
  expect(await tell(overHttp1(billing))).toBe('billing.example')
  options = { subject: ['cn'] }
  expect(await tell(overHttp1(billing))).toBe('Billing')
  options = {}
  expect(await tell(overHttp1(ca.issue('/CN=ann', '')))).toMatch('names nobody')
  const two = ca.issue('/CN=x', 'DNS:a.example,DNS:b.example')
  expect(await tell(overHttp1(two))).toMatch('several names')
})

test('names that look like others are refused', async () => {
  options = { subject: ['dns', 'uri'] }
  // A comma in a name must not make two of it (CVE-2021-44532).
  const comma = ca.issue('/CN=x', 'URI.1=http://a.example/,DNS:billing.example')
  expect(await tell(overHttp1(comma))).toBe('http://a.example/,DNS:billing.example')
  options = { subject: ['cn'] }
  expect(await tell(overHttp1(ca.issue('/CN=Bi\\nlling/CN=Billing', '')))).toMatch(/^401/)
  expect(await tell(overHttp1(ca.issue('/CN=Billing/CN=Other', '')))).toMatch('several names')
})

test('map says what the holder may; who is not on its list is nobody', async () => {
  options = {
    map: ({ subject }) =>
      subject.endsWith('/billing') ? { roles: ['billing'], kind: 'agent' } : null,
  }
  expect((await overHttp1(billing)).body).toMatchObject({ roles: ['billing'], kind: 'agent' })
  const other = ca.issue('/CN=x', 'URI:spiffe://example.org/other')
  expect(await tell(overHttp1(other))).toMatch(/^401/)
  options = { map: async () => refusal('revoked') }
  expect(await tell(overHttp1(billing))).toMatch('has been revoked')
  for (const odd of ['admin', true, { roles: 'admin', rolez: 1 }, 7]) {
    options = { map: () => odd as never }
    expect(await tell(overHttp1(billing)), String(odd)).toMatch(/^503/)
  }
})

test('ca: one of several authorities that TLS trusts', async () => {
  options = { ca: ca.cert.toString() }
  expect(await tell(overHttp1(billing))).toBe('spiffe://example.org/billing')
  options = { ca: otherCa.cert.toString() }
  expect(await tell(overHttp1(billing))).toMatch('another issuer')
  for (const bad of ['', 'no PEM', [], billing.cert.toString(), 7]) {
    expect(() => clientCertificateAuth({ ca: bad as never })).toThrow('certificates of authorities')
  }
})

test('a connection may outlive its certificate, and a clock may be set back', async () => {
  options = {}
  try {
    shift = 3 * 86_400_000
    expect(await tell(overHttp1(billing))).toMatch('has expired')
    shift = -3 * 86_400_000
    expect(await tell(overHttp1(billing))).toMatch('not valid yet')
  } finally {
    shift = 0
  }
})

describe('RFC 9440: behind a trusted proxy', () => {
  const item = () => `:${new X509Certificate(billing.cert).raw.toString('base64')}:`
  const ask = (clientAddress: string, sent: Record<string, string>, proxies = ['10.0.0.0/8']) => {
    options = { proxy: true }
    const client = testClient(appWith({ edge: { proxies } }), { clientAddress })
    return client.http.post('/who', { json: {}, headers: sent })
  }

  test('it is believed from the proxy alone', async () => {
    const answer = await ask('10.0.0.1', { 'client-cert': item() })
    expect(answer.json()).toMatchObject({ subject: 'spiffe://example.org/billing' })
    expect((await ask('192.0.2.1', { 'client-cert': item() })).status).toBe(401)
    expect((await ask('10.0.0.1', { 'client-cert': item() }, [])).status).toBe(401)
  })

  test('without `proxy` it is not read, wherever it comes from', async () => {
    options = {}
    const client = testClient(appWith({ edge: { proxies: ['10.0.0.0/8'] } }), {
      clientAddress: '10.0.0.1',
    })
    const answer = await client.http.post('/who', { json: {}, headers: { 'client-cert': item() } })
    expect(answer.status).toBe(401)
  })

  test('two of them, and other spellings, are refused', async () => {
    // No choice between two, as with every credential.
    expect((await ask('10.0.0.1', { 'client-cert': `${item()}, ${item()}` })).status).toBe(400)
    for (const value of [item().slice(1), `${item()};a=1`, ':AA:', '']) {
      expect((await ask('10.0.0.1', { 'client-cert': value })).status, value.slice(0, 9)).toBe(401)
    }
    expect(certificateInHeader(':AB==:')).toBeNull()
    expect(certificateInHeader(':AA==:')).toEqual(Buffer.from([0]))
  })

  test('every surface goes by it', async () => {
    options = { proxy: true }
    const client = testClient(appWith({ edge: { proxies: ['10.0.0.0/8'] } }), {
      clientAddress: '10.0.0.1',
      headers: { 'client-cert': item() },
    })
    const tool = await client.mcp.callTool('who', {})
    expect(JSON.stringify(tool)).toContain('spiffe://example.org/billing')
    const bare = testClient(appWith(), { headers: { 'client-cert': item() } })
    expect((await bare.mcp.callTool('who', {})).response.status).toBe(401)
  })
})
