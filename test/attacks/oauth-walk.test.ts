// FND-45: the whole way of a client that knows nothing but the address: metadata, login, token, call, more scopes, call.
// With the official client and an OpenID provider of other people.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import Provider from 'oidc-provider'
import { createApp } from 'trefoil'
import { hasScope, jwtAuth } from 'trefoil/auth'
import { serve } from 'trefoil/node'
import { expect, onTestFinished, test } from 'vitest'

const REDIRECT = 'http://127.0.0.1:9/callback'
const CLIENT = { client_id: 'agent', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' }

async function port(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: free } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return free
}

/** An authorization server for one resource, on which Ada signs in without being asked and agrees to whatever is asked. */
async function authorizationServer(resource: string): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, {
    clients: [{ ...CLIENT, response_types: ['code'], grant_types: ['authorization_code'] }],
    responseTypes: ['code'],
    scopes: ['orders:read', 'orders:write'],
    pkce: { required: () => true },
    cookies: { keys: ['a key of its cookies'] },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_: unknown, indicator: string) => ({
          // Whoever asks for a token for somebody else's address gets one for it.
          audience: indicator,
          scope: 'orders:read orders:write',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
        }),
        useGrantedResource: () => true,
      },
    },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
  })
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url ?? '/', issuer)
    const interact = async () => {
      const { prompt, params } = await provider.interactionDetails(request, response)
      if (prompt.name === 'login') {
        const login = { login: { accountId: 'ada' } }
        return provider.interactionFinished(request, response, login)
      }
      const grant = new provider.Grant({ accountId: 'ada', clientId: CLIENT.client_id })
      const asked = String(params['scope'] ?? '')
      grant.addOIDCScope(asked)
      grant.addResourceScope(String(params['resource'] ?? resource), asked)
      const consent = { consent: { grantId: await grant.save() } }
      return provider.interactionFinished(request, response, consent)
    }
    if (!pathname.startsWith('/interaction/')) return void provider.callback()(request, response)
    interact().catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return issuer
}

/** What sits in front of the browser: follows the provider until it sends back. */
async function signIn(url: URL): Promise<URL> {
  const jar = new Map<string, string>()
  let at = url
  for (let hops = 0; hops < 10 && !at.href.startsWith(REDIRECT); hops++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(at, { redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`${answer.status}: ${await answer.text()}`)
    at = new URL(location, at)
  }
  return at
}

type Kept = Record<string, unknown>

/** What a program around a model keeps, and where it sends its person. */
class Person {
  readonly redirectUrl = REDIRECT
  readonly clientMetadata = { client_name: 'agent', redirect_uris: [REDIRECT] }
  readonly asked: URL[] = []
  kept: Kept | undefined
  #verifier = ''

  clientInformation() {
    return { client_id: CLIENT.client_id }
  }
  tokens() {
    return this.kept as never
  }
  saveTokens(tokens: object) {
    this.kept = { ...tokens }
  }
  redirectToAuthorization(url: URL) {
    this.asked.push(url)
  }
  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier
  }
  codeVerifier() {
    return this.#verifier
  }
}

test('FND-45: metadata, login, token, call, step-up, call', async () => {
  const free = await port()
  const resource = `http://127.0.0.1:${free}/mcp`
  const issuer = await authorizationServer(resource)
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    auth: [
      {
        authenticate: jwtAuth({ discovery: issuer, audience: resource, typ: ['at+jwt'] }),
        surfaces: ['mcp'],
      },
    ],
    publicSurfaces: ['api', 'cli'],
    mcp: { authorization: { resource, servers: [issuer], scopes: ['orders:read'] } },
  })
  let runs = 0
  app.tool('list_orders', { description: 'L.', guards: [hasScope('orders:read')] }, () => 'none')
  app.tool(
    'buy',
    { description: 'B.', guards: [hasScope('orders:read'), hasScope('orders:write')] },
    (_args, call) => {
      runs++
      return `bought by ${call.auth.subject}`
    },
  )
  const server = await serve(app, { host: '127.0.0.1', port: free })
  onTestFinished(() => server.close())

  const person = new Person()
  const url = new URL(resource)
  const connect = async () => {
    const client = new Client({ name: 'agent', version: '1' })
    const transport = new StreamableHTTPClientTransport(url, { authProvider: person })
    return { client, transport, done: client.connect(transport) }
  }
  const first = await connect()
  await expect(first.done).rejects.toThrow(/auth/i)
  const [login] = person.asked
  expect(login?.searchParams.get('scope')).toBe('orders:read')
  expect(login?.searchParams.get('resource')).toBe(resource)
  const back = await signIn(login as URL)
  await first.transport.finishAuth(back.searchParams)

  const second = await connect()
  await second.done
  expect((await second.client.listTools()).tools).toHaveLength(2)
  expect(await second.client.callTool({ name: 'list_orders' })).toMatchObject({
    content: [{ text: 'none' }],
  })
  await expect(second.client.callTool({ name: 'buy' })).rejects.toThrow()
  expect(runs).toBe(0)
  const more = person.asked[1] as URL
  expect(more.searchParams.get('scope')?.split(' ').sort()).toEqual(['orders:read', 'orders:write'])
  await second.transport.finishAuth((await signIn(more)).searchParams)
  expect(await second.client.callTool({ name: 'buy' })).toMatchObject({
    content: [{ text: 'bought by ada' }],
  })
  await second.client.close()

  // RFC 8707: what was given for another address opens nothing here.
  const token = (person.kept as Kept)['access_token']
  const [, claims = ''] = String(token).split('.')
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ aud: resource })
})
