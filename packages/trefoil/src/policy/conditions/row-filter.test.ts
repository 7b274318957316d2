import {
  CamelCasePlugin,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { condition } from './condition.ts'

interface Tables {
  orders: { owner_id: string; total: number; paid: boolean; note: string | null }
}

const db = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (one) => new PostgresIntrospector(one),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})
const auth = new AuthContext({ subject: "o'hara", roles: ['staff'] })
const columns = { owner_id: 'text', total: 'number', paid: 'boolean', note: 'text' } as const

describe('AUTHZ-2: a condition in a query', () => {
  test.each<[string, Parameters<typeof condition<typeof columns>>[0]['where'], string, unknown[]]>([
    [
      'values are parameters',
      { eq: ['owner_id', { auth: 'subject' }] },
      '("owner_id" = $1)',
      ["o'hara"],
    ],
    [
      'not goes inwards',
      { not: { all: [{ lt: ['total', 5] }, { isNull: 'note' }] } },
      '(("total" >= $1 or "note" is not null))',
      [5],
    ],
    [
      'what is settled falls out',
      { any: [{ role: 'admin' }, { gt: ['total', 1] }] },
      '(("total" > $1))',
      [1],
    ],
    [
      'what settles it stands alone',
      { any: [{ role: 'staff' }, { gt: ['total', 1] }] },
      '(1 = 1)',
      [],
    ],
    ['nothing of the caller', { not: { eq: ['owner_id', { auth: 'tenant' }] } }, '(1 = 0)', []],
    [
      'lists',
      { not: { in: ['owner_id', ['a', 'b']] } },
      '("owner_id" not in ($1, $2))',
      ['a', 'b'],
    ],
    ['flags', { ne: ['paid', true] }, '("paid" = $1)', [false]],
  ])('%s', (_what, where, sql, parameters) => {
    const one = condition({ columns, where })
    const query = db.selectFrom('orders').select('total').where(one.filter(auth)).compile()
    expect(query.sql).toBe(`select "total" from "orders" where ${sql}`)
    expect(query.parameters).toEqual(parameters)
  })

  test('names a table, takes plugins, and stands beside other terms', () => {
    const one = condition({
      columns,
      where: { any: [{ eq: ['owner_id', 'a'] }, { eq: ['owner_id', 'b'] }] },
    })
    const query = db
      .withPlugin(new CamelCasePlugin())
      .selectFrom('orders as mine')
      .selectAll()
      .where('total', '>', 1)
      .where(one.filter(auth, 'mine'))
    expect(query.compile().sql).toBe(
      'select * from "orders" as "mine" where "total" > $1 and (("mine"."owner_id" = $2 or "mine"."owner_id" = $3))',
    )
    const quoted = db.selectFrom('orders').selectAll().where(one.filter(auth, 'a"b')).compile()
    expect(quoted.sql).toContain('"a""b"."owner_id"')
    expect(() => one.filter(auth, '')).toThrow(TypeError)
  })
})
