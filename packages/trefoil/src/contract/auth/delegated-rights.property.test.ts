import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ActorIdentity } from './actor.ts'
import { AuthContext } from './auth-context.ts'
import { widened } from './widened.ts'

const rights = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', '__proto__', 'a b', ''), {
  maxLength: 5,
})
const actor: fc.Arbitrary<ActorIdentity> = fc.record(
  { subject: fc.string({ minLength: 1 }), roles: rights, scopes: rights },
  { requiredKeys: ['subject'] },
)
const identity = fc.record({
  subject: fc.constant('ada'),
  roles: rights,
  scopes: rights,
  actor: fc.array(actor, { maxLength: 4 }),
})

describe('DEL-2: an actor never adds a right', () => {
  test('one more actor leaves the rights, or takes some', () => {
    fc.assert(
      fc.property(identity, actor, (given, more) => {
        const before = new AuthContext(given)
        for (const chain of [
          [more, ...given.actor],
          [...given.actor, more],
        ]) {
          const after = new AuthContext({ ...given, actor: chain })
          expect([...after.roles].every((role) => before.roles.has(role))).toBe(true)
          expect([...after.scopes].every((scope) => before.scopes.has(scope))).toBe(true)
        }
        expect(
          widened(before, new AuthContext({ ...given, actor: [more, ...given.actor] })),
        ).toBeNull()
      }),
      { numRuns: 200 },
    )
  })

  test('the rights are those that all have of whom it is said', () => {
    fc.assert(
      fc.property(identity, (given) => {
        const { roles } = new AuthContext(given)
        const stated = given.actor.flatMap((one) =>
          one.roles === undefined ? [] : [[...one.roles]],
        )
        const wanted = given.roles.filter((role) => stated.every((list) => list.includes(role)))
        expect([...roles]).toEqual(wanted)
      }),
      { numRuns: 200 },
    )
  })

  test('a context made of a context says the same', () => {
    fc.assert(
      fc.property(identity, (given) => {
        const once = new AuthContext(given)
        expect(new AuthContext({ ...once })).toEqual(once)
      }),
      { numRuns: 100 },
    )
  })
})

test('an actor of whom nothing is said narrows nothing, one with empty lists all', () => {
  const ada = { subject: 'ada', roles: ['admin'], scopes: ['read'] }
  const known = (more: object) =>
    new AuthContext({ ...ada, actor: [{ subject: 'agent', ...more }] })
  expect([...known({}).roles]).toEqual(['admin'])
  expect([...known({ roles: [] }).roles, ...known({ roles: [] }).scopes]).toEqual(['read'])
  expect(known({ roles: ['root', 'admin'] }).actor[0]).toMatchObject({ roles: ['root', 'admin'] })
  expect(() => known({ roles: 'admin' })).toThrow('lists, not text')
  expect(() => known({ scopes: [1] })).toThrow('only text')
})

describe('what a second context gives that the first did not', () => {
  const session = { id: 's1', createdAt: 1 }
  const base = {
    subject: 'ada',
    kind: 'unknown',
    tenant: 'acme',
    roles: ['a', 'b'],
    scopes: ['read'],
    issuer: 'https://id',
    expiresAt: 100,
    actor: [{ subject: 'agent' }],
    session,
  } as const
  const before = new AuthContext(base)
  test.each<[string | null, object]>([
    [null, {}],
    [null, { roles: [], scopes: [] }],
    [null, { kind: 'agent' }],
    [null, { expiresAt: 99 }],
    [null, { actor: [{ subject: 'other' }, { subject: 'agent' }] }],
    [null, { session: undefined }],
    [null, { claims: { a: 1 }, metadata: { plan: 'pro' }, payload: {} }],
    ['subject', { subject: 'root' }],
    ['subject', { subject: 'ada ' }],
    ['issuer', { issuer: undefined }],
    ['tenant', { tenant: 'other' }],
    ['tenant', { tenant: null }],
    ['kind', { kind: 'person' }],
    ['roles', { roles: ['a', 'b', 'c'] }],
    ['scopes', { scopes: ['write'] }],
    ['actor', { actor: [] }],
    ['actor', { actor: [{ subject: 'agent' }, { subject: 'other' }] }],
    ['expiresAt', { expiresAt: undefined }],
    ['expiresAt', { expiresAt: 101 }],
    ['session', { session: { ...session, id: 's2' } }],
  ])('%s: %o', (what, more) => {
    expect(widened(before, new AuthContext({ ...base, ...more }))).toBe(what)
  })
})
