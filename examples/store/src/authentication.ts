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
import { readSettings, type StoreSettings } from './settings.ts'

/**
 * Who is calling: somebody with a token, or a program with the API key of the store. With `STORE_JWKS`
 * there is a key only where `STORE_API_KEY` says so: nobody should be let in by a file beside the provider.
 *
 * @throws Error when the secret or the key is unfit, and as {@link tokens}
 */
export function storeAuth(
  secret: string,
  settings: StoreSettings = readSettings(),
): Authenticator<undefined> {
  const jwt = tokens(secret, settings)
  if (!takesApiKey(settings)) return jwt
  return firstOf(jwt, keyOf(loadApiKey(settings.apiKey?.reveal())))
}

export function takesApiKey(settings: StoreSettings = readSettings()): boolean {
  return settings.jwks === undefined || settings.apiKey !== undefined
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
function tokens(secret: string, { jwks, issuer, audience }: StoreSettings): JwtAuth {
  if (jwks === undefined) {
    // The second is refused by `jwtAuth` itself where nobody develops.
    return jwtAuth({ keys: secret, issuer: [ISSUER, DEV_ISSUER], audience: AUDIENCE })
  }
  if (issuer === undefined) {
    throw new Error('STORE_JWKS needs STORE_ISSUER: the `iss` of the tokens that are accepted')
  }
  return jwtAuth({ jwks, issuer, audience })
}

/** `POST /auth/token`, where it may be: `npm start` is development, and everything that says nothing is not. */
export function developmentParts(): readonly Part[] {
  if (process.env['TREFOIL_ENV'] !== 'development' || readSettings().jwks !== undefined) return []
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
