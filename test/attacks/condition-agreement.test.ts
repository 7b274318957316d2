// AUTHZ-2: one condition, twice: the check of a row and the query. Where they differ, somebody reads in a
// list what they may not open, or the other way about (CASL 7.0 changed its queries for that reason).
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { AuthContext, condition, type RowFilter } from 'trefoil/auth'
import { sqliteDialect } from 'trefoil/sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'

const CONDITIONS = Number(process.env['TREFOIL_RUNS'] ?? 3000)
const SEED = Number(process.env['TREFOIL_SEED'] ?? 20_261_130)

interface Rows {
  id: number
  owner: string | null
  name: string | null
  count: number | null
  price: number | null
  paid: number | null
}

interface Tables {
  /** STRICT: a column holds what it says. */
  strict: Rows
  /** As most tables are: columns have affinities. */
  loose: Rows
}

const TEXTS = [
  ...['', 'a', 'A', 'b', 'ab', ' a', 'a ', '5', '05', '5.0', '5e0', '-0', 'NULL', 'null', 'true'],
  // Composed and not, beyond the plane where `<` of JavaScript leaves the order of bytes, look-alikes.
  ...[
    'é',
    'e\u0301',
    '\u{1f600}',
    '\uffff',
    '\ue000',
    '\ufffd',
    '\ud7ff',
    'а',
    'ß',
    'ss',
    'İ',
    'i',
  ],
  ...["o'hara", '"; drop table strict; --', '%', '_', 'a\\', '\u200b', 'a\u0000b', 'x'.repeat(300)],
]
const WHOLE = [0, 1, -1, 2, 5, 10, 42, -42, 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1)]
const NUMBERS = [...WHOLE, 0.1, 0.1 + 0.2, 0.3, 5.5, -5.5, 1e21, 5e-324, 1.7e308, -1.7e308]

// The same on every machine, so that a difference can be looked at.
let state = SEED
function random(): number {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
const below = (end: number): number => Math.floor(random() * end)
const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
const often = (chance: number): boolean => random() < chance

const COLUMNS = {
  owner: 'text',
  name: 'text',
  count: 'number',
  price: 'number',
  paid: 'boolean',
} as const
type Name = keyof typeof COLUMNS
const NAMES = Object.keys(COLUMNS) as Name[]
const CONSTANT_TEXTS = TEXTS.filter((text) => !text.includes('\0'))

function constant(name: Name): unknown {
  const type = COLUMNS[name]
  if (type === 'text') return pick(CONSTANT_TEXTS)
  return type === 'number' ? pick(NUMBERS) : often(0.5)
}

const CLAIMS = ['dept', 'level', 'flag', 'list', 'odd', 'absent', '__proto__', 'constructor', 'a.b']

function operand(name: Name): unknown {
  if (often(0.6)) return constant(name)
  if (COLUMNS[name] === 'boolean' || often(0.5)) return { auth: `claims.${pick(CLAIMS)}` }
  return { auth: pick(['subject', 'tenant', 'issuer']) }
}

function leaf(): unknown {
  const name = pick(NAMES)
  const ordered =
    COLUMNS[name] === 'boolean' ? ['eq', 'ne'] : ['eq', 'ne', 'lt', 'lte', 'gt', 'gte']
  const kind = below(10)
  if (kind === 0) return { isNull: name }
  if (kind === 1) return { role: pick(['admin', 'support', 'x']) }
  if (kind < 4) {
    if (often(0.6))
      return { in: [name, Array.from({ length: 1 + below(6) }, () => constant(name))] }
    const lists = COLUMNS[name] === 'boolean' ? [] : ['roles', 'scopes']
    return { in: [name, { auth: pick([...lists, 'claims.list', 'claims.odd', 'claims.absent']) }] }
  }
  return { [pick(ordered)]: [name, operand(name)] }
}

function where(depth: number): unknown {
  if (depth === 0 || often(0.25)) return leaf()
  const kind = below(3)
  if (kind === 0) return { not: where(depth - 1) }
  const parts = Array.from({ length: 1 + below(4) }, () => where(depth - 1))
  return kind === 1 ? { all: parts } : { any: parts }
}

function caller(): AuthContext | null {
  if (often(0.05)) return null
  const claims: Record<string, unknown> = JSON.parse(
    pick(['{}', '{"__proto__":"a","constructor":5}', '{"a.b":"a"}', '{"a":{"b":"a"}}']),
  )
  if (often(0.7)) claims['dept'] = pick([...TEXTS, 5, null, true, ['a'], { a: 1 }])
  if (often(0.7))
    claims['level'] = pick<unknown>([...NUMBERS, '5', '05', '42', '-0', -0, '1e3', [5]])
  if (often(0.7)) claims['flag'] = pick<unknown>([true, false, 'true', 0, 1, null])
  if (often(0.7)) claims['list'] = Array.from({ length: below(5) }, () => pick([...TEXTS, '42']))
  if (often(0.7))
    claims['odd'] = pick<unknown>([[], ['a', 5], [5, 42], [true], [null], 'a', [['a']]])
  return new AuthContext({
    subject: pick(TEXTS.filter((text) => text !== '')),
    tenant: often(0.5) ? pick(['a', 'b', '5', 'é', '42']) : null,
    issuer: often(0.5) ? pick(['a', 'ab']) : undefined,
    roles: Array.from({ length: below(4) }, () => pick(['admin', 'support', 'a', '5', 'é'])),
    scopes: Array.from({ length: below(3) }, () => pick(['a', 'b', '42'])),
    claims,
  })
}

const orNull = <Value>(value: Value): Value | null => (often(0.2) ? null : value)

const database = new DatabaseSync(':memory:')
const db = new Kysely<Tables>({ dialect: sqliteDialect(database) })
let strict: Rows[] = []
let loose: Rows[] = []

beforeAll(async () => {
  database.exec(`
    create table strict (id integer primary key, owner text, name text, count integer, price real,
      paid integer) strict;
    create table loose (id integer primary key, owner varchar(20), name char, count int,
      price numeric, paid boolean);
  `)
  for (let id = 1; id <= 120; id++) {
    const row = {
      id,
      owner: orNull(pick(TEXTS)),
      name: orNull(pick(TEXTS)),
      count: orNull(pick(WHOLE)),
      price: orNull(pick(NUMBERS)),
      // Neither true nor false is 2.
      paid: orNull(pick([0, 1, 0, 1, 2])),
    }
    await db.insertInto('strict').values(row).execute()
    await db.insertInto('loose').values(row).execute()
  }
  strict = await db.selectFrom('strict').selectAll().execute()
  loose = await db.selectFrom('loose').selectAll().execute()
})

afterAll(() => db.destroy())

test('AUTHZ-2: 100,000 triples of condition, row and caller agree, NULLs included', async () => {
  let triples = 0
  let seen = 0
  const both = [
    ['strict', strict],
    ['loose', loose],
  ] as const
  for (let run = 0; run < CONDITIONS; run++) {
    const options = { columns: COLUMNS, where: where(4) }
    // The grammar above draws what the types allow, and only that.
    const one = condition(options as Parameters<typeof condition<typeof COLUMNS>>[0])
    const auth = caller()
    const [table, rows] = pick(both)
    const filter: RowFilter = often(0.5) ? one.filter(auth) : one.filter(auth, table)
    const found = await db.selectFrom(table).select('id').where(filter).execute()
    const checked = rows.filter((row) => one.check(auth, row)).map(({ id }) => id)
    const told = rows.filter((row) => one.explain(auth, row).allows).map(({ id }) => id)
    const ids = found.map(({ id }) => id).sort((a, b) => a - b)
    const about = JSON.stringify({ run, where: options.where, auth, table })
    expect(checked, about).toEqual(ids)
    expect(told, about).toEqual(ids)
    const reach = one.reach(auth)
    if (reach === 'all') expect(ids, about).toHaveLength(rows.length)
    if (reach === 'none') expect(ids, about).toEqual([])
    triples += rows.length
    seen += ids.length
  }
  if (CONDITIONS >= 3000) expect(triples).toBeGreaterThanOrEqual(100_000)
  // Were nothing or everything found, nothing would have been compared.
  expect(seen / triples).toBeGreaterThan(0.1)
  expect(seen / triples).toBeLessThan(0.9)
})
