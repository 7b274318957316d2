import { describe, expect, test } from 'vitest'
import { AuthContext, type Identity } from '../contract/auth/auth-context.ts'
import type { Call, Guard } from '../contract/call/call.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { guard, hasAllRoles, hasAllScopes, hasRole, hasScope, requireAuth } from './guards.ts'

// None of these guards looks at the call.
const call = {} as Call

function caller(identity: Omit<Identity, 'subject'> = {}): AuthContext {
  return new AuthContext({ subject: 'a', ...identity })
}

test.each<[string, Guard, Omit<Identity, 'subject'>, string]>([
  [
    'HasRole',
    hasRole('manager', 'admin'),
    { roles: ['viewer'] },
    'Requires any of roles [admin, manager], but client has [viewer]',
  ],
  [
    'HasAllRoles',
    hasAllRoles('ops', 'admin', 'analyst'),
    { roles: ['admin'] },
    'Requires all roles [admin, analyst, ops], client has [admin], missing [analyst, ops]',
  ],
  [
    'HasScope',
    hasScope('write', 'read'),
    {},
    'Requires any of scopes [read, write], but client has [(none)]',
  ],
  [
    'HasAllScopes',
    hasAllScopes('b', 'a'),
    { scopes: ['z', 'a'] },
    'Requires all scopes [a, b], client has [a, z], missing [b]',
  ],
])('P-GRD-1: %s denies in the fixed words', (name, one, identity, text) => {
  const auth = caller(identity)
  expect(one.name).toBe(name)
  expect(one.needsInput).toBe(false)
  expect(one.check(auth, call)).toBe(false)
  expect(one.denial(auth, call)).toBe(text)
})

test.each<[string, Guard, Omit<Identity, 'subject'>]>([
  ['any role', hasRole('admin', 'viewer'), { roles: ['viewer'] }],
  ['all roles', hasAllRoles('a', 'b'), { roles: ['b', 'a', 'c'] }],
  ['any scope', hasScope('r', 'w'), { scopes: ['w'] }],
  ['all scopes', hasAllScopes('r'), { scopes: ['r'] }],
  ['being known', requireAuth(), {}],
])('P-GRD-1: %s is enough', (_, one, identity) => {
  expect(one.check(caller(identity), call)).toBe(true)
})

test('P-GRD-1: roles are no scopes', () => {
  expect(hasRole('admin').check(caller({ scopes: ['admin'] }), call)).toBe(false)
  expect(hasScope('admin').check(caller({ roles: ['admin'] }), call)).toBe(false)
})

test('P-GRD-1: requireAuth in its words', () => {
  expect(requireAuth().denial(caller(), call)).toBe(
    'Authentication required — no client identity found on the request',
  )
})

describe('construction', () => {
  const makers = { hasRole, hasAllRoles, hasScope, hasAllScopes }
  test.each(Object.entries(makers))('PW-09: %s() with nothing is a mistake', (name, make) => {
    expect(() => make()).toThrow(
      new ImproperlyConfigured(`${name}() needs at least one value: an empty list guards nothing`),
    )
  })

  test.each(Object.entries(makers))('PW-13: %s(["a"]) is a mistake', (name, make) => {
    const message = `${name}() takes non-empty text values, not a list`
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => make(['a'])).toThrow(message)
    expect(() => make('')).toThrow(message)
  })

  test('P-GRD-1: scope guards name their scopes for the challenge, role guards none', () => {
    expect(hasScope('b', 'a', 'b').scopes).toEqual(['a', 'b'])
    expect(hasAllScopes('x').scopes).toEqual(['x'])
    expect(hasRole('x').scopes).toBeUndefined()
  })
})

test('P-GRD-2: an own guard says its name unless it has words of its own', () => {
  const plain = guard({ name: 'Owns', check: () => false })
  expect(plain.denial(caller(), call)).toBe('Access denied by Owns')
  expect(plain.needsInput).toBe(false)
  const spoken = guard({
    name: 'Owns',
    needsInput: true,
    check: () => true,
    denial: () => 'Not yours',
  })
  expect(spoken.denial(caller(), call)).toBe('Not yours')
  expect(spoken.needsInput).toBe(true)
})
