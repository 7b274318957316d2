import { hash, randomBytes } from 'node:crypto'
import {
  type AccountsOptions,
  type OidcProviderOptions,
  oidcProvider,
} from '../../packages/trefoil/src/accounts.ts'
import { type TestClient, testClient } from '../../packages/trefoil/src/testing.ts'
import {
  CLIENT,
  type IdentityProvider,
  type IdentityProviderOptions,
  identityProvider,
} from '../support/identity-provider.ts'
import { type Answer, World, type WorldOptions } from './accounts-world.ts'

export const APP = 'https://shop.example'

/** An app whose people come by providers that run beside it. */
export interface ProviderWorld extends AsyncDisposable {
  readonly world: World
  readonly idp: IdentityProvider
  /** Another one, of another issuer. */
  readonly other: IdentityProvider
}

export interface ProviderWorldOptions {
  readonly provider?: Partial<OidcProviderOptions>
  readonly accounts?: Partial<AccountsOptions>
  readonly idp?: Partial<IdentityProviderOptions>
  readonly world?: Omit<WorldOptions, 'accounts'>
}

export async function providerWorld(options: ProviderWorldOptions = {}): Promise<ProviderWorld> {
  const redirectUris = ['idp', 'other'].map((name) => `${APP}/auth/oauth/${name}/callback`)
  const idp = await identityProvider({ redirectUris, ...options.idp })
  const other = await identityProvider({ redirectUris })
  const of = ({ issuer }: IdentityProvider) =>
    oidcProvider({
      issuer,
      clientId: CLIENT.client_id,
      clientSecret: CLIENT.client_secret,
      trustsEmail: true,
      ...options.provider,
    })
  const world = new World({
    ...options.world,
    accounts: {
      appUrl: `${APP}/app`,
      providers: { idp: of(idp), other: of(other) },
      oauth: { returnTo: '/home', returnOrigins: ['https://spa.example'] },
      ...options.accounts,
    },
  })
  // By whose clock tokens of the providers are good.
  world.at = Date.now()
  // Its first request starts the app, for all browsers.
  await world.get('/me')
  return {
    world,
    idp,
    other,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await idp[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    },
  }
}

/** What an answer to a browser was. */
export interface Landing extends Answer {
  /** Where it is sent on to; empty for nowhere. */
  readonly location: string
  readonly headers: Headers
}

/** A browser of its own: its cookies are nobody else's. */
export class Browser {
  readonly client: TestClient
  readonly #prefix: string

  constructor(world: World, prefix = '/auth') {
    this.client = testClient(world.app, { lifespan: false })
    this.#prefix = prefix
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Landing> {
    return landing(await this.client.http.get(`${this.#prefix}${path}`, { headers }))
  }

  async post(path: string, json: object, token?: string): Promise<Landing> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return landing(await this.client.http.post(`${this.#prefix}${path}`, { json, headers }))
  }

  /** Follows where the app, and then the provider, sends it. @returns the way back into the app */
  async away(idp: IdentityProvider, path = '/oauth/idp/login'): Promise<URL> {
    const { location, status, body } = await this.get(path)
    if (location === '') throw new Error(`Not sent away: ${status} ${JSON.stringify(body)}`)
    return idp.visit(location)
  }

  /** Comes back to the app. */
  async back(url: URL, headers: Readonly<Record<string, string>> = {}): Promise<Landing> {
    if (url.origin !== APP) throw new Error(`Not of the app: ${url.href}`)
    return landing(await this.client.http.get(`${url.pathname}${url.search}`, { headers }))
  }

  /** Signs in in cookie mode. */
  async signIn(idp: IdentityProvider, who: string, path?: string): Promise<Landing> {
    idp.who = who
    return this.back(await this.away(idp, path))
  }

  /** Who the browser is signed in as. */
  async me(): Promise<Landing> {
    return this.get('/me')
  }
}

function landing(answer: {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}): Landing {
  const { status, text, headers } = answer
  const body: Record<string, unknown> = text === '' ? {} : JSON.parse(text)
  return { status, body, code: body['code'], headers, location: headers.get('location') ?? '' }
}

/** Verifier and challenge of RFC 7636. */
export function pkce(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: hash('sha256', verifier, 'base64url') }
}
