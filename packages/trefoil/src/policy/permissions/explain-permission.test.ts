import { expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { permissions } from './permissions.ts'

const can = permissions(
  { user: ['me.read'], support: ['user.read'], lead: ['user.write'], admin: ['billing.write'] },
  { inherits: { admin: ['lead', 'support'], lead: ['support'] }, everyone: ['user'] },
)
const roles = (...names: string[]) => new AuthContext({ subject: 'ann', roles: names })

test.each<[string, string[], Parameters<typeof can.explain>[1], unknown]>([
  ['its own', ['support'], 'user.read', [{ role: 'support', from: ['support'] }]],
  [
    'inherited, the shortest way',
    ['admin'],
    'user.read',
    [{ role: 'admin', from: ['admin', 'support'] }],
  ],
  [
    'from several',
    ['support', 'lead', 'nobody'],
    'user.read',
    [
      { role: 'lead', from: ['lead', 'support'] },
      { role: 'support', from: ['support'] },
    ],
  ],
  ["everybody's", [], 'me.read', [{ role: 'user', from: ['user'] }]],
  ['nobody that the caller is', ['support', 'Admin', '__proto__'], 'billing.write', []],
])(
  'AUTHZ-7: explain says where a permission comes from: %s',
  (_what, names, permission, sources) => {
    const reasons = can.explain(roles(...names), permission)
    expect(reasons).toEqual({ permission, allows: (sources as []).length > 0, sources })
    expect(reasons.allows).toBe(can.allows(roles(...names), permission))
  },
)

test('explain takes a caller, and a permission that there is', () => {
  expect(() => can.explain({ roles: new Set(['admin']) } as never, 'user.read')).toThrow(TypeError)
  expect(() => can.explain(roles(), 'user.raed' as never)).toThrow(ImproperlyConfigured)
})
