import { describe, expect, test } from 'vitest'
import type { Actor } from './actor.ts'
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
    actor: [{ subject: 'agent', claims: { sub: 'agent' } }],
    session: { id: 's1', createdAt: 1, authTime: 2, methods: ['pwd'] },
    metadata: { tenant: { id: 't' } },
    audience: ['one'],
    payload: { name: 'Ada' },
  })
  test.each([
    ['the context', () => Object.assign(context, { subject: 'root' })],
    ['claims', () => Object.assign(context.claims, { admin: true })],
    ['a list in claims', () => (context.claims['roles'] as string[]).push('admin')],
    ['the chain of actors', () => (context.actor as unknown[]).push({ subject: 'root' })],
    ['an actor', () => Object.assign(context.actor[0] ?? {}, { subject: 'root' })],
    ['its claims', () => Object.assign((context.actor[0] as Actor).claims, { sub: 'root' })],
    ['the session', () => Object.assign(context.session as object, { id: 's2' })],
    ['how it was entered', () => (context.session as { methods: string[] }).methods.push('otp')],
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
  class Acting {
    subject = 'agent_1'
    readonly #reads = [0]
    get kind() {
      return this.#reads.push(0) === 2 ? 'agent' : 'person'
    }
  }
  /** What JavaScript callers may hand over. */
  const untyped = (value: unknown): never => value as never

  test('an actor is a plain copy, whatever it was made of', () => {
    const given = new Acting()
    const { actor } = new AuthContext({ subject: 'a', actor: untyped([given]) })
    given.subject = 'forged'
    expect(actor).toEqual([{ subject: 'agent_1', kind: 'agent', claims: {} }])
    expect(Object.getPrototypeOf(actor[0])).toBe(Object.prototype)
    expect(Object.isFrozen(actor[0])).toBe(true)
  })

  test('null is nobody, and what is no list of actors is none', () => {
    expect(new AuthContext({ subject: 'a', actor: untyped(null) }).actor).toEqual([])
    const many = Array.from({ length: 9 }, () => ({ subject: 'x' }))
    for (const actor of ['agent_1', { sub: 'agent_1' }, ['agent_1'], [{ subject: '' }], 7, many]) {
      expect(() => new AuthContext({ subject: 'a', actor: untyped(actor) })).toThrow(
        'AuthContext actor',
      )
    }
    const odd = [{ subject: 'x', kind: 'robot' }]
    expect(() => new AuthContext({ subject: 'a', actor: untyped(odd) })).toThrow('kind must be')
  })

  test.each([
    ['text', 's1', 'session must be an object'],
    ['no id', { createdAt: 1 }, 'session.id must be non-empty text'],
    ['no beginning', { id: 's' }, 'session.createdAt must be a number'],
    ['a time as text', { id: 's', createdAt: 1, authTime: '2' }, 'session.authTime must be'],
    ['methods as text', { id: 's', createdAt: 1, methods: 'pwd' }, 'session.methods must be'],
  ])('a session that is %s is none', (_, session, message) => {
    expect(() => new AuthContext({ subject: 'a', session: untyped(session) })).toThrow(message)
  })

  test('a session is a copy and keeps nothing else, a token for one', () => {
    const given = { id: 's', createdAt: 1 }
    const { session } = new AuthContext({ subject: 'a', session: given })
    expect(session).toEqual(given)
    expect(session).not.toBe(given)
    const more = { ...given, token: 'secret' }
    expect(() => new AuthContext({ subject: 'a', session: more })).toThrow("unknown option 'token'")
  })

  test('FND-53: hasRole and hasScope take one, and say what to write for several', () => {
    const context = new AuthContext({ subject: 'a', roles: ['a'], scopes: ['a'] })
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => context.hasRole('a', 'b')).toThrow('write auth.hasAnyRole(…) or')
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => context.hasScope('b', 'a')).toThrow('write auth.hasAnyScope(…) or')
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
