// Who the store takes its callers for: `POST /auth/token`, the two kinds of token, and keys of a provider.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { storeAuth, takesApiKey } from '../src/authentication.ts'
import { readSettings } from '../src/settings.ts'
import { MCP_CLIENTS } from './mcp-clients.ts'
import { runProgram, STORE } from './run-program.ts'
import { RunningStore } from './running-store.ts'

// Programs are started here, and the machine may have other things to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const ISSUER = 'https://login.example.com'
const Token = z.object({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  expires_in: z.literal(86_400),
})

let store: RunningStore
let provided: RunningStore
let provider: Server
let ofProvider = ''

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
  provider = createServer((_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: [jwk] }))
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  const { port } = provider.address() as AddressInfo
  store = await RunningStore.start()
  provided = await RunningStore.start({
    STORE_JWKS: `http://127.0.0.1:${port}/jwks`,
    STORE_ISSUER: ISSUER,
    STORE_AUDIENCE: 'shop',
  })
  ofProvider = await new SignJWT({ scope: 'orders:read' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setSubject('user_of_provider')
    .setIssuer(ISSUER)
    .setAudience('shop')
    .setExpirationTime('1h')
    .sign(privateKey)
})

afterAll(async () => {
  provider?.close()
  for (const one of [store, provided]) {
    if (one !== undefined) expect(await one.stop(), 'exit code after SIGTERM').toBe(0)
  }
})

async function give(url: string, body: object): Promise<Response> {
  return fetch(`${url}/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function subjectOverHttp(url: string, token: string): Promise<unknown> {
  const response = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` } })
  const body: unknown = await response.json()
  return response.status === 200 ? z.object({ subject: z.string() }).parse(body).subject : null
}

describe('POST /auth/token (P-TOK-2)', () => {
  it('gives a token that HTTP, MCP and the program take', async () => {
    const answer = await give(store.url, { client_id: 'agent-admin', client_secret: 's3cret' })
    expect(answer.status).toBe(200)
    const { access_token: token } = Token.parse(await answer.json())
    expect(await subjectOverHttp(store.url, token)).toBe('agent-admin')
    for (const [name, connect] of MCP_CLIENTS) {
      const mcp = await connect(store.url, token)
      expect((await mcp.call('me', {})).structured, name).toMatchObject({
        subject: 'agent-admin',
        roles: ['admin'],
      })
      await mcp.close()
    }
    const call = ['--app', 'examples/store/src/app.ts#app', '--json', 'call', 'me']
    const { stdout } = await store.trefoil(call, { TREFOIL_TOKEN: token })
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, body: { subject: 'agent-admin' } })
  })

  it('gives none for a wrong secret', async () => {
    const answer = await give(store.url, { client_id: 'agent-admin', client_secret: 'x' })
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { error: 'invalid_client', message: expect.any(String) },
    ])
  })

  it('is not there with a provider, and its tokens are worth nothing there', async () => {
    const body = { client_id: 'agent-admin', client_secret: 's3cret' }
    expect((await give(provided.url, body)).status).toBe(404)
    const { access_token: token } = Token.parse(await (await give(store.url, body)).json())
    expect(await subjectOverHttp(provided.url, token)).toBeNull()
  })
})

describe('keys of a provider (STORE_JWKS)', () => {
  it('are fetched, and verify its tokens and no others', async () => {
    expect(await subjectOverHttp(provided.url, ofProvider)).toBe('user_of_provider')
    expect(await subjectOverHttp(provided.url, provided.tokens.viewer)).toBeNull()
    expect(await subjectOverHttp(store.url, ofProvider)).toBeNull()
  })
})

describe('the API key (P-KEY-1, P-KEY-3)', () => {
  const who = { subject: 'service_warehouse', roles: [], scopes: ['orders:read', 'orders:write'] }
  const headersOf = ({ env }: RunningStore) => ({ 'x-api-key': env['STORE_API_KEY'] ?? '' })

  it('is of a service, over HTTP, MCP and the program, here and from afar', async () => {
    const headers = headersOf(store)
    const response = await fetch(`${store.url}/me`, { headers })
    expect(await response.json()).toEqual({ ...who, source: 'api', entrypoint: 'server' })
    for (const [name, connect] of MCP_CLIENTS) {
      const mcp = await connect(store.url, headers)
      expect((await mcp.call('me', {})).structured, name).toMatchObject(who)
      await mcp.close()
    }
    const header = ['--header', `X-API-Key: ${headers['x-api-key']}`]
    const connected = await store.trefoil(['connect', 'by-key', store.url, ...header])
    expect(connected.code, connected.stderr).toBe(0)
    const here = ['--app', 'examples/store/src/app.ts#app', ...header, 'call', 'me']
    for (const call of [here, ['call', 'by-key', 'me']]) {
      const { stdout, stderr } = await store.trefoil(['--json', ...call])
      expect(JSON.parse(stdout), stderr).toMatchObject({ ok: true, body: who })
    }
  })

  it('deletes nothing, and one that is wrong is told so', async () => {
    const remove = (headers: Record<string, string>) =>
      fetch(`${store.url}/orders/ord_1001`, { method: 'DELETE', headers })
    expect((await remove(headersOf(store))).status).toBe(403)
    const wrong = await remove({ 'x-api-key': `${headersOf(store)['x-api-key']}x` })
    expect(wrong.status).toBe(401)
    expect(wrong.headers.get('www-authenticate')).toContain('Invalid API key')
  })

  it('is refused beside a bad token: nobody gets a second try by another door', async () => {
    const headers = { ...headersOf(store), authorization: 'Bearer a.b.c' }
    expect((await fetch(`${store.url}/me`, { headers })).status).toBe(401)
  })

  it('is printed by npm run key, and nothing else', async () => {
    const key = 'x'.repeat(40)
    const env = { STORE_API_KEY: key }
    const run = () => runProgram(process.execPath, ['src/key.ts'], { env, cwd: STORE })
    expect(await run()).toEqual({ code: 0, stdout: `${key}\n`, stderr: '' })
    env.STORE_API_KEY = 'short'
    expect(await run()).toMatchObject({ code: 1, stdout: '' })
  })

  it('is there with a provider only where it is given', () => {
    const jwks = { STORE_JWKS: 'https://login.example.com/jwks', STORE_ISSUER: ISSUER }
    const secret = 'x'.repeat(32)
    expect(takesApiKey(readSettings({}))).toBe(true)
    expect(takesApiKey(readSettings(jwks))).toBe(false)
    expect(takesApiKey(readSettings({ ...jwks, STORE_API_KEY: secret }))).toBe(true)
    expect(storeAuth(secret, readSettings(jwks)).name).toBe('jwtAuth')
    const both = readSettings({ ...jwks, STORE_API_KEY: secret })
    expect(storeAuth(secret, both).name).toContain('apiKeyAuth')
  })
})

describe('two kinds of token', () => {
  it('are of one person, and one of them says that an agent acts', async () => {
    expect(await subjectOverHttp(store.url, store.tokens.operator)).toBe('user_operator')
    expect(await subjectOverHttp(store.url, store.tokens.agent)).toBe('user_operator')
  })
})
