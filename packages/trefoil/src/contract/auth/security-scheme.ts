interface Described {
  /** Shown to readers of the documentation, such as where to get a key. */
  readonly description?: string
}

/** `Authorization: Bearer <token>` (RFC 6750). */
export interface BearerScheme extends Described {
  readonly type: 'http'
  readonly scheme: 'bearer'
  /** What the token is, such as `JWT`. */
  readonly bearerFormat?: string
}

/** `Authorization: Basic <name and password>` (RFC 7617). Browsers ask for both in a dialog. */
export interface BasicScheme extends Described {
  readonly type: 'http'
  readonly scheme: 'basic'
}

/** `Authorization: DPoP <token>`, and a proof in the header `DPoP` that its sender holds a key (RFC 9449). */
export interface DpopScheme extends Described {
  readonly type: 'http'
  readonly scheme: 'dpop'
}

/** A key, or the id of a login session, under a name of its own. */
export interface ApiKeyScheme extends Described {
  readonly type: 'apiKey'
  readonly in: 'header' | 'cookie' | 'query'
  /** Name of the header, cookie or query parameter. */
  readonly name: string
}

/** A bearer token that an OpenID provider gives out. */
export interface OpenIdConnectScheme extends Described {
  readonly type: 'openIdConnect'
  /** Address of the provider's discovery document; https, or http on this machine. */
  readonly openIdConnectUrl: string
}

/** The certificate that the client shows when it connects (mutual TLS). */
export interface MutualTlsScheme extends Described {
  readonly type: 'mutualTLS'
}

/**
 * Where an authenticator looks for credentials, in the words of OpenAPI 3.1. It describes: the
 * authenticator itself is what reads and checks them.
 */
export type SecurityScheme =
  | BearerScheme
  | BasicScheme
  | DpopScheme
  | ApiKeyScheme
  | OpenIdConnectScheme
  | MutualTlsScheme

/** What an authenticator that says nothing is taken for. */
export const UNKNOWN_SCHEME: readonly SecurityScheme[] = Object.freeze([
  Object.freeze({ type: 'http', scheme: 'bearer' }),
])
