import {
  type ApiKeyAuth,
  type Authenticator,
  apiKeyAuth,
  DEV_ISSUER,
  firstOf,
  type JwtAuth,
  jwtAuth,
} from 'trefoil/auth'
import { devTokens } from 'trefoil/dev-tokens'
import type { Part } from 'trefoil/parts'
import { AUDIENCE, ISSUER } from './access-token.ts'
import { loadApiKey, loadSecret } from './secret.ts'

type Variables = Readonly<Record<string, string | undefined>>

/**
 * Who is calling: somebody with a token, or a program with the API key of the store. With `STORE_JWKS`
 * there is a key only where `STORE_API_KEY` says so: nobody should be let in by a file beside the provider.
 *
 * @throws Error when the secret or the key is unfit, and as {@link tokens}
 */
export function storeAuth(
  secret: string,
  variables: Variables = process.env,
): Authenticator<undefined> {
  const jwt = tokens(secret, variables)
  if (!takesApiKey(variables)) return jwt
  return firstOf(jwt, keyOf(loadApiKey(variables['STORE_API_KEY'])))
}

export function takesApiKey(variables: Variables = process.env): boolean {
  return !isSet(variables['STORE_JWKS']) || isSet(variables['STORE_API_KEY'])
}

/** A program that reads orders and changes them, and that deletes none. */
function keyOf(key: string): ApiKeyAuth {
  return apiKeyAuth({
    keys: { [key]: { clientId: 'service_warehouse', scopes: ['orders:read', 'orders:write'] } },
  })
}

/**
 * With `STORE_JWKS` the tokens of a provider, whose keys are fetched from there; without
 * it those of `npm run token` and, while somebody develops, of `POST /auth/token`.
 *
 * @throws Error when `STORE_JWKS` is set and `STORE_ISSUER` is not
 */
function tokens(secret: string, variables: Variables): JwtAuth {
  const { STORE_JWKS: jwks, STORE_ISSUER: issuer, STORE_AUDIENCE: audience } = variables
  if (!isSet(jwks)) {
    // The second is refused by `jwtAuth` itself where nobody develops.
    return jwtAuth({ keys: secret, issuer: [ISSUER, DEV_ISSUER], audience: AUDIENCE })
  }
  if (!isSet(issuer)) {
    throw new Error('STORE_JWKS needs STORE_ISSUER: the `iss` of the tokens that are accepted')
  }
  return jwtAuth({ jwks, issuer, audience: isSet(audience) ? audience : AUDIENCE })
}

/** `POST /auth/token`, where it may be: `npm start` is development, and everything that says nothing is not. */
export function developmentParts(variables: Variables = process.env): readonly Part[] {
  if (variables['TREFOIL_ENV'] !== 'development' || isSet(variables['STORE_JWKS'])) return []
  return [
    devTokens({
      keys: loadSecret(),
      audience: AUDIENCE,
      clients: {
        'agent-viewer': { secret: 'v1ewer', scopes: ['orders:read'] },
        'agent-admin': {
          secret: 's3cret',
          roles: ['admin'],
          scopes: ['orders:read', 'orders:write'],
        },
      },
    }),
  ]
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}
