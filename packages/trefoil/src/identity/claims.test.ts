import { describe, expect, test } from 'vitest'
import { AuthenticationError } from '../contract/problems/problem.ts'
import { identityFromClaims } from './claims.ts'

const base = { sub: 'u1', exp: 1_700_003_600 }

test('V-06: the claims of the vectors become an identity', () => {
  const claims = {
    sub: 'agent-007',
    roles: ['admin'],
    scope: 'read write',
    iss: 'https://auth.example.com',
    aud: 'my-api',
    iat: 1_700_000_000,
    exp: 1_700_003_600,
  }
  expect(identityFromClaims(claims)).toEqual({
    subject: 'agent-007',
    kind: 'unknown',
    tenant: null,
    roles: ['admin'],
    scopes: ['read', 'write'],
    claims,
    issuer: 'https://auth.example.com',
    audience: 'my-api',
    issuedAt: 1_700_000_000,
    expiresAt: 1_700_003_600,
    actor: [],
  })
})

test('V-06: a list of audiences is kept as a list', () => {
  const identity = identityFromClaims({ ...base, aud: ['fastapi-users:auth'] })
  expect(identity.audience).toEqual(['fastapi-users:auth'])
})

describe('subject', () => {
  test('P-JWT-6: client_id stands in only where there is no sub', () => {
    expect(identityFromClaims({ client_id: 'svc' }).subject).toBe('svc')
    expect(identityFromClaims({ sub: 'u1', client_id: 'svc' }).subject).toBe('u1')
  })

  test.each([
    ['null', { sub: null, client_id: 'svc' }],
    ['a number', { sub: 7, client_id: 'svc' }],
    ['empty', { sub: '', client_id: 'svc' }],
    ['absent, without client_id', {}],
    ['absent, with a client_id that is no text', { client_id: 7 }],
  ])('V-17, PW-19: sub %s is refused', (_, claims) => {
    expect(() => identityFromClaims(claims)).toThrow(AuthenticationError)
  })
})

describe('roles and scopes', () => {
  test('PW-13: text is one role, and several scopes', () => {
    expect(identityFromClaims({ ...base, roles: 'super admin' }).roles).toEqual(['super admin'])
    expect(identityFromClaims({ ...base, scope: ' read  write ' }).scopes).toEqual([
      'read',
      'write',
    ])
  })

  test('X-06: scopes come from scope, scopes and scp together', () => {
    const claims = { ...base, scope: ['a'], scopes: ['b', 'c d'], scp: 'e f' }
    expect(identityFromClaims(claims).scopes).toEqual(['a', 'b', 'c d', 'e', 'f'])
  })

  test.each([
    ['roles', 5],
    ['roles', null],
    ['roles', [['x']]],
    ['roles', { admin: true }],
    ['roles', ['ok', 7]],
    ['scope', 5],
    ['scopes', null],
    ['scp', [null]],
  ])('V-17, PW-13: %s %j is refused, never guessed', (claim, value) => {
    expect(() => identityFromClaims({ ...base, [claim]: value })).toThrow(
      expect.objectContaining({ reason: `Invalid '${claim}' claim` }),
    )
  })
})

describe('times and actor', () => {
  test.each([
    ['exp', Number.POSITIVE_INFINITY],
    ['exp', Number.NaN],
    ['exp', '9999999999'],
    ['exp', null],
    ['exp', true],
    ['nbf', 'x'],
    ['nbf', Number.NEGATIVE_INFINITY],
    ['iat', [1]],
  ])('PW-14: %s %o is refused', (claim, value) => {
    expect(() => identityFromClaims({ ...base, [claim]: value })).toThrow(
      expect.objectContaining({ reason: `Invalid '${claim}' claim` }),
    )
  })

  test('PW-12: an actor is an object', () => {
    expect(identityFromClaims({ ...base, act: { sub: 'agent' } }).actor).toEqual([
      { subject: 'agent', claims: { sub: 'agent' } },
    ])
    for (const act of [null, 'agent', ['agent'], 7]) {
      expect(() => identityFromClaims({ ...base, act })).toThrow('Unauthorized')
    }
  })
})
