// An OpenID provider by hand: everything that it says can be a lie, and each of its doors can be another's.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Claims = Readonly<Record<string, unknown>>
type Door = (request: IncomingMessage, response: ServerResponse) => unknown

export interface HostileProvider extends AsyncDisposable {
  readonly issuer: string
  /** Its public key. */
  readonly jwk: Claims
  /** Of the login that is under way. */
  nonce: string
  /** Claims of the id token beside, or instead of, good ones. */
  more: Claims
  /** Head of the id token. */
  head: Claims
  /** Signs by the public key as if that were a secret. */
  hmac: boolean
  /** Signs by another key, which the head names. */
  own: boolean
  /** Changes the text of the id token. */
  tamper: (token: string) => string
  /** Of the discovery document, beside or instead. */
  metadata: Claims
  /** Of the answer of the token endpoint, beside or instead. */
  tokens: Claims
  userinfo: Claims
  /** Doors that answer otherwise, by path. */
  readonly answers: Record<string, Door>
  readonly asked: string[]
}

export async function hostileProvider(): Promise<HostileProvider> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'ES256' }
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const it: HostileProvider = {
    issuer,
    jwk,
    nonce: '',
    more: {},
    head: { alg: 'ES256', kid: 'k1' },
    hmac: false,
    own: false,
    tamper: (token) => token,
    metadata: {},
    tokens: {},
    userinfo: {},
    answers: {},
    asked: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const idToken = (): string => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: issuer,
      sub: 's1',
      aud: 'shop',
      iat: now,
      exp: now + 300,
      nonce: it.nonce,
    }
    const named = it.own ? { ...it.head, jwk: other.publicKey.export({ format: 'jwk' }) } : it.head
    const input = [named, { ...claims, ...it.more }].map(encoded).join('.')
    const key = it.own ? other.privateKey : pair.privateKey
    const bytes = it.hmac
      ? createHmac('sha256', pair.publicKey.export({ type: 'spki', format: 'pem' }))
          .update(input)
          .digest()
      : sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
    return it.tamper(`${input}.${bytes.toString('base64url')}`)
  }
  const documents: Readonly<Record<string, () => object>> = {
    '/.well-known/openid-configuration': () => ({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/me`,
      id_token_signing_alg_values_supported: ['ES256'],
      ...it.metadata,
    }),
    '/jwks': () => ({ keys: [jwk] }),
    '/token': () => ({
      access_token: 'their access token',
      token_type: 'Bearer',
      id_token: idToken(),
      ...it.tokens,
    }),
    '/me': () => it.userinfo,
  }
  server.on('request', (request, response) => {
    const { pathname } = new URL(request.url ?? '/', issuer)
    it.asked.push(pathname)
    const door = it.answers[pathname]
    if (door !== undefined) return void door(request, response)
    const document = documents[pathname]
    response.setHeader('content-type', 'application/json')
    response.writeHead(document === undefined ? 404 : 200)
    response.end(JSON.stringify(document?.() ?? {}))
  })
  return it
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
