// `jwtAuth`: what it takes, and that an app knows its callers by it.
import { createApp } from 'trefoil'
import {
  type AuthContext,
  type Authenticator,
  type JwtAuth,
  jwtAuth,
  type KeyRing,
  keyRing,
} from 'trefoil/auth'
import { exact } from './expect.ts'

const jwt = jwtAuth({ keys: keyRing('a', new Set(['b'])) })
exact<JwtAuth>()(jwt)
exact<Promise<string>>()(jwt.createToken({ sub: 'a' }, { expiresIn: '-1m' }))
exact<Promise<boolean>>()(jwt.verifyToken('a'))
const plain: Authenticator<undefined> = jwt
const wrapped: Authenticator<undefined> = { ...jwt, name: 'mine' }

for (const authenticate of [jwt, plain, wrapped]) {
  const app = createApp({ auth: [{ authenticate, surfaces: ['api'] }] })
  app.get('/', (_, call) => exact<AuthContext<undefined>>()(call.auth))
}

jwtAuth()
jwtAuth({ publicKey: [new URL('file:///key.pem'), '-----BEGIN …', { kty: 'RSA', n: 'x', e: 'y' }] })
jwtAuth({ jwks: { keys: [{ kty: 'EC' }] }, algorithms: ['ES256', 'EdDSA', 'Ed25519'] })
jwtAuth({ discovery: new URL('https://a.example'), audience: ['a'], fetching: { staleFor: '24h' } })
jwtAuth({ keys: 'a', claims: { preset: 'auth0', roles: [['a', 'b'], 'c'] } })
jwtAuth({ keys: 'a', isRevoked: async ({ jti }) => jti === 'x', dpop: { required: true } })

// @ts-expect-error: not an algorithm
jwtAuth({ keys: 'a', algorithms: ['none'] })
// @ts-expect-error: a duration has a unit
jwtAuth({ keys: 'a', clockTolerance: 10 })
// @ts-expect-error: not a provider that is known
jwtAuth({ keys: 'a', claims: 'okta' })
// @ts-expect-error: only true and false decide
jwtAuth({ keys: 'a', isRevoked: () => 'no' })
// @ts-expect-error: a ring is made with keyRing()
const lookalike: KeyRing = { current: new Uint8Array(1), previous: [], version: 1, replace() {} }
// @ts-expect-error: text is no list of keys
keyRing('a', 7)
void lookalike
