// A real OpenID provider on this machine, by other people, whose people sign in without being asked; what its token
// endpoint says can be changed on the way.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

export const CLIENT = {
  client_id: 'shop',
  client_secret: 'a secret of the client, long enough',
} as const

type Claims = Record<string, unknown>
export type SigningAlgorithm = 'ES256' | 'RS256' | 'EdDSA'

export interface IdentityProviderOptions {
  /** What it signs with. */
  readonly algorithm?: SigningAlgorithm
  /** Where it may send browsers back to. */
  readonly redirectUris: readonly string[]
  /** The address of people is at its userinfo endpoint alone. */
  readonly claimsByUserinfo?: boolean
}

/** A provider that runs. */
export interface IdentityProvider extends AsyncDisposable {
  readonly issuer: string
  /** People by subject, and what it says of them. */
  readonly people: Map<string, Claims>
  /** Who sits in front of the browser; `null` says no. */
  who: string | null
  /** Changes the id token before it leaves; signed again with the same key. */
  claims: ((claims: Claims) => Claims) | null
  /** Changes the text of the id token. */
  token: ((token: string) => string) | null
  /** Changes a document before it leaves: discovery, userinfo, keys. */
  document: ((path: string, value: Claims) => unknown) | null
  /** Paths that were asked for by the app. */
  readonly asked: string[]
  /** Other keys behind the same address. */
  rotate(): void
  /** Goes where a browser is sent, until it leaves the provider. @returns where it is sent on to */
  visit(url: string): Promise<URL>
}

function keyOf(algorithm: SigningAlgorithm): KeyObject {
  if (algorithm === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  return generateKeyPairSync('ed25519').privateKey
}

export async function identityProvider(
  options: IdentityProviderOptions,
): Promise<IdentityProvider> {
  const { algorithm = 'ES256', redirectUris, claimsByUserinfo = false } = options
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const people = new Map<string, Claims>()
  let key = keyOf(algorithm)
  let generation = 0
  let provider: Provider
  const kid = () => `${algorithm}-${generation}`
  const make = () => {
    generation += 1
    key = keyOf(algorithm)
    const jwk = { ...key.export({ format: 'jwk' }), alg: algorithm, kid: kid(), use: 'sig' }
    // Every provider needs one of these for itself.
    const keys = algorithm === 'RS256' ? [jwk] : [jwk, RSA]
    provider = new Provider(issuer, {
      jwks: { keys },
      clients: [
        {
          ...CLIENT,
          redirect_uris: [...redirectUris],
          response_types: ['code'],
          grant_types: ['authorization_code'],
          id_token_signed_response_alg: algorithm,
        },
      ],
      responseTypes: ['code'],
      scopes: ['openid', 'email'],
      claims: { openid: ['sub'], email: ['email', 'email_verified'] },
      conformIdTokenClaims: claimsByUserinfo,
      enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
      pkce: { required: () => true },
      cookies: { keys: ['a key of its cookies'] },
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, ...people.get(id) }),
      }),
      interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      features: { devInteractions: { enabled: false } },
      ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    })
  }
  make()
  const it: IdentityProvider = {
    issuer,
    people,
    who: null,
    claims: null,
    token: null,
    document: null,
    asked: [],
    rotate: make,
    async visit(url) {
      const jar = new Map<string, string>()
      let at = new URL(url)
      for (let hops = 0; hops < 10; hops++) {
        if (at.origin !== issuer) return at
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
        const answer = await fetch(at, { redirect: 'manual', headers: { cookie } })
        for (const line of answer.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
          if (value === '') jar.delete(name)
          else jar.set(name, value)
        }
        const location = answer.headers.get('location')
        if (location === null) {
          throw new Error(`The provider says ${answer.status}: ${await answer.text()}`)
        }
        at = new URL(location, at)
      }
      throw new Error('It goes round and round')
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  function changed(path: string, text: string): string {
    const value: Claims = JSON.parse(text)
    if (path === '/token' && typeof value['id_token'] === 'string') {
      value['id_token'] = tokenOf(value['id_token'])
    }
    return JSON.stringify(it.document?.(path, value) ?? value)
  }
  function tokenOf(token: string): string {
    const [, payload = ''] = token.split('.')
    const claims: Claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const made = it.claims === null ? token : signed(algorithm, kid(), key, it.claims(claims))
    return it.token === null ? made : it.token(made)
  }
  async function interact(request: object, response: ServerResponse): Promise<void> {
    const found = await provider.interactionDetails(request, response)
    if (it.who === null) {
      return provider.interactionFinished(request, response, { error: 'access_denied' })
    }
    if (found.prompt.name === 'login') {
      return provider.interactionFinished(request, response, { login: { accountId: it.who } })
    }
    const grant = new provider.Grant({ accountId: it.who, clientId: CLIENT.client_id })
    grant.addOIDCScope('openid email')
    return provider.interactionFinished(request, response, {
      consent: { grantId: await grant.save() },
    })
  }
  server.on('request', (request, response) => {
    const path = new URL(request.url ?? '/', issuer).pathname
    if (path.startsWith('/interaction/')) {
      void interact(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error))
      })
      return
    }
    if (/^\/(?:token|me|jwks|\.well-known\/.*)$/.test(path)) {
      it.asked.push(path)
      const end = response.end.bind(response)
      response.end = (body: unknown) => {
        const text = changed(path, String(body))
        response.setHeader('content-length', Buffer.byteLength(text))
        return end(text)
      }
    }
    void provider.callback()(request, response)
  })
  return it
}

const RSA = {
  ...keyOf('RS256').export({ format: 'jwk' }),
  alg: 'RS256',
  kid: 'another',
  use: 'sig',
}

function signed(alg: SigningAlgorithm, kid: string, key: KeyObject, claims: Claims): string {
  const parts = [{ alg, kid }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const input = parts.join('.')
  const hash = alg === 'EdDSA' ? null : 'sha256'
  const bytes = sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${bytes.toString('base64url')}`
}
