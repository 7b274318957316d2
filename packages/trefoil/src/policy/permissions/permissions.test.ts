import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { permissions } from './permissions.ts'

const can = permissions({
  user: ['security.session.list', 'security.session.revoke'],
  admin: [
    'user.read',
    'user.write',
    'billing.read',
    'billing.write',
    'security.session.revoke',
    'security.session.list',
    'admin.impersonate',
  ],
  support: ['user.read', 'billing.read'],
  auditor: ['user.read', 'billing.read', 'audit.read'],
})

const who = (...roles: string[]) => new AuthContext({ subject: 'a', roles })

async function denial(one: Guard, ...roles: string[]): Promise<string | null> {
  const decision = await one.decide(who(...roles), {} as Call)
  return 'deny' in decision ? decision.text : null
}

test('S-RBAC-1: the registry of the page', () => {
  expect(can.roles).toEqual(['user', 'admin', 'support', 'auditor'])
  expect(can.of('support')).toEqual(['billing.read', 'user.read'])
  expect(can.permissions).toContain('admin.impersonate')
  expect(can.of('nobody')).toEqual([])
})

test('S-RBAC-2: roles are united, unknown ones give none', async () => {
  const both = can.hasPermission('user.read', 'security.session.list', 'audit.read')
  expect(await denial(both, 'auditor', 'user', 'unknown')).toBeNull()
  expect(await denial(both, 'unknown', 'audit.read')).toBe(
    'missing_permissions:user.read,security.session.list,audit.read',
  )
})

test('S-RBAC-2: a role that everybody has', async () => {
  const all = permissions({ user: ['me.read'], admin: ['x'] }, { everyone: ['user'] })
  expect(await denial(all.hasPermission('me.read'))).toBeNull()
  expect(await denial(all.hasPermission('me.read', 'x'))).toBe('missing_permissions:x')
  expect(all.allows(who(), 'me.read')).toBe(true)
})

test('S-RBAC-3: all are needed; only the missing ones are told, in the order asked', async () => {
  const one = can.hasPermission('user.write', 'user.read', 'billing.write')
  expect(one).toMatchObject({ name: 'HasPermission', needsInput: false })
  expect(await denial(one, 'support')).toBe('missing_permissions:user.write,billing.write')
  expect(await denial(one, 'admin')).toBeNull()
})

test('S-RBAC-3: any of them', async () => {
  const one = can.hasAnyPermission('audit.read', 'billing.write')
  expect(one).toMatchObject({ name: 'HasAnyPermission', needsInput: false })
  expect(await denial(one, 'support')).toBe('insufficient_permissions')
  expect(await denial(one, 'auditor')).toBeNull()
})

describe('inheritance', () => {
  const staff = permissions(
    { viewer: ['a.read'], editor: ['a.write'], admin: ['a.delete'], odd: [] },
    { inherits: { admin: ['editor', 'viewer'], editor: ['viewer'], odd: ['editor'] } },
  )

  test('is of all that is inherited, upwards only', async () => {
    expect(staff.of('admin')).toEqual(['a.delete', 'a.read', 'a.write'])
    expect(staff.of('odd')).toEqual(['a.read', 'a.write'])
    expect(await denial(staff.hasPermission('a.read'), 'admin')).toBeNull()
    expect(await denial(staff.hasPermission('a.delete'), 'editor')).not.toBeNull()
  })

  test('a circle stops the start, and is named', () => {
    const roles = { a: ['x'], b: ['y'], c: ['z'], d: ['w'] }
    expect(() =>
      permissions(roles, { inherits: { d: ['a'], a: ['b'], b: ['c'], c: ['a'] } }),
    ).toThrow(new ImproperlyConfigured('permissions(): roles inherit in a circle: a → b → c → a'))
    expect(() => permissions(roles, { inherits: { a: ['a'] } })).toThrow('circle: a → a')
  })

  test('many ways to one role are no circle, and cost no more than it has roles', () => {
    const names = Array.from({ length: 60 }, (_, index) => `r${index}`)
    const lists = Object.fromEntries(names.map((name) => [name, [`p.${name}`]]))
    // Two ways up at each step: 2^30 paths for whoever walks them all.
    const inherits = Object.fromEntries(
      names.slice(0, -2).map((name, index) => [name, [`r${index + 1}`, `r${index + 2}`]]),
    )
    expect(permissions(lists, { inherits }).of('r0')).toHaveLength(60)
  })

  test('from nobody known stops the start', () => {
    expect(() =>
      permissions({ admin: ['x'] }, { inherits: { admin: ['admni'] as never } }),
    ).toThrow(
      "inherits names a role at [0] of 'admin' that has no list of permissions; did you mean 'admin'?",
    )
    expect(() => permissions({ a: ['x'] }, { inherits: { b: ['a'] } as never })).toThrow(
      "inherits has the role 'b', which has no list",
    )
    expect(() => permissions({ a: ['x'] }, { everyone: ['b'] as never })).toThrow(
      'everyone[0] names a role, which has no list',
    )
    expect(() => permissions({ a: ['x'] }, { everyone: 'a' as never })).toThrow(
      'everyone must be a list of roles, got text',
    )
  })
})

describe('SW-29: the table is a copy', () => {
  test('and does not hear of what becomes of the lists', async () => {
    const admin = ['user.write']
    const roles: Record<string, string[]> = { admin, guest: ['hello'] }
    const parents: string[] = []
    const one = permissions(roles, { inherits: { guest: parents } })
    const write = one.hasPermission('user.write')
    roles['guest']?.push('user.write')
    parents.push('admin')
    roles['intruder'] = admin
    expect(await denial(write, 'guest', 'intruder')).toBe('missing_permissions:user.write')
    for (const list of [one.roles, one.permissions, one.of('admin'), one.of('nobody')]) {
      expect(() => (list as string[]).push('x')).toThrow(TypeError)
    }
    expect(() => Object.assign(one, { allows: () => true })).toThrow(TypeError)
    expect(() => Object.assign(Object.getPrototypeOf(one), { allows: () => true })).toThrow(
      TypeError,
    )
  })

  test.each<[unknown, string]>([
    [{ admin: 'user.read' }, "role 'admin' needs a list of permissions, got text"],
    [{ admin: new Set(['a']) }, "role 'admin' needs a list of permissions, got"],
    [{ admin: null }, "role 'admin' needs a list of permissions, got null"],
    [{ admin: ['a', 7] }, "role 'admin' has a list with 7"],
    [{ admin: [''] }, "role 'admin' has a list with"],
    [{ '': ['a'] }, 'a role has an empty name'],
    [{ admin: ['x', 'a,b'] }, "[1] of role 'admin' is no permission: it has no spaces or commas"],
    [{ admin: ['a b'] }, 'no spaces or commas'],
    [{ admin: ['a\u200b'] }, 'no spaces or commas'],
    [{}, 'needs at least one role'],
    ['admin', 'takes an object of lists'],
    [null, 'takes an object of lists'],
    [[['admin', ['a']]], 'takes an object of lists'],
    [new Map([['admin', ['a']]]), 'takes an object of lists'],
  ])('SW-29: %j is refused', (roles, message) => {
    expect(() => permissions(roles as never)).toThrow(message)
    expect(() => permissions(roles as never)).toThrow(ImproperlyConfigured)
  })
})

test('names that nobody has stop the start', () => {
  const wrong = (...names: string[]) => names as never[]
  expect(() => can.hasPermission(...wrong('user.wirte'))).toThrow(
    "hasPermission(): no role has permission 1 of 1; did you mean 'user.write'?",
  )
  expect(() => can.hasAnyPermission(...wrong('user.read', 'toString'))).toThrow(
    'no role has permission 2 of 2',
  )
  expect(() => can.hasPermission()).toThrow('needs at least one permission')
  expect(() => can.hasAnyPermission()).toThrow('needs at least one permission')
  expect(() => can.hasPermission(['user.read'] as never)).toThrow('not a list')
  expect(() => can.allows(who(), 'nothing' as never)).toThrow('no role has permission 1 of 1')
})

test.each(['Admin', 'admin ', 'аdmin', 'admin,support', '__proto__', 'toString', 'admin\0'])(
  'SW-29: %j is not the role admin',
  async (role) => {
    expect(await denial(can.hasPermission('user.write'), role)).toBe(
      'missing_permissions:user.write',
    )
  },
)

test('a role may be called anything, and is just that', async () => {
  const odd = permissions(JSON.parse('{"__proto__":["a"],"shift lead, night":["b"]}'))
  expect(await denial(odd.hasPermission('a'), '__proto__')).toBeNull()
  expect(await denial(odd.hasPermission('a'), 'other')).toBe('missing_permissions:a')
  expect(await denial(odd.hasPermission('b'), 'shift lead, night')).toBeNull()
  expect(await denial(odd.hasPermission('b'), 'shift lead', 'night')).not.toBeNull()
})

test('allows() believes the context of a caller alone', () => {
  expect(can.allows(who('admin'), 'user.write')).toBe(true)
  expect(can.allows(who('support'), 'user.write')).toBe(false)
  for (const odd of [null, { roles: new Set(['admin']) }, new Proxy(who('admin'), {})]) {
    expect(() => can.allows(odd as never, 'user.write')).toThrow(TypeError)
  }
})

test('AUTHZ-6: each call goes by the roles it brings, and remembers none', async () => {
  const one = can.hasPermission('user.write')
  expect([
    await denial(one, 'admin'),
    await denial(one, 'user'),
    await denial(one, 'admin'),
  ]).toEqual([null, 'missing_permissions:user.write', null])
})
