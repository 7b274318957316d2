import { describe, expect, test } from 'vitest'
import { AuthContext } from './auth-context.ts'

describe('brand', () => {
  test('AUTH-4: an instance is one', () => {
    expect(AuthContext.is(new AuthContext({ subject: 'a' }))).toBe(true)
  })

  const real = new AuthContext({ subject: 'a' })
  test.each([
    ['a plain object of the same shape', { ...real }],
    ['an object with its prototype', Object.create(AuthContext.prototype)],
    ['an heir of an instance', Object.create(real)],
    ['a proxy of one', new Proxy(real, {})],
    ['the class', AuthContext],
    ['true', true],
    ['null', null],
    ['undefined', undefined],
    ['text', 'a'],
  ])('AUTH-4: %s is none', (_, value) => {
    expect(AuthContext.is(value)).toBe(false)
  })
})

describe('subject', () => {
  test.each([[''], [undefined], [null], [7]])('PW-19: subject %o is refused', (subject) => {
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => new AuthContext({ subject })).toThrow('AuthContext subject must be non-empty text')
  })
})

describe('roles and scopes', () => {
  test('PW-13: text is not taken for a list of letters', () => {
    expect(() => new AuthContext({ subject: 'a', roles: 'admin' })).toThrow(
      'roles and scopes must be lists, not text',
    )
    expect(() => new AuthContext({ subject: 'a', scopes: 'read' })).toThrow(TypeError)
  })

  test('PW-13: items that are no text are refused', () => {
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => new AuthContext({ subject: 'a', roles: [7] })).toThrow(
      'roles and scopes must contain only text',
    )
  })

  test('PW-17: the sets cannot be changed', () => {
    const { roles, scopes } = new AuthContext({ subject: 'a', roles: ['r'], scopes: ['s'] })
    for (const set of [roles, scopes] as Set<string>[]) {
      expect(() => set.add('admin')).toThrow(TypeError)
      expect(() => set.delete('r')).toThrow(TypeError)
      expect(() => set.clear()).toThrow(TypeError)
      expect(set.size).toBe(1)
    }
  })

  test('PW-17: the list handed over may change later without effect', () => {
    const list = ['viewer']
    const context = new AuthContext({ subject: 'a', roles: list })
    list.push('admin')
    expect(context.hasRole('admin')).toBe(false)
  })

  test('P-GRD-1: any, all and one', () => {
    const context = new AuthContext({ subject: 'a', roles: ['x', 'y'], scopes: ['r', 'w'] })
    expect(context.hasRole('x')).toBe(true)
    expect(context.hasAnyRole('q', 'y')).toBe(true)
    expect(context.hasAnyRole('q')).toBe(false)
    expect(context.hasAllRoles('x', 'y')).toBe(true)
    expect(context.hasAllRoles('x', 'q')).toBe(false)
    expect(context.hasScope('q')).toBe(false)
    expect(context.hasAnyScope('q', 'w')).toBe(true)
    expect(context.hasAllScopes('r', 'w')).toBe(true)
    expect(context.hasAllScopes('r', 'q')).toBe(false)
  })
})

describe('PW-17: everything else is frozen', () => {
  const context = new AuthContext({
    subject: 'a',
    claims: { roles: ['viewer'], nested: { list: [1] } },
    actor: { sub: 'agent' },
    metadata: { tenant: { id: 't' } },
    audience: ['one'],
    payload: { name: 'Ada' },
  })
  test.each([
    ['the context', () => Object.assign(context, { subject: 'root' })],
    ['claims', () => Object.assign(context.claims, { admin: true })],
    ['a list in claims', () => (context.claims['roles'] as string[]).push('admin')],
    ['the actor', () => Object.assign(context.actor ?? {}, { sub: 'root' })],
    ['metadata', () => Object.assign(context.metadata['tenant'] as object, { id: 'u' })],
    ['the audience', () => (context.audience as string[]).push('two')],
  ])('%s', (_, change) => {
    expect(change).toThrow(TypeError)
  })

  test('AUTH-5: the payload is left alone', () => {
    expect(Object.isFrozen(context.payload)).toBe(false)
  })
})

describe('PW-17: what many calls share', () => {
  class Actor {
    sub = 'agent_1'
  }
  /** What JavaScript callers may hand over. */
  const untyped = (value: unknown): never => value as never

  test('an actor is a plain copy, whatever it was made of', () => {
    const given = new Actor()
    const { actor } = new AuthContext({ subject: 'a', actor: untyped(given) })
    given.sub = 'forged'
    expect(actor).toEqual({ sub: 'agent_1' })
    expect(Object.getPrototypeOf(actor)).toBe(Object.prototype)
    expect(Object.isFrozen(actor)).toBe(true)
  })

  test('null is nobody, and what is no object is no actor', () => {
    expect(new AuthContext({ subject: 'a', actor: untyped(null) }).actor).toBeUndefined()
    for (const actor of ['agent_1', ['agent_1'], 7]) {
      expect(() => new AuthContext({ subject: 'a', actor: untyped(actor) })).toThrow(
        'AuthContext actor must be an object',
      )
    }
  })

  test.each(['claims', 'metadata'] as const)('sets and dates in %s are copies', (member) => {
    const groups = new Set(['a'])
    const context = new AuthContext({ subject: 'a', [member]: { groups, since: new Date(0) } })
    groups.add('admins')
    const seen = () => context[member] as { groups: Set<string>; since: Date }
    seen().groups.add('admins')
    seen().since.setTime(1)
    expect(seen()).toEqual({ groups: new Set(['a']), since: new Date(0) })
    expect(() => Object.assign(seen(), { groups: [] })).toThrow(TypeError)
    expect(Object.keys(context)).toContain(member)
  })
})
