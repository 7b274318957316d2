import type * as oauth from 'oauth4webapi'
import { type Clock, ImproperlyConfigured } from '../../../index.ts'
import { addressMistake, isInside, type Reach, ServiceFailed } from '../../../inner.ts'
import { systemClock } from '../../../parts.ts'
import { type GuardedFetch, guardedFetch } from './provider-fetch.ts'
import type { OidcProviderValues } from './provider-options.ts'
import { ProviderRefused, refusalOf } from './provider-refusal.ts'

/** Who somebody is, by a provider that has signed it. */
export interface ProviderIdentity {
  readonly issuer: string
  /** Means something together with the issuer alone. */
  readonly subject: string
  /** As it was written; `null` for none. */
  readonly email: string | null
  /** True only where the provider says that it is. */
  readonly isEmailVerified: boolean
  /** When it last asked who that is, milliseconds since the Unix epoch; `null` where it does not say. */
  readonly shownAt: number | null
}

/** What one login is held together by. */
export interface LoginSecrets {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/** What is asked of it. */
export interface LoginWish {
  /** Seconds that its last look at the person may be old; older, and it looks again. `null` for any. */
  readonly maxAge: number | null
}

interface Discovered {
  readonly server: oauth.AuthorizationServer
  readonly reach: Reach
  /** `clock.elapsed()` from which it is too old. */
  readonly old: number
}

type Library = typeof oauth

interface AskOptions {
  readonly [oauth.customFetch]: GuardedFetch['fetch']
  readonly [oauth.allowInsecureRequests]: boolean
}

/** Milliseconds for which a discovery document is taken as it was. */
const KEPT = 600_000
/** Milliseconds between two looks for a key that the last ones did not have. */
const KEYS_PAUSE = 10_000
/** Seconds that the clocks may be apart. */
const TOLERANCE = 30
/** Seconds by which a token may be made later than now: a clock of ours that is behind must not keep everybody out. */
const AHEAD = 300
const LONGEST_SUBJECT = 255

/**
 * A login with one provider, from its address to the claims of its id token. Nothing is taken from it that is not
 * signed: an id token that cannot be read or verified ends the login (SW-22).
 */
export class OidcClient {
  readonly values: OidcProviderValues
  readonly #clock: Clock
  readonly #redirectUri: string
  #discovered: Discovered | null = null
  #discovering: Promise<Discovered> | null = null
  #keysAt = Number.NEGATIVE_INFINITY

  /** @param redirectUri of the configuration: never learned from a request */
  constructor(values: OidcProviderValues, clock: Clock, redirectUri: string) {
    this.values = values
    this.#clock = clock
    this.#redirectUri = redirectUri
  }

  /**
   * Where the browser signs in.
   *
   * @throws ProviderRefused where the provider cannot be asked
   */
  async loginUrl({ state, nonce, verifier }: LoginSecrets, { maxAge }: LoginWish): Promise<string> {
    const library = await load()
    const { server } = await this.#discover(library)
    return refusalOf(library, 'unavailable', async () => {
      const url = new URL(server.authorization_endpoint ?? '')
      const { clientId, scopes } = this.values
      const asked = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: this.#redirectUri,
        scope: [...new Set(['openid', ...scopes])].join(' '),
        state,
        nonce,
        code_challenge: await library.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(maxAge === null ? {} : { max_age: String(maxAge) }),
      }
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
      return url.href
    })
  }

  /**
   * Who came back. The answer must be of the issuer that was asked (RFC 9207), the code is redeemed there with the
   * verifier, and the id token must be signed by it, for this app, for this login, and be good now.
   *
   * @param answer the query of the callback
   * @throws ProviderRefused
   */
  async identify(answer: URLSearchParams, secrets: LoginSecrets): Promise<ProviderIdentity> {
    const library = await load()
    const { server, reach } = await this.#discover(library)
    return refusalOf(library, 'claims', async () => {
      const { fetch } = guardedFetch(reach, this.values.timeout)
      const options = this.#options(library, fetch)
      const client = this.#client(library)
      const code = library.validateAuthResponse(server, client, answer, secrets.state)
      const response = await library.authorizationCodeGrantRequest(
        server,
        client,
        this.#authentication(library, server),
        code,
        this.#redirectUri,
        secrets.verifier,
        options,
      )
      const tokens = await library.processAuthorizationCodeResponse(server, client, response, {
        expectedNonce: secrets.nonce,
        requireIdToken: true,
      })
      await this.#verify(library, server, response, options)
      const claims = library.getValidatedIdTokenClaims(tokens)
      const subject = claims?.sub
      if (claims === undefined || subject === undefined || !isSubject(subject))
        throw new ProviderRefused('claims')
      // OpenID Connect Core §3.1.3.7: whom it was made for, where it says so.
      if (claims['azp'] !== undefined && claims['azp'] !== this.values.clientId) {
        throw new ProviderRefused('claims')
      }
      // The library looks at `exp` and `nbf`: one of tomorrow is of a clock that is wrong, or kept for later.
      const now = Math.floor(this.#clock.now() / 1000)
      if (claims.iat > now + AHEAD) throw new ProviderRefused('claims')
      let mailbox: Mailbox = claims
      if (
        mailbox['email'] === undefined &&
        this.values.trustsEmail !== false &&
        server.userinfo_endpoint !== undefined
      ) {
        // The token says who it is; this adds an address of that very subject and nothing else.
        mailbox = await refusalOf(library, 'userinfo', async () => {
          const asked = await library.userInfoRequest(server, client, tokens.access_token, options)
          return library.processUserInfoResponse(server, client, subject, asked)
        })
      }
      const { email } = mailbox
      return {
        issuer: claims.iss,
        subject,
        email: typeof email === 'string' ? email : null,
        // Absent is not verified, and neither is the text 'true' of some (SW-22).
        isEmailVerified: mailbox['email_verified'] === true,
        shownAt: claims.auth_time === undefined ? null : claims.auth_time * 1000,
      }
    })
  }

  /** Of what came from the token endpoint itself the library checks no signature unless it is asked to. */
  async #verify(
    library: Library,
    server: oauth.AuthorizationServer,
    response: Response,
    options: AskOptions,
  ): Promise<void> {
    try {
      await library.validateApplicationLevelSignature(server, response, options)
    } catch (error) {
      const isUnknownKey = Reflect.get(Object(error), 'code') === library.KEY_SELECTION
      const now = this.#clock.elapsed()
      if (!isUnknownKey || now - this.#keysAt < KEYS_PAUSE) throw error
      this.#keysAt = now
      // The keys may have changed a moment ago: those that are kept are kept by the object.
      const anew = { ...server }
      await library.validateApplicationLevelSignature(anew, response, options)
      if (this.#discovered?.server === server) {
        this.#discovered = { ...this.#discovered, server: anew }
      }
    }
  }

  async #discover(library: Library): Promise<Discovered> {
    const kept = this.#discovered
    if (kept !== null && kept.old > this.#clock.elapsed()) return kept
    // Many who come at once ask once.
    this.#discovering ??= refusalOf(library, 'unavailable', () => this.#ask(library)).finally(
      () => {
        this.#discovering = null
      },
    )
    return this.#discovering
  }

  async #ask(library: Library): Promise<Discovered> {
    const issuer = new URL(this.values.issuer)
    const { fetch, cameFromInside } = guardedFetch('any', this.values.timeout)
    const response = await library.discoveryRequest(issuer, this.#options(library, fetch))
    const server = await library.processDiscoveryResponse(issuer, response)
    const { authorization_endpoint, token_endpoint, jwks_uri } = server
    const reach: Reach = isInside(issuer) || cameFromInside() ? 'any' : 'outside'
    for (const address of [authorization_endpoint, token_endpoint, jwks_uri]) {
      const url = address === undefined ? null : URL.parse(address)
      const isInsecure = url?.protocol === 'http:' && issuer.protocol === 'https:'
      if (url === null || isInsecure || addressMistake(url) !== null) {
        throw new ServiceFailed('names no https address of an endpoint')
      }
      if (reach === 'outside' && isInside(url)) {
        throw new ServiceFailed('names an address that is inside of a network')
      }
    }
    const found = { server, reach, old: this.#clock.elapsed() + KEPT }
    this.#discovered = found
    return found
  }

  #options(library: Library, fetch: GuardedFetch['fetch']): AskOptions {
    return {
      [library.customFetch]: fetch,
      // An issuer without TLS is on this machine, and this is development.
      [library.allowInsecureRequests]: new URL(this.values.issuer).protocol === 'http:',
    }
  }

  #client(library: Library): oauth.Client {
    return {
      client_id: this.values.clientId,
      [library.clockSkew]: Math.round((this.#clock.now() - systemClock.now()) / 1000),
      [library.clockTolerance]: TOLERANCE,
    }
  }

  #authentication(library: Library, server: oauth.AuthorizationServer): oauth.ClientAuth {
    const { clientSecret } = this.values
    if (clientSecret === null) return library.None()
    const methods = server.token_endpoint_auth_methods_supported
    return methods === undefined || methods.includes('client_secret_basic')
      ? library.ClientSecretBasic(clientSecret)
      : library.ClientSecretPost(clientSecret)
  }
}

type Mailbox = Readonly<Record<string, unknown>>

/** OpenID Connect Core §2: at most 255 characters, of ASCII. */
function isSubject(subject: string): boolean {
  return subject.length <= LONGEST_SUBJECT && /^[\x20-\x7e]+$/.test(subject)
}

async function load(): Promise<Library> {
  try {
    return await import('oauth4webapi')
  } catch (cause) {
    throw new ImproperlyConfigured('oidcProvider() needs oauth4webapi: npm install oauth4webapi', {
      cause,
    })
  }
}
