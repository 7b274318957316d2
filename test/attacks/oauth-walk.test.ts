// FND-45: the whole way of a client that knows nothing but the address: metadata, login, token, call, more scopes, call.
// With the official client and an OpenID provider of other people.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import Provider from 'oidc-provider'
import { createApp } from 'trefoil'
import { hasScope, jwtAuth } from 'trefoil/auth'
import { serve } from 'trefoil/node'
import { describe, expect, onTestFinished, test } from 'vitest'

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

/** What a program does with a connection, whichever client it is of. */
interface Connection {
  readonly done: Promise<unknown>
  finish(back: URLSearchParams): Promise<void>
  list(): Promise<number>
  call(name: string): Promise<object>
  close(): Promise<void>
}

function second(versionNegotiation: object) {
  return (url: URL, person: Person, fetched: typeof fetch): Connection => {
    const client = new Client({ name: 'agent', version: '1' }, { versionNegotiation } as never)
    const transport = new StreamableHTTPClientTransport(url, {
      authProvider: person,
      fetch: fetched,
    })
    return {
      done: client.connect(transport),
      finish: (back) => transport.finishAuth(back),
      list: async () => (await client.listTools()).tools.length,
      call: (name) => client.callTool({ name }),
      close: () => client.close(),
    }
  }
}

function first(url: URL, person: Person, fetched: typeof fetch): Connection {
  const client = new FirstClient({ name: 'agent', version: '1' })
  const transport = new FirstTransport(url, { authProvider: person, fetch: fetched as never })
  return {
    done: client.connect(transport as never),
    finish: (back) => transport.finishAuth(back.get('code') ?? ''),
    list: async () => (await client.listTools()).tools.length,
    call: (name) => client.callTool({ name }),
    close: () => client.close(),
  }
}

const CLIENTS = {
  'SDK 2, legacy': second({ mode: 'legacy' }),
  'SDK 2, auto': second({ mode: 'auto' }),
  'SDK 2, pinned': second({ mode: { pin: '2026-07-28' } }),
  'SDK 1': first,
}

/** A shop and who gives tokens for it. */
async function openShop() {
  const free = await port()
  const resource = `http://127.0.0.1:${free}/mcp`
  const issuer = await authorizationServer(resource)
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    auth: [
      {
        // Whatever the server gives tokens for: that they are for this resource is not left to it.
        authenticate: jwtAuth({
          discovery: issuer,
          audience: [resource, 'http://127.0.0.1:9/mcp'],
          typ: ['at+jwt'],
        }),
        surfaces: ['mcp'],
      },
    ],
    publicSurfaces: ['api', 'cli'],
    mcp: { authorization: { resource, servers: [issuer], scopes: ['orders:read'] } },
  })
  const ran: string[] = []
  app.tool('list_orders', { description: 'L.', guards: [hasScope('orders:read')] }, () => {
    ran.push('list_orders')
    return 'none'
  })
  app.tool(
    'buy',
    { description: 'B.', guards: [hasScope('orders:read'), hasScope('orders:write')] },
    (_args, call) => {
      ran.push('buy')
      return `bought by ${call.auth.subject}`
    },
  )
  const server = await serve(app, { host: '127.0.0.1', port: free })
  onTestFinished(() => server.close())
  return { resource, issuer, url: new URL(resource), ran }
}

const claimsOf = (token: unknown) =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())

describe.each(Object.entries(CLIENTS))('FND-45: %s', (_, connect) => {
  test.each([
    ['the document of the resource', (input: URL) => input],
    [
      'the document at the root alone, of which no challenge says where it is',
      (input: URL) =>
        // As from behind a proxy that knows no other.
        input.pathname.endsWith('/oauth-protected-resource/mcp') ? null : input,
    ],
  ])('login, token, call, more scopes, call; by %s', async (found, reaches) => {
    const { resource, url, ran } = await openShop()
    const asked: string[] = []
    const fetched: typeof fetch = async (input, init) => {
      const at = new URL(input instanceof Request ? input.url : input)
      if (at.pathname.startsWith('/.well-known/')) asked.push(at.pathname)
      if (reaches(at) === null) return new Response(null, { status: 404 })
      const answer = await fetch(input, init)
      const challenge = answer.headers.get('www-authenticate')
      if (found.startsWith('the document of') || challenge === null) return answer
      const headers = new Headers(answer.headers)
      headers.set('www-authenticate', challenge.replace(/resource_metadata="[^"]*",? ?/, ''))
      return new Response(answer.body, { status: answer.status, headers })
    }
    const person = new Person()
    const open = () => connect(url, person, fetched)
    const before = open()
    await expect(before.done).rejects.toThrow(/auth/i)
    const [login] = person.asked
    expect(login?.searchParams.get('scope')).toBe('orders:read')
    expect(login?.searchParams.get('resource')).toBe(resource)
    expect(asked).toContain(
      `/.well-known/oauth-protected-resource${found.startsWith('the document of') ? '/mcp' : ''}`,
    )
    await before.finish((await signIn(login as URL)).searchParams)

    const client = open()
    await client.done
    expect(await client.list()).toBe(2)
    expect(await client.call('list_orders')).toMatchObject({ content: [{ text: 'none' }] })
    await expect(client.call('buy')).rejects.toThrow()
    expect(ran).toEqual(['list_orders'])
    const more = person.asked[1] as URL
    expect(more.searchParams.get('scope')?.split(' ').sort()).toEqual([
      'orders:read',
      'orders:write',
    ])
    await client.finish((await signIn(more)).searchParams)
    expect(await client.call('buy')).toMatchObject({ content: [{ text: 'bought by ada' }] })
    await client.close()
    expect(claimsOf(person.kept?.['access_token'])).toMatchObject({ aud: resource })
  })

  test('RFC 8707: a token that was given for another address opens nothing here', async () => {
    const { issuer, url, ran } = await openShop()
    const other = 'http://127.0.0.1:9/mcp'
    const person = new Person()
    person.kept = await tokenFor(other, issuer)
    expect(claimsOf(person.kept['access_token'])).toMatchObject({ aud: other })
    const answers: Response[] = []
    const fetched: typeof fetch = async (input, init) => {
      const answer = await fetch(input, init)
      if (new URL(input instanceof Request ? input.url : input).href === url.href) {
        answers.push(answer.clone())
      }
      return answer
    }
    await expect(connect(url, person, fetched).done).rejects.toThrow(/auth/i)
    const [refused] = answers
    expect(refused?.status).toBe(401)
    expect(refused?.headers.get('www-authenticate')).toContain('error="invalid_token"')
    expect(ran).toEqual([])
    // It asks its person for one that is for here.
    expect(person.asked[0]?.searchParams.get('resource')).toBe(url.href)
  })
})

/** The person signs in for another server, which passes the token on. */
async function tokenFor(resource: string, issuer: string): Promise<Kept> {
  const verifier = 'v'.repeat(50)
  const digest = createHash('sha256').update(verifier).digest('base64url')
  const login = new URL('/auth', issuer)
  login.search = new URLSearchParams({
    client_id: CLIENT.client_id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'orders:read orders:write',
    resource,
    code_challenge: digest,
    code_challenge_method: 'S256',
  }).toString()
  const back = await signIn(login)
  const answer = await fetch(new URL('/token', issuer), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: CLIENT.client_id,
      code: back.searchParams.get('code') ?? '',
      redirect_uri: REDIRECT,
      code_verifier: verifier,
      resource,
    }),
  })
  return (await answer.json()) as Kept
}
