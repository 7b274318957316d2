// FND-57: who is calling cannot be rewritten, neither on the context (which a cache of verdicts
// shares between callers) nor on the classes behind it.

import { type Call, createApp } from 'trefoil'
import { AuthContext, AuthContext as FromAuth, hasRole, hasScope } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { ALL, alike, assigning, ENV, everywhere, Lines, on, trying } from './surfaces.ts'

const user = () => new AuthContext({ subject: 'ann', roles: ['user'], scopes: ['orders:read'] })

describe('FND-57: roles and scopes are read-only sets', () => {
  test.each(['roles', 'scopes'] as const)('%s answer like a set', (member) => {
    const set = user()[member]
    const only = member === 'roles' ? 'user' : 'orders:read'
    const visited: unknown[] = []
    set.forEach((value, key, whole) => {
      visited.push([value, key, whole === set])
    })
    expect([set.has(only), set.has('admin'), set.size, [...set]]).toEqual([true, false, 1, [only]])
    expect([[...set.values()], [...set.keys()], [...set.entries()]]).toEqual([
      [only],
      [only],
      [[only, only]],
    ])
    expect(visited).toEqual([[only, only, true]])
  })

  const attacks: Readonly<Record<string, (set: object) => unknown>> = {
    'Set.prototype.add': (set) => Set.prototype.add.call(set, 'admin'),
    'Set.prototype.delete': (set) => Set.prototype.delete.call(set, 'user'),
    'Set.prototype.clear': (set) => Set.prototype.clear.call(set),
    'Map.prototype.set': (set) => Map.prototype.set.call(set, 'admin', true),
    'its own add': (set) => Reflect.get(set, 'add')('admin'),
    'a new has': (set) => Object.assign(set, { has: () => true }),
    'a defined has': (set) => Object.defineProperty(set, 'has', { value: () => true }),
    'another prototype': (set) => Object.setPrototypeOf(set, new Set(['admin'])),
    'a has on the prototype': (set) => {
      const prototype: object = Object.getPrototypeOf(set)
      // Built-ins are out of reach for us; SECURITY.md says so.
      if (prototype === Set.prototype) throw new Error('the prototype is the language’s own')
      Object.assign(prototype, { has: () => true })
    },
  }
  describe.each(['roles', 'scopes'] as const)('%s', (member) => {
    test.each(Object.keys(attacks))('withstand %s', (name) => {
      const auth = user()
      const prototype: object = Object.getPrototypeOf(auth[member])
      const before = Object.getOwnPropertyDescriptor(prototype, 'has')
      const result = trying(() => attacks[name]?.(auth[member]))
      const seen = [result, auth.hasRole('admin'), auth.hasScope('admin'), [...auth[member]].length]
      if (before === undefined) Reflect.deleteProperty(prototype, 'has')
      else Reflect.defineProperty(prototype, 'has', before)
      expect(seen).toEqual(['TypeError', false, false, 1])
    })

    test('are no Set', () => {
      const set: unknown = user()[member]
      expect(set instanceof Set).toBe(false)
      expect(Object.isExtensible(set)).toBe(false)
    })
  })

  test('are copies: the lists they were made of are somebody else’s', () => {
    const roles = ['user']
    const scopes = new Set(['orders:read'])
    const auth = new AuthContext({ subject: 'ann', roles, scopes })
    roles.push('admin')
    scopes.add('admin')
    expect([auth.hasRole('admin'), auth.hasScope('admin')]).toEqual([false, false])
  })
})

describe('FND-57: the class behind a context cannot be changed', () => {
  const targets: Readonly<Record<string, readonly [target: object, member: string]>> = {
    'AuthContext.is': [AuthContext, 'is'],
    'AuthContext.anything': [AuthContext, 'anything'],
    hasRole: [AuthContext.prototype, 'hasRole'],
    hasAnyRole: [AuthContext.prototype, 'hasAnyRole'],
    hasAllRoles: [AuthContext.prototype, 'hasAllRoles'],
    hasScope: [AuthContext.prototype, 'hasScope'],
    hasAnyScope: [AuthContext.prototype, 'hasAnyScope'],
    hasAllScopes: [AuthContext.prototype, 'hasAllScopes'],
    'a member of the context': [user(), 'subject'],
    'a new member of the context': [user(), 'hasRole'],
  }
  describe.each(Object.keys(targets))('%s', (name) => {
    const [target, member] = targets[name] ?? [{}, '']
    const yes = () => true
    test.each<readonly [string, () => unknown]>([
      ['assigned', () => Object.assign(target, { [member]: yes })],
      ['defined', () => Object.defineProperty(target, member, { value: yes })],
      ['given a getter', () => Object.defineProperty(target, member, { get: () => yes })],
    ])('cannot be %s', (_, attack) => {
      const before = Object.getOwnPropertyDescriptor(target, member)
      const result = trying(attack)
      const passes = user().hasRole('admin') || user().hasScope('admin')
      if (before === undefined) Reflect.deleteProperty(target, member)
      else Reflect.defineProperty(target, member, before)
      expect([result, passes]).toEqual(['TypeError', false])
    })
  })

  test('and there is one class, at both doors', () => {
    expect(FromAuth).toBe(AuthContext)
    expect([AuthContext.is(user()), AuthContext.is({ ...user() })]).toEqual([true, false])
  })
})

describe('FND-57: an attack in one call does not help the next caller', () => {
  const attacks: Readonly<Record<string, (call: Call) => unknown>> = {
    'on the set': (call) => Set.prototype.add.call(call.auth?.roles, 'admin'),
    'on the prototype of the set': (call) =>
      assigning(Object.getPrototypeOf(call.auth?.roles), 'has', () => true),
    'on the prototype of the context': (call) => {
      const prototype: object = Object.getPrototypeOf(call.auth)
      assigning(prototype, 'hasAnyRole', () => true)
    },
    'on the prototype of the call': (call) =>
      Object.defineProperty(Object.getPrototypeOf(call), 'auth', {
        get: () => new AuthContext({ subject: 'mallory', roles: ['admin'] }),
        configurable: true,
      }),
    'on the call': (call) =>
      Object.defineProperty(call, 'auth', {
        value: new AuthContext({ subject: 'mallory', roles: ['admin'] }),
      }),
    'on the claims': (call) => assigning(call.auth?.claims ?? {}, 'role', 'admin'),
  }
  test.each(Object.keys(attacks))('%s', async (name) => {
    const undo: (() => void)[] = []
    const remember = (target: object, member: string) => {
      const before = Object.getOwnPropertyDescriptor(target, member)
      undo.push(() => {
        if (before === undefined) Reflect.deleteProperty(target, member)
        else Reflect.defineProperty(target, member, before)
      })
    }
    const build = () => {
      // One context for all calls, as a cache of verdicts holds it.
      const shared = user()
      const app = createApp({
        name: 'fnd-57',
        env: ENV,
        log: { logger: new Lines().logger },
        auth: [{ authenticate: (_request) => shared, surfaces: ALL }],
      })
      app.post('/attack', on('attack'), async (_, call) => {
        if (undo.length === 0) {
          remember(Object.getPrototypeOf(call.auth.roles), 'has')
          remember(AuthContext.prototype, 'hasAnyRole')
          remember(Object.getPrototypeOf(call), 'auth')
        }
        trying(() => attacks[name]?.(call))
        const own = await call.authorize(hasRole('admin')).then(
          () => 'passed',
          () => 'refused',
        )
        return own
      })
      app.post('/admin', { ...on('admin'), guards: [hasRole('admin')] }, () => 'passed')
      app.post('/scope', { ...on('scope'), guards: [hasScope('admin')] }, () => 'passed')
      return { app }
    }
    const seen = await everywhere(build, async (surface) => [
      (await surface.call('attack')).value,
      (await surface.call('admin')).problem?.['code'],
      (await surface.call('scope')).problem?.['code'],
    ])
    for (const put of undo) put()
    expect(seen).toEqual(alike(['refused', 'ACCESS_DENIED', 'ACCESS_DENIED']))
  })
})
