import { describe, expect, test } from 'vitest'
import { AuthContext, type Identity } from '../../contract/auth/auth-context.ts'
import type { Call } from '../../contract/call/call.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { type CedarOptions, cedar } from './cedar.ts'

const SCHEMA = `
entity Role in [Role];
entity User in [Role] { id: String, kind: String, roles: Set<String>, scopes: Set<String>, tenant?: String };
entity Order { id: String, owner_id: String, total: Long };
action refund appliesTo { principal: User, resource: Order };
`
const POLICIES = `
@id("staff refunds small orders")
permit (principal in Role::"staff", action == Action::"refund", resource)
when { resource.total <= 100 };

@id("nobody refunds their own")
forbid (principal, action == Action::"refund", resource)
when { resource.owner_id == "bob" };
`
const ENTITIES = [
  { uid: { type: 'Role', id: 'lead' }, attrs: {}, parents: [{ type: 'Role', id: 'staff' }] },
]
const REFUND = { action: 'refund', type: 'Order' }
const ORDER = { id: 'o1', owner_id: 'ann', total: 50 }
const NO_CALL = {} as Call

function caller(identity: Partial<Identity> = {}): AuthContext {
  return new AuthContext({ subject: 'eve', roles: ['lead'], ...identity })
}

describe('policies as data (Cedar)', () => {
  const orders = cedar({ policies: POLICIES, schema: SCHEMA, entities: ENTITIES })

  test.each<[string, Partial<Identity>, object, boolean, string[]]>([
    ['a role inside of a role', {}, ORDER, true, ['staff refunds small orders']],
    ['no role', { roles: [] }, ORDER, false, []],
    ['a role of another name', { roles: ['Lead', 'staff '] }, ORDER, false, []],
    ['a condition that fails', {}, { ...ORDER, total: 101 }, false, []],
    ['forbid wins', {}, { ...ORDER, owner_id: 'bob' }, false, ['nobody refunds their own']],
  ])('AUTHZ-7: %s', async (_what, identity, row, allows, policies) => {
    const auth = caller({ tenant: 'acme', ...identity })
    expect(orders.explain(auth, REFUND, row)).toEqual({ allows, policies, errors: [] })
    expect(await orders.test(REFUND)(auth, row, NO_CALL)).toBe(allows)
  })

  test.each<[string, object]>([
    ['an attribute that is missing', { id: 'o1', owner_id: 'ann' }],
    ['one that is nothing', { ...ORDER, total: null }],
    ['one of another type', { ...ORDER, total: '50' }],
    ['a fraction', { ...ORDER, total: 50.5 }],
    ['more than whole numbers hold', { ...ORDER, total: 2 ** 53 }],
    ['an attribute nobody declared', { ...ORDER, other: 1 }],
    ['a date', { ...ORDER, total: new Date(0) }],
    ['no id', { ...ORDER, id: '' }],
    [
      'what looks like an entity',
      { ...ORDER, owner_id: { __entity: { type: 'Role', id: 'staff' } } },
    ],
    [
      'what looks like an extension',
      { ...ORDER, total: { __extn: { fn: 'decimal', arg: '1.0' } } },
    ],
  ])('AUTHZ-3: %s is no decision', (_what, row) => {
    // The test throws, or Cedar says so: either denies, and `not()` does not turn it round.
    expect(() => orders.test(REFUND)(caller(), row, NO_CALL)).toThrow()
  })

  test('AUTHZ-3: a forbid that fails denies; Cedar alone would leave it out and permit', () => {
    const loose = cedar({
      policies: `permit (principal, action, resource);
        @id("broken") forbid (principal, action, resource) when { resource.locked == true };`,
    })
    const { allows, errors } = loose.explain(caller(), REFUND, ORDER)
    expect(allows).toBe(false)
    expect(errors[0]).toContain('broken')
    expect(() => loose.test(REFUND)(caller(), ORDER, NO_CALL)).toThrow('locked')
  })

  test('two sets of policies are two', () => {
    const one = cedar({ policies: 'permit (principal, action, resource);' })
    const other = cedar({ policies: 'forbid (principal, action, resource);' })
    expect([one, other].map((set) => set.explain(caller(), REFUND, ORDER).allows)).toEqual([
      true,
      false,
    ])
    expect(one.ids).toEqual(['policy0'])
  })

  test('says what it may see of the row and of the call', () => {
    const seen = cedar({
      policies: `permit (principal, action, resource)
        when { context.source == "api" && resource.cents == 5050 };`,
    })
    const request = {
      ...REFUND,
      id: (row: { key: number }) => row.key,
      attributes: (row: { key: number; total: number }) => ({ cents: row.total * 100 }),
      context: (call: Call) => ({ source: call.source }),
    }
    const row = { key: 7, total: 50.5 }
    const at = (source: string) => seen.test(request)(caller(), row, { source } as Call)
    expect([at('api'), at('mcp')]).toEqual([true, false])
  })

  test('a subject in the words of Cedar is a subject', () => {
    const own = cedar({ policies: 'permit (principal == User::"ann", action, resource);' })
    const evil = caller({ subject: 'x" || principal == User::"ann' })
    expect(own.explain(evil, REFUND, ORDER).allows).toBe(false)
    expect(own.explain(caller({ subject: 'ann' }), REFUND, ORDER).allows).toBe(true)
    expect(() => own.explain({ subject: 'ann' } as AuthContext, REFUND, ORDER)).toThrow(TypeError)
  })

  test.each<[string, object]>([
    ['no policies', { policies: '' }],
    ['a comment alone', { policies: '// later' }],
    ['a mistake in the language', { policies: 'permit (principal, action, resource) when {' }],
    ['a template', { policies: 'permit (principal == ?principal, action, resource);' }],
    [
      'two of one id',
      {
        policies:
          '@id("a") permit (principal, action, resource); @id("a") forbid (principal, action, resource);',
      },
    ],
    [
      'an attribute the schema has not',
      {
        policies: 'permit (principal, action, resource) when { resource.ownr == "a" };',
        schema: SCHEMA,
      },
    ],
    [
      'a policy that never holds',
      { policies: 'permit (principal, action, resource) when { false };', schema: SCHEMA },
    ],
    [
      'an action that is none',
      { policies: 'permit (principal, action == Action::"refnd", resource);', schema: SCHEMA },
    ],
    ['a schema that is none', { policies: POLICIES, schema: 'entity' }],
    ['a schema of nothing', { policies: POLICIES, schema: 5 }],
    ['entities that are none', { policies: POLICIES, entities: [{ uid: 'Role::"a"' }] }],
    ['entities in no list', { policies: POLICIES, entities: {} }],
    [
      'look-alike letters',
      { policies: 'permit (principal in Role::"\u0430dmin", action, resource);', schema: SCHEMA },
    ],
  ])('stops the start: %s', (_what, options) => {
    expect(() => cedar(options as CedarOptions)).toThrow(ImproperlyConfigured)
  })

  test('stops the start: a request that is none', () => {
    for (const request of [
      null,
      {},
      { action: 'a' },
      { ...REFUND, id: 'id' },
      { ...REFUND, kind: 1 },
    ]) {
      expect(() => orders.test(request as never)).toThrow(ImproperlyConfigured)
    }
  })
})

describe('a rule that forbids is not lost', () => {
  const blocked = cedar({
    policies: `permit (principal, action, resource);
      forbid (principal, action, resource) when { context has blocked };
      forbid (principal, action, resource) when { resource has blocked };`,
  })
  const request = { action: 'read', type: 'Doc' }

  test.each<[string, () => unknown]>([
    ['a promise', async () => ({ blocked: true })],
    ['a map', () => new Map([['blocked', true]])],
    ['a list', () => ['blocked']],
    ['text', () => 'blocked'],
    ['nothing', () => undefined],
    ['null', () => null],
    [
      'an instance, whose accessors are not its own',
      () =>
        new (class {
          get blocked() {
            return true
          }
        })(),
    ],
  ])('over a context or attributes that are %s', (_what, give) => {
    const context = { ...request, context: give as never }
    expect(() => blocked.explain(caller(), context, { id: '1' }, NO_CALL)).toThrow(TypeError)
    const attributes = { ...request, attributes: give as never }
    expect(() => blocked.explain(caller(), attributes, { id: '1' })).toThrow(TypeError)
  })

  test('over a row of a class, which says what may be seen of it', () => {
    class Doc {
      readonly id = '1'
      get blocked() {
        return true
      }
    }
    expect(() => blocked.explain(caller(), request, new Doc())).toThrow('say with attributes')
    const seen = { ...request, attributes: ({ blocked: is }: Doc) => ({ blocked: is }) }
    expect(blocked.explain(caller(), seen, new Doc()).allows).toBe(false)
    const bare = Object.assign(Object.create(null), { id: '1' })
    expect(blocked.explain(caller(), request, bare).allows).toBe(true)
  })
})

test.each([
  ['Role', 'Role'],
  ['User', 'User'],
])('a caller who is called like a role is not in it: types %s and %s', (principal, role) => {
  // An entity is in itself: `principal in Role::"admin"` would hold for whoever is called `admin`.
  expect(() =>
    cedar({ policies: 'permit (principal, action, resource);', principal, role }),
  ).toThrow('principal and role must be two types')
})

test.each(['User ', 'App :: User', 'User"', '1User', 'App::', '::User', 'Us/*x*/er'])(
  'the type %j is no name',
  (name) => {
    const policies = 'permit (principal, action, resource);'
    expect(() => cedar({ policies, principal: name })).toThrow(
      'principal must be the name of a type',
    )
    expect(() => cedar({ policies, role: name })).toThrow('role must be the name of a type')
    expect(() => cedar({ policies }).test({ action: 'a', type: name })).toThrow(
      'type must be the name of a type',
    )
  },
)
