// A real OpenID provider, by other people: discovery, its tokens in every algorithm it signs with, and
// another set of keys behind the same address.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'
import { createApp } from 'trefoil'
import { type JwtAuthOptions, jwtAuth } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const AUDIENCE = 'https://store.example'
const CLIENT = { client_id: 'agent', client_secret: 'a secret of the client, long enough' }

function keysOf(generation: string): readonly object[] {
  const pairs: readonly (readonly [alg: string, key: KeyObject])[] = [
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['PS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['EdDSA', generateKeyPairSync('ed25519').privateKey],
    ['Ed25519', generateKeyPairSync('ed25519').privateKey],
  ]
  return pairs.map(([alg, key]) => ({
    ...key.export({ format: 'jwk' }),
    alg,
    kid: `${alg}-${generation}`,
    use: 'sig',
  }))
}

/** The algorithm is chosen by the scope that is asked for. */
function provider(issuer: string, generation: string): Provider {
  return new Provider(issuer, {
    jwks: { keys: keysOf(generation) },
    clients: [
      { ...CLIENT, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    ],
    scopes: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        getResourceServerInfo: (context: { oidc: { params: { scope: string } } }) => ({
          scope: context.oidc.params.scope,
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: context.oidc.params.scope } },
        }),
      },
    },
  })
}

let server: Server
let issuer: string
let current: RequestListener
let asked = 0
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/jwks') asked++
    current(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  current = provider(issuer, 'first').callback()
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function tokenOf(alg: string): Promise<string> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...CLIENT, grant_type: 'client_credentials', scope: alg }),
  })
  const { access_token: token } = (await answer.json()) as { access_token?: string }
  if (token === undefined) throw new Error(`no token: ${answer.status}`)
  return token
}

function appWith(options: Partial<JwtAuthOptions>) {
  const jwt = jwtAuth({ audience: AUDIENCE, ...options })
  const app = createApp({
    auth: [{ authenticate: jwt, surfaces: ['api'] }],
    publicSurfaces: ['mcp', 'cli'],
    log: { level: 'silent' },
  })
  app.get('/me', (_, call) => ({
    subject: call.auth.subject,
    scopes: [...call.auth.scopes],
    issuer: call.auth.issuer,
  }))
  return { jwt, client: testClient(app) }
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('P-JWKS-1, JWT-5: a real provider', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'])('%s by discovery', async (alg) => {
    const { client } = appWith({ discovery: issuer, typ: 'at+jwt' })
    const answer = await client.http.get('/me', bearer(await tokenOf(alg)))
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({ subject: 'agent', scopes: [alg], issuer })
  })

  test('by the address of its keys', async () => {
    const { client } = appWith({ jwks: new URL('/jwks', issuer), issuer, algorithms: ['ES256'] })
    expect((await client.http.get('/me', bearer(await tokenOf('ES256')))).status).toBe(200)
    expect((await client.http.get('/me', bearer(await tokenOf('RS256')))).status).toBe(401)
  })

  test('for another audience, and of another issuer, it is nothing', async () => {
    const token = await tokenOf('RS256')
    const other = appWith({ discovery: issuer, audience: 'https://other.example' })
    expect((await other.client.http.get('/me', bearer(token))).status).toBe(401)
    const foreign = appWith({ jwks: new URL('/jwks', issuer), issuer: 'https://other.example' })
    expect((await foreign.client.http.get('/me', bearer(token))).status).toBe(401)
  })

  test('other keys behind the same address: new tokens are accepted, old ones no longer', async () => {
    let elapsed = 0
    const clock = { now: () => Date.now(), elapsed: () => elapsed }
    const { client, jwt } = appWith({ discovery: issuer, clock })
    const old = await tokenOf('ES256')
    const before = asked
    await jwt.start()
    expect((await client.http.get('/me', bearer(old))).status).toBe(200)
    current = provider(issuer, 'second').callback()
    const young = await tokenOf('ES256')
    // Within the pause: refused, and nothing is fetched for it.
    expect((await client.http.get('/me', bearer(young))).status).toBe(401)
    expect(asked - before).toBe(1)
    elapsed += 60_000
    expect((await client.http.get('/me', bearer(young))).status).toBe(200)
    expect((await client.http.get('/me', bearer(old))).status).toBe(401)
    expect(jwt.keyStatus).toMatchObject({ fetches: 2, failures: 0, unknownKeys: 2 })
  })

  test('an id token is none of ours: it is for the client', async () => {
    // The provider signs both with the same keys; the audience tells them apart (RFC 8725 §3.9).
    const { client } = appWith({ discovery: issuer })
    const token = await tokenOf('RS256')
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    expect(claims.aud).toBe(AUDIENCE)
    expect((await client.http.get('/me', bearer(token))).status).toBe(200)
  })
})
