import { describe, expect, test } from 'vitest'
import type { AuthConfig } from '../../contract/auth/authenticator.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { jwtAuth } from '../../identity/jwt-auth.ts'
import { readConfig } from './config.ts'
import { readAuth } from './read-auth.ts'

const SECRET = 'Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0cAeUiOqWzX'

function entry(scheme: unknown): AuthConfig {
  // What JavaScript callers may hand over.
  return { authenticate: (_request) => null, surfaces: ['api'], scheme } as AuthConfig
}

function mistake(scheme: unknown): string {
  try {
    readConfig({ auth: [entry(scheme)] })
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    return error.message
  }
  return 'none'
}

describe('W-34: where credentials are said to be', () => {
  test('an entry that says nothing takes bearer tokens', () => {
    const config: AuthConfig = { authenticate: (_request) => null, surfaces: ['api'] }
    expect(readAuth([config]).api).toMatchObject({
      schemes: [{ type: 'http', scheme: 'bearer' }],
      ambient: true,
    })
  })

  test('jwtAuth says it by itself, and the entry can say otherwise', () => {
    const authenticate = jwtAuth({ keys: SECRET })
    const own = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }
    const entry = readAuth([{ authenticate, surfaces: ['api'] }]).api
    expect(entry).toMatchObject({ name: 'jwtAuth', schemes: [own], ambient: false })
    const scheme = { type: 'openIdConnect', openIdConnectUrl: 'https://id.example/x' } as const
    expect(readAuth([{ authenticate, surfaces: ['api'], scheme }]).api?.schemes).toEqual([scheme])
  })

  test.each([
    [{ type: 'http', scheme: 'bearer', bearerFormat: 'opaque', description: 'Ask.' }],
    [{ type: 'http', scheme: 'basic' }],
    [{ type: 'apiKey', in: 'header', name: 'X-Api-Key' }],
    [{ type: 'apiKey', in: 'cookie', name: '__Host-session' }],
    [{ type: 'apiKey', in: 'query', name: 'api key' }],
    [{ type: 'openIdConnect', openIdConnectUrl: 'https://id.example/x' }],
    [{ type: 'openIdConnect', openIdConnectUrl: 'http://127.0.0.1:8080/x' }],
    [
      [
        { type: 'http', scheme: 'bearer' },
        { type: 'apiKey', in: 'cookie', name: 'sid' },
      ],
    ],
  ])('%j is one', (scheme) => {
    expect(mistake(scheme)).toBe('none')
  })

  test.each([
    ['bearer', "auth scheme: must be an object such as { type: 'http', scheme: 'bearer' }"],
    [null, 'none'],
    [[], 'auth scheme: the list is empty; leave it out for bearer tokens'],
    [{}, 'auth scheme: type must be one of http, apiKey, openIdConnect, mutualTLS, got undefined'],
    [
      { type: 'oauth2' },
      'auth scheme: type must be one of http, apiKey, openIdConnect, mutualTLS, got text of 6 characters',
    ],
    [
      { type: '__proto__' },
      'auth scheme: type must be one of http, apiKey, openIdConnect, mutualTLS, got text of 9 characters',
    ],
    [{ type: 'http' }, 'auth scheme: scheme must be bearer, basic or dpop, got undefined'],
    [
      { type: 'http', scheme: 'digest' },
      'auth scheme: scheme must be bearer, basic or dpop, got text of 6 characters',
    ],
    [
      { type: 'http', scheme: 'bearer', bearerFormat: '' },
      'auth scheme: bearerFormat must be non-empty text',
    ],
    [
      { type: 'http', scheme: 'basic', bearerFormat: 'JWT' },
      'auth scheme: bearerFormat is of bearer tokens only',
    ],
    [
      { type: 'http', scheme: 'basic', realm: 'x' },
      "auth scheme of type http: unknown option 'realm'",
    ],
    [{ type: 'http', scheme: 'basic', description: '' }, 'auth scheme: description must be text'],
    [
      { type: 'apiKey', in: 'body', name: 'k' },
      'auth scheme: in must be header, cookie or query, got text of 4 characters',
    ],
    [
      { type: 'apiKey', in: 'header', name: 'X Key' },
      'auth scheme: name must be the name of a header, got text of 5 characters',
    ],
    [
      { type: 'apiKey', in: 'cookie', name: 'a;b' },
      'auth scheme: name must be the name of a cookie, got text of 3 characters',
    ],
    [
      { type: 'apiKey', in: 'query' },
      'auth scheme: name must be the name of a query, got undefined',
    ],
    [
      { type: 'openIdConnect', openIdConnectUrl: '/x' },
      'auth scheme: openIdConnectUrl must be an https address, got text of 2 characters',
    ],
    [
      { type: 'openIdConnect', openIdConnectUrl: 'http://id.example/x' },
      'auth scheme: openIdConnectUrl must be an https address, got text of 19 characters',
    ],
    [
      [{ type: 'http', scheme: 'bearer' }, { type: 'http' }],
      'auth scheme: scheme must be bearer, basic or dpop, got undefined',
    ],
  ])('%j: %s', (scheme, expected) => {
    expect(mistake(scheme)).toBe(expected)
  })

  test('what an authenticator says of itself is checked too', () => {
    const authenticate = {
      name: 'own',
      scheme: { type: 'http' },
      authenticate: entry(null).authenticate,
    }
    const auth = [{ authenticate, surfaces: ['api'] }] as unknown as readonly AuthConfig[]
    expect(() => readConfig({ auth })).toThrow('auth scheme: scheme must be bearer, basic or dpop')
  })
})

test('APP-4: an option of an entry that nobody reads is refused', () => {
  const auth = [{ ...entry(undefined), onAuthenticate: () => null }]
  expect(() => readConfig({ auth })).toThrow(
    "auth: unknown option 'onAuthenticate'; did you mean 'onAuthenticated'?",
  )
})
