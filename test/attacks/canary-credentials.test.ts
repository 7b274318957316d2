// Who attacks: whoever reads what an app hands on (handlers, hooks, logs, records, answers, the services
// it calls). A token that occurs nowhere else goes in by every way there is, good and bad, past every
// kind of authenticator, and must come out nowhere.
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { createApp, dependency } from 'trefoil'
import {
  AuthContext,
  type Authenticator,
  apiKeyAuth,
  clientCertificateAuth,
  firstOf,
  guard,
  introspectionAuth,
  jwtAuth,
  memoryApiKeys,
} from 'trefoil/auth'
import { createRemoteTarget } from 'trefoil/client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { reachable } from '../findings/reachable.ts'
import {
  ALL,
  type CallOptions,
  ENV,
  everywhere,
  Lines,
  NETWORK_IDS,
  on,
  SURFACE_IDS,
  type SurfaceId,
} from '../findings/surfaces.ts'
import { authority } from './certificates.ts'

const SECRET = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const SERVICE_TOKEN = 'token-of-the-service-itself'
const OPAQUE = 'canary-7c1f-opaque-of-ann'
const { privateKey, publicKey } = generateKeyPairSync('ed25519')

function signedByIssuer(): string {
  const parts = [
    { alg: 'EdDSA', typ: 'JWT', kid: 'one' },
    { sub: 'ann', iss: 'https://issuer.example', aud: 'store', exp: 4_000_000_000 },
  ]
  const start = parts
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${start}.${sign(null, Buffer.from(start), privateKey).toString('base64url')}`
}

/** Another service: gives out keys, is called by handlers, and keeps every byte it is sent. */
const egress: string[] = []
const other = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text
  })
  request.on('end', () => {
    response.setHeader('content-type', 'application/json')
    if (request.url === '/introspect') {
      // Whoever made a token may hear of it again, and of nothing else.
      const token = new URLSearchParams(body).get('token')
      const of = { sub: 'ann', aud: 'store', exp: 4_000_000_000 }
      response.end(JSON.stringify(token === OPAQUE ? { active: true, ...of } : { active: false }))
      return
    }
    egress.push([request.method, request.url, ...request.rawHeaders, body].join('\n'))
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'EdDSA', use: 'sig' }
    response.end(JSON.stringify(request.url === '/jwks' ? { keys: [jwk] } : {}))
  })
})
let otherUrl = ''

beforeAll(async () => {
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
})
afterAll(() => {
  other.closeAllConnections()
  other.close()
})
beforeEach(() => void egress.splice(0))

interface Way {
  readonly authenticate: Authenticator<unknown>
  /** One that is let in. */
  readonly good: string
  readonly send: (token: string) => CallOptions
  readonly ids: readonly SurfaceId[]
  /** Addresses whose `Client-Cert` is believed. */
  readonly proxies?: readonly string[]
}

const asBearer = (token: string): CallOptions => ({ token })
const asKey = (token: string): CallOptions => ({ headers: { 'x-api-key': token } })
const opaque: Authenticator<unknown> = {
  name: 'opaque',
  scheme: { type: 'http', scheme: 'bearer' },
  authenticate: ({ bearer }) => (bearer === OPAQUE ? new AuthContext({ subject: 'ann' }) : null),
}

const WAYS: Readonly<Record<string, () => Promise<Way>>> = {
  async secret() {
    const jwt = jwtAuth({ keys: SECRET })
    const good = await jwt.createToken({ sub: 'ann' })
    return { authenticate: jwt, good, send: asBearer, ids: SURFACE_IDS }
  },
  async 'secret, in a header of its own'() {
    const jwt = jwtAuth({ keys: SECRET, header: 'x-agent-token' })
    const good = await jwt.createToken({ sub: 'ann' })
    const send = (token: string) => ({ headers: { 'x-agent-token': token } })
    return { authenticate: jwt, good, send, ids: NETWORK_IDS }
  },
  async 'keys of an issuer'() {
    const jwt = jwtAuth({
      jwks: `${otherUrl}/jwks`,
      issuer: 'https://issuer.example',
      audience: 'store',
    })
    return { authenticate: jwt, good: signedByIssuer(), send: asBearer, ids: SURFACE_IDS }
  },
  async 'of its own'() {
    return { authenticate: opaque, good: OPAQUE, send: asBearer, ids: SURFACE_IDS }
  },
  async 'key of the code'() {
    const good = 'canary-key-of-ann-41d7f0'
    const authenticate = apiKeyAuth({ keys: { [good]: 'ann', 'another-key-of-bob': 'bob' } })
    return { authenticate, good, send: asKey, ids: NETWORK_IDS }
  },
  async 'stored key'() {
    const authenticate = apiKeyAuth({ store: memoryApiKeys(), pepper: SECRET })
    const { key } = await authenticate.createKey({ owner: 'ann', name: 'canary' })
    return { authenticate, good: key.reveal(), send: asKey, ids: NETWORK_IDS }
  },
  async 'opaque token of a provider'() {
    const authenticate = introspectionAuth({
      url: `${otherUrl}/introspect`,
      clientId: 'store',
      clientSecret: SECRET,
      audience: 'store',
    })
    return { authenticate, good: OPAQUE, send: asBearer, ids: SURFACE_IDS }
  },
  async 'certificate that a proxy hands on'() {
    const ca = authority('canary')
    try {
      const { cert } = ca.issue('/CN=ann', 'URI:spiffe://example.org/ann')
      const good = `:${new X509Certificate(cert).raw.toString('base64')}:`
      const send = (token: string) => ({ headers: { 'client-cert': token } })
      const authenticate = clientCertificateAuth({ proxy: true })
      return { authenticate, good, send, ids: NETWORK_IDS, proxies: ['127.0.0.1'] }
    } finally {
      ca.close()
    }
  },
  async 'first of several'() {
    const header = jwtAuth({ keys: SECRET, header: 'x-agent-token' })
    const authenticate = firstOf(header, opaque)
    return { authenticate, good: OPAQUE, send: asBearer, ids: SURFACE_IDS }
  },
}

/** All that somebody curious makes of what he is handed. */
function curious(view: object, canary: string): string {
  const shown = inspect(view, { depth: 12, showHidden: true, getters: true, showProxy: true })
  const found = reachable(view, { secrets: [canary] }).filter(({ what }) => what.includes(canary))
  const { request } = view as { request?: { headers: { get(name: string): string | null } } }
  const asked = ['authorization', 'x-agent-token', 'X-Api-Key', 'client-cert'].map((name) =>
    request?.headers.get(name),
  )
  return [
    ...asked,
    shown,
    JSON.stringify(view),
    ...found.map(({ path, what }) => `${path}: ${what}`),
  ].join()
}

function curiousApp({ authenticate, proxies }: Way, canary: string) {
  const lines = new Lines()
  const seen: Record<string, string> = {}
  const records: unknown[] = []
  const keep = (record: unknown) => void records.push(record)
  const app = createApp({
    name: 'curious',
    env: ENV,
    ...(proxies === undefined ? {} : { edge: { proxies } }),
    log: { logger: lines.logger, access: keep, onCall: keep },
    auth: [
      {
        authenticate,
        surfaces: ALL,
        // The request shows credentials here and must; the context must not.
        onAuthenticated: (auth) => {
          seen['onAuthenticated'] = curious(auth, canary)
          return null
        },
      },
    ],
  })
  const db = dependency(
    (_, call) => {
      seen['provider'] = curious(call, canary)
      return null
    },
    { name: 'db' },
  )
  const watching = guard({
    name: 'Watching',
    check: (auth, call) => {
      seen['guard'] = curious(auth, canary) + curious(call, canary)
      return true
    },
  })
  app.use((call, next) => {
    seen['middleware'] = curious(call, canary)
    return next()
  })
  app.post('/work', { ...on('work'), params: { db }, guards: [watching] }, async (_, call) => {
    seen['handler'] = curious(call, canary)
    // DEL-4: what the handler calls is called as the service.
    await createRemoteTarget({ url: otherUrl, token: SERVICE_TOKEN }).manifest()
    return curious(call, canary).length
  })
  app.post('/crash', { ...on('crash') }, (_, call) => {
    throw new Error(curious(call, canary), { cause: call })
  })
  return { app, seen, lines, records }
}

/** As text, errors with their stacks and causes. */
const text = (value: unknown) => inspect(value, { depth: 12, showHidden: true, getters: true })

describe.each(Object.entries(WAYS))('a credential: %s', (_, make) => {
  test('PW-02 DEL-4: is in no view, log, record, answer or request to others', async () => {
    const way = await make()
    const { good, send, ids } = way
    await everywhere(
      () => curiousApp(way, good),
      async (surface, { seen, lines, records }) => {
        const worked = await surface.call('work', {}, send(good))
        expect(worked.ok, `${surface.id}: ${worked.raw}`).toBe(true)
        const crashed = await surface.call('crash', {}, send(good))
        expect(crashed.ok).toBe(false)
        expect(Object.keys(seen).sort()).toEqual(
          ['guard', 'handler', 'middleware', 'onAuthenticated', 'provider'].sort(),
        )
        expect(records.length).toBeGreaterThan(0)
        expect(lines.at('error').length).toBeGreaterThan(0)
        const out = { ...seen, lines: text(lines.all), records: text(records) }
        const answers = { worked: worked.raw, crashed: crashed.raw }
        for (const [place, all] of Object.entries({ ...out, ...answers })) {
          expect(all.includes(good), `${surface.id}: ${place}`).toBe(false)
        }
      },
      ids,
    )
    expect(egress.some((sent) => sent.includes(SERVICE_TOKEN))).toBe(true)
    expect(egress.filter((sent) => sent.includes(good))).toEqual([])
  })

  test('JWT: one that is refused is repeated nowhere either', async () => {
    const way = await make()
    const { good, send, ids } = way
    const bad = `${good.slice(0, -6)}CANARY`
    await everywhere(
      () => curiousApp(way, bad),
      async (surface, { seen, lines, records }) => {
        const refused = await surface.call('work', {}, send(bad))
        expect(refused.problem).toMatchObject({ code: 'AUTHENTICATION_ERROR' })
        expect(seen).toEqual({})
        for (const all of [refused.raw, text(lines.all), text(records)]) {
          expect(all.includes(bad), surface.id).toBe(false)
        }
      },
      ids,
    )
    expect(egress.filter((sent) => sent.includes(bad))).toEqual([])
  })
})
