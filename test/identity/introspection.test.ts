// Opaque tokens of a real OpenID provider, asked about at its introspection endpoint, on every surface.
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { createApp } from 'trefoil'
import { firstOf, type IntrospectionOptions, introspectionAuth, jwtAuth } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALL, alike, ENV, everywhere, Lines, on } from '../findings/surfaces.ts'

const AUDIENCE = 'https://store.example'
const AGENT = { client_id: 'agent', client_secret: 'a secret of the client, long enough' }
const STORE = { client_id: 'store', client_secret: 'a secret of the store, long enough too' }
const SECRET = 'Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0cAeUiOqWzX'

function provider(issuer: string): Provider {
  const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
  return new Provider(issuer, {
    clients: [
      { ...AGENT, ...machine },
      { ...STORE, ...machine },
    ],
    scopes: ['orders:read'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: () => ({
          scope: 'orders:read',
          audience: AUDIENCE,
          accessTokenFormat: 'opaque',
          accessTokenTTL: 600,
        }),
      },
    },
  })
}

let server: Server
let issuer: string
let isDown = false
beforeAll(async () => {
  let current: RequestListener = () => {}
  server = createServer((request, response) => {
    if (isDown) response.writeHead(503).end()
    else current(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  current = provider(issuer).callback()
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function post(path: string, parameters: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams({ ...AGENT, ...parameters })
  return fetch(new URL(path, issuer), { method: 'POST', body })
}

async function token(): Promise<string> {
  const answer = await post('/token', { grant_type: 'client_credentials', scope: 'orders:read' })
  const { access_token: text } = (await answer.json()) as { access_token: string }
  expect(text).not.toContain('.')
  return text
}

function introspection(more: Partial<IntrospectionOptions> = {}) {
  return introspectionAuth({
    url: new URL('/token/introspection', issuer),
    clientId: STORE.client_id,
    clientSecret: STORE.client_secret,
    audience: AUDIENCE,
    issuer,
    ...more,
  })
}

function build(more: Partial<IntrospectionOptions> = {}) {
  const lines = new Lines()
  const jwt = jwtAuth({ keys: SECRET })
  const app = createApp({
    env: ENV,
    log: { logger: lines.logger },
    auth: [{ authenticate: firstOf(jwt, introspection(more)), surfaces: ALL }],
  })
  app.post('/who', { ...on('who') }, (_, { auth }) => ({
    subject: auth.subject,
    scopes: [...auth.scopes],
  }))
  return { app, jwt, lines }
}

describe('P-PROV-1: RFC 7662', () => {
  test('an opaque token and a JWT are known everywhere, and bad ones of both nowhere', async () => {
    const opaque = await token()
    const seen = await everywhere(build, async ({ call }, { jwt }) => {
      const good = await call('who', {}, { token: opaque })
      const signed = await call('who', {}, { token: await jwt.createToken({ sub: 'ann' }) })
      const junk = await call('who', {}, { token: 'junk' })
      const forged = `${await jwt.createToken({ sub: 'ann' })}x`
      const bad = await call('who', {}, { token: forged })
      const none = await call('who', {})
      return {
        good: good.value,
        signed: signed.value,
        codes: [junk, bad, none].map(({ problem }) => problem?.['code']),
      }
    })
    expect(seen).toEqual(
      alike({
        good: { subject: 'agent', scopes: ['orders:read'] },
        signed: { subject: 'ann', scopes: [] },
        codes: Array(3).fill('AUTHENTICATION_ERROR'),
      }),
    )
  })

  test('a provider that is down is a 503 on every surface, and the log says why', async () => {
    const opaque = await token()
    isDown = true
    try {
      const seen = await everywhere(build, async ({ call }, { lines }) => {
        const { problem, raw } = await call('who', {}, { token: opaque })
        expect(raw).not.toContain('introspection')
        expect(JSON.stringify(lines.all)).not.toContain(opaque)
        const errors = lines.at('error').map(({ fields }) => String(fields['err']))
        return [problem?.['code'], errors.some((text) => text.includes('answers 503'))]
      })
      expect(seen).toEqual(alike(['authenticator_unavailable', true]))
    } finally {
      isDown = false
    }
  })
})

test('PW-38: what is revoked at the provider is refused when maxAge is over', async () => {
  let elapsed = 0
  const clock = { now: () => Date.now(), elapsed: () => elapsed }
  const { app } = build({ clock })
  const client = testClient(app)
  const opaque = await token()
  const ask = async () => {
    const headers = { authorization: `Bearer ${opaque}` }
    return (await client.http.post('/who', { json: {}, headers })).status
  }
  expect(await ask()).toBe(200)
  expect((await post('/token/revocation', { token: opaque })).status).toBe(200)
  elapsed = 59_000
  expect(await ask()).toBe(200)
  elapsed = 60_000
  expect(await ask()).toBe(401)
})

test('credentials of another client, and another audience', async () => {
  const opaque = await token()
  const headers = { authorization: `Bearer ${opaque}` }
  const status = async (more: Partial<IntrospectionOptions>) => {
    const client = testClient(build(more).app)
    return (await client.http.post('/who', { json: {}, headers })).status
  }
  expect(await status({ clientSecret: 'wrong' })).toBe(503)
  expect(await status({ audience: 'https://other.example' })).toBe(401)
  expect(await status({ issuer: 'https://other.example' })).toBe(401)
})
