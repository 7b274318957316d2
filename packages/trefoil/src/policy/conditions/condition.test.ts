import { describe, expect, test } from 'vitest'
import { AuthContext, type Identity } from '../../contract/auth/auth-context.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { Condition, condition, tenantOf } from './condition.ts'
import type { Columns, Where } from './where.ts'

const COLUMNS = { owner: 'text', count: 'number', paid: 'boolean' } as const

function caller(identity: Partial<Identity> = {}): AuthContext {
  return new AuthContext({ subject: 'ann', ...identity })
}

/** As JavaScript and JSON files may say it. */
function made(where: unknown, columns: unknown = COLUMNS): Condition {
  return condition({ columns: columns as Columns, where: where as Where })
}

const ROW = { owner: 'ann', count: 5, paid: true }

describe('AUTHZ-2: what a condition says of a row', () => {
  test.each<[string, unknown, object, Partial<Identity>, boolean]>([
    ['equal', { eq: ['owner', { auth: 'subject' }] }, ROW, {}, true],
    ['not equal', { eq: ['owner', { auth: 'subject' }] }, { ...ROW, owner: 'bob' }, {}, false],
    [
      'whole number in a token',
      { eq: ['count', { auth: 'claims.n' }] },
      ROW,
      { claims: { n: '5' } },
      true,
    ],
    [
      'not as it is written',
      { eq: ['count', { auth: 'claims.n' }] },
      ROW,
      { claims: { n: '05' } },
      false,
    ],
    ['true kept as 1', { eq: ['paid', true] }, { ...ROW, paid: 1 }, {}, true],
    ['neither true nor false', { ne: ['paid', true] }, { ...ROW, paid: 2 }, {}, false],
    ['bigint', { gt: ['count', 4.5] }, { ...ROW, count: 5n }, {}, true],
    ['order of bytes', { lt: ['owner', '\u{1f600}'] }, { ...ROW, owner: '\uffff' }, {}, true],
    ['a role', { role: 'admin' }, ROW, { roles: ['admin'] }, true],
    ['a scope', { scope: 'x' }, ROW, { scopes: ['y'] }, false],
    ['in roles', { in: ['owner', { auth: 'roles' }] }, ROW, { roles: ['ann'] }, true],
    ['in no list', { not: { in: ['owner', { auth: 'roles' }] } }, ROW, {}, true],
    [
      'a list that is none',
      { not: { in: ['owner', { auth: 'claims.x' }] } },
      ROW,
      { claims: { x: 'bob' } },
      false,
    ],
    [
      'a list of two kinds',
      { not: { in: ['owner', { auth: 'claims.x' }] } },
      ROW,
      { claims: { x: ['b', 1] } },
      false,
    ],
  ])('%s', (_what, where, row, identity, expected) => {
    expect(made(where).check(caller(identity), row)).toBe(expected)
  })

  test.each<[string, object]>([
    ['NULL', { ...ROW, owner: null }],
    ['no such column', { count: 5, paid: true }],
    ['undefined', { ...ROW, owner: undefined }],
    ['another type', { ...ROW, owner: 5 }],
    ['text that is not well-formed', { ...ROW, owner: 'ann\ud800' }],
    ['an object that turns into it', { ...ROW, owner: { toString: () => 'ann' } }],
  ])('AUTHZ-3: %s matches nothing, and neither does its opposite', (_what, row) => {
    for (const where of [
      { eq: ['owner', 'ann'] },
      { ne: ['owner', 'ann'] },
      { not: { eq: ['owner', 'ann'] } },
      { not: { not: { in: ['owner', ['ann']] } } },
    ]) {
      expect(made(where).check(caller(), row), JSON.stringify(where)).toBe(false)
    }
  })

  test('AUTHZ-3: what the caller has not matches nothing, and neither does its opposite', () => {
    for (const auth of ['tenant', 'issuer', 'claims.x', 'claims.__proto__', 'claims.toString']) {
      for (const op of ['eq', 'ne', 'lt']) {
        expect(made({ [op]: ['owner', { auth }] }).check(caller(), ROW), `${op} ${auth}`).toBe(
          false,
        )
        expect(made({ not: { [op]: ['owner', { auth }] } }).check(caller(), ROW)).toBe(false)
      }
    }
    expect(made({ eq: ['owner', { auth: 'subject' }] }).check(null, ROW)).toBe(false)
  })

  test('SW-27: nobody has the rows of no tenant, and no row is of no tenant', () => {
    const mine = tenantOf('tenant_id')
    expect(mine.check(caller({ tenant: 'acme' }), { tenant_id: 'acme' })).toBe(true)
    expect(mine.check(caller({ tenant: 'acme' }), { tenant_id: 'Acme' })).toBe(false)
    expect(mine.check(caller(), { tenant_id: null })).toBe(false)
    expect(mine.check(caller({ tenant: 'acme' }), { tenant_id: null })).toBe(false)
    expect(mine.reach(caller())).toBe('none')
  })

  test('AUTHZ-4: without a row there is all, none and maybe', () => {
    const one = made({ any: [{ role: 'admin' }, { eq: ['owner', { auth: 'subject' }] }] })
    expect(one.reach(caller({ roles: ['admin'] }))).toBe('all')
    expect(one.reach(caller())).toBe('maybe')
    expect(one.reach(null)).toBe('none')
  })
})

describe('AUTHZ-7: explain says which rule settled it, and no value', () => {
  const one = made({
    any: [
      { role: 'admin' },
      { all: [{ eq: ['owner', { auth: 'subject' }] }, { lte: ['count', 3] }] },
    ],
  })

  test.each<[string, object, Partial<Identity>, object]>([
    [
      'a role',
      ROW,
      { roles: ['admin'] },
      {
        allows: true,
        rules: [{ at: 'where.any[0].role', of: 'admin', came: 'true', doubt: null }],
      },
    ],
    [
      'the operator that failed',
      ROW,
      {},
      {
        allows: false,
        came: 'false',
        rules: [
          { at: 'where.any[0].role', came: 'false' },
          { at: 'where.any[1].all[1].lte', of: 'count', came: 'false' },
        ],
      },
    ],
    [
      'a doubt',
      { ...ROW, owner: null, count: 1 },
      {},
      {
        came: 'unknown',
        rules: [{ at: 'where.any[1].all[0].eq', of: 'owner', doubt: 'null_column' }],
      },
    ],
  ])('%s', (_what, row, identity, expected) => {
    const reasons = one.explain(caller(identity), row)
    expect(reasons).toMatchObject(expected)
    expect(JSON.stringify(reasons)).not.toContain('ann')
  })
})

describe('what is refused when it is made', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty object', {}],
    ['two members', { role: 'a', scope: 'b' }],
    ['an operator that is none', { equals: ['owner', 'a'] }],
    ['an operator of the prototype', JSON.parse('{"__proto__":["owner","a"]}')],
    ['no rules', { all: [] }],
    ['an empty list', { in: ['owner', []] }],
    ['text for a list', { in: ['owner', 'abc'] }],
    ['a column that is none', { eq: ['Owner', 'a'] }],
    ['a column of the prototype', { eq: ['toString', 'a'] }],
    ['null', { eq: ['owner', null] }],
    ['undefined', { eq: ['owner', undefined] }],
    ['NaN', { eq: ['count', Number.NaN] }],
    ['infinity', { eq: ['count', Number.POSITIVE_INFINITY] }],
    ['minus zero', { eq: ['count', -0] }],
    ['a bigint', { eq: ['count', 5n] }],
    ['a date', { eq: ['owner', new Date(0)] }],
    ['a number for text', { eq: ['owner', 5] }],
    ['text for a number', { eq: ['count', '5'] }],
    ['1 for true', { eq: ['paid', 1] }],
    ['half a character', { eq: ['owner', 'a\ud800'] }],
    ['a NUL', { eq: ['owner', 'a\0'] }],
    ['an order of true and false', { lt: ['paid', true] }],
    ['roles compared', { eq: ['owner', { auth: 'roles' }] }],
    ['a value as a list', { in: ['owner', { auth: 'subject' }] }],
    ['text with a flag', { eq: ['paid', { auth: 'subject' }] }],
    ['a reference that is none', { eq: ['owner', { auth: 'payload' }] }],
    ['a reference with more', { eq: ['owner', { auth: 'subject', or: 'tenant' }] }],
    ['a getter', Object.defineProperty({}, 'role', { get: () => 'admin', enumerable: true })],
    [
      'an instance of a class',
      new (class {
        role = 'admin'
      })(),
    ],
    ['a role that is none', { role: '' }],
    ['more than is good', { any: Array.from({ length: 300 }, () => ({ role: 'a' })) }],
    ['a list of more than is good', { in: ['count', Array.from({ length: 1001 }, (_, at) => at)] }],
    [
      'too deep',
      Array.from({ length: 40 }).reduce((inner: unknown) => ({ not: inner }), { role: 'a' }),
    ],
  ])('%s', (_what, where) => {
    expect(() => made(where)).toThrow(ImproperlyConfigured)
  })

  test('columns that are none', () => {
    for (const columns of [null, [], { 'a b': 'text' }, { a: 'date' }, { a: 'toString' }]) {
      expect(() => made({ role: 'a' }, columns)).toThrow(ImproperlyConfigured)
    }
    expect(() => made({ role: 'a' }, JSON.parse('{"__proto__":"text"}'))).toThrow(
      ImproperlyConfigured,
    )
  })

  test('a condition that contains itself', () => {
    const where: { not?: unknown } = {}
    where.not = where
    expect(() => made(where)).toThrow(ImproperlyConfigured)
  })
})

describe('what JavaScript may do to it', () => {
  test('data that is changed later changes nothing, and what it shows cannot be', () => {
    const where = { all: [{ role: 'admin' }] }
    const one = made(where)
    where.all.pop()
    expect(one.check(caller(), ROW)).toBe(false)
    expect(one.where).toEqual({ all: [{ role: 'admin' }] })
    expect(() => (one.where as { all: object[] }).all.pop()).toThrow(TypeError)
    expect(JSON.parse(JSON.stringify(one))).toEqual({ columns: COLUMNS, where: one.where })
  })

  test('a row is read once, and never from the prototype of all objects', () => {
    let reads = 0
    const sly = {
      ...ROW,
      get owner(): string {
        return ++reads === 1 ? 'bob' : 'ann'
      },
    }
    const either = { any: [{ eq: ['owner', 'ann'] }, { eq: ['owner', 'ann'] }] }
    expect(made(either).check(caller(), sly)).toBe(false)
    expect(reads).toBe(1)
    Object.defineProperty(Object.prototype, 'owner', { value: 'ann', configurable: true })
    try {
      expect(made(either).check(caller(), { count: 5, paid: true })).toBe(false)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'owner')
    }
  })

  test('an attribute that a class makes is one', () => {
    class Mapped {
      get owner(): string {
        return 'ann'
      }
    }
    expect(made({ eq: ['owner', 'ann'] }).check(caller(), new Mapped())).toBe(true)
  })

  test('AUTH-4: what only looks like a caller, and what is no row, is refused', () => {
    const one = made({ role: 'admin' })
    const fake = { subject: 'ann', roles: new Set(['admin']) } as unknown as AuthContext
    expect(() => one.check(fake, ROW)).toThrow(TypeError)
    expect(() => one.filter(fake)).toThrow(TypeError)
    expect(() => one.reach(undefined as never)).toThrow(TypeError)
    for (const row of [null, undefined, 'row', 5]) {
      expect(() => one.check(caller(), row as never)).toThrow(TypeError)
    }
    expect(() => new Condition(undefined as never, { columns: {}, where: {} })).toThrow(
      ImproperlyConfigured,
    )
    expect(Condition.is({ ...one })).toBe(false)
  })
})
