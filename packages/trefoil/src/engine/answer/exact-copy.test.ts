import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'

import type { Schema } from '../../contract/params/schema.ts'
import { compileExactCopy, type ExactCopy, UNFIT } from './exact-copy.ts'
import { isKnownVersion, type ZodNode } from './known-zod.ts'

function compiled(schema: Schema): ExactCopy {
  const copy = compileExactCopy(schema)
  if (copy === null) throw new Error('not compiled')
  return copy
}

/** The text of the copy beside that of zod's own result; each side gets a value of its own. */
function texts(schema: z.core.$ZodType, make: () => unknown): [copy: unknown, zod: unknown] {
  const copy = compiled(schema)(make())
  const result = z.safeParse(schema, make())
  return [
    copy === UNFIT ? UNFIT : JSON.stringify(copy),
    result.success ? JSON.stringify(result.data) : 'refused',
  ]
}

function expectSame(schema: z.core.$ZodType, make: () => unknown): void {
  const [copy, zod] = texts(schema, make)
  expect(copy).toBe(zod)
}

const order = z.object({
  id: z.string().min(1).max(20),
  quantity: z.int().min(1).max(100),
  total: z.number(),
  status: z.enum(['pending', 'paid']),
  note: z.string().nullable(),
  gift: z.boolean().optional(),
})
const good = { id: 'o', quantity: 1, total: 1.5, status: 'paid', note: null }
const secret = { password_hash: 'hash' }

describe('FND-1: a member that is not listed never leaves', () => {
  const hidden = (): object => Object.defineProperty({}, 'password_hash', { value: 'hash' })

  test.each<[string, z.ZodType, () => unknown]>([
    ['z.unknown() frees no place', z.object({ meta: z.unknown() }), () => secret],
    ['z.any() frees no place', z.object({ meta: z.any() }), () => secret],
    ['nor one that is undefined', z.object({ a: z.undefined() }), () => secret],
  ])('%s', (_name, schema, make) => {
    expect(texts(schema, make)).toEqual([UNFIT, 'refused'])
  })

  test.each<[string, z.ZodType, () => unknown]>([
    ['optional().nullable()', z.object({ a: z.string().optional().nullable() }), () => secret],
    ['nullable().optional()', z.object({ a: z.string().nullable().optional() }), () => secret],
    ['nullish()', z.object({ a: z.string().nullish() }), () => ({ a: undefined, ...secret })],
    ['exactOptional()', z.object({ a: z.string().exactOptional() }), () => secret],
    ['optional unknown', z.object({ a: z.unknown().optional() }), () => secret],
    ['an optional option', z.object({ a: z.string().optional().or(z.null()) }), () => secret],
    ['not enumerable', z.object({ a: z.string().optional() }), hidden],
    ['inherited', z.object({ a: z.string().optional() }), () => Object.create(secret)],
    ['a symbol', z.object({}), () => ({ [Symbol('password_hash')]: 'hash' })],
  ])('%s', (_name, schema, make) => {
    expect(texts(schema, make)).toEqual(['{}', '{}'])
    expect(Reflect.ownKeys(compiled(schema)(make()) as object)).toEqual([])
  })

  test('in a list, and beside members that are kept', () => {
    const schema = z.array(z.object({ id: z.string(), meta: z.unknown() }))
    const make = (): unknown => [{ ...secret, meta: undefined, id: 'o' }]
    expect(texts(schema, make)).toEqual(['[{"id":"o"}]', '[{"id":"o"}]'])
  })
})

describe('nothing but listed members is read', () => {
  /** Every question that was asked, in order. */
  function watched(target: object, log: string[] = []): { value: unknown; log: string[] } {
    const traps = Object.getOwnPropertyNames(Reflect) as (keyof ProxyHandler<object>)[]
    const handler = Object.fromEntries(
      traps.map((trap) => [
        trap,
        (...args: readonly unknown[]): unknown => {
          log.push(`${trap} ${String(args[1])}`)
          return Reflect.apply(Reflect[trap as 'get'], Reflect, args)
        },
      ]),
    )
    return { value: new Proxy(target, handler), log }
  }

  test('each once, by name, in the order of the schema', () => {
    const { value, log } = watched({ ...secret, b: 1, a: 'x' })
    const schema = z.object({ a: z.string(), b: z.number(), c: z.string().optional() })
    expect(JSON.stringify(compiled(schema)(value))).toBe('{"a":"x","b":1}')
    expect(log).toEqual(['get a', 'has a', 'get b', 'has b', 'get c', 'has c'])
  })

  test('a list by index up to a length that is read once', () => {
    const { value, log } = watched(['x', 'y'])
    expect(compiled(z.array(z.string()).min(1).max(2))(value)).toEqual(['x', 'y'])
    expect(log).toEqual(['get length', 'get 0', 'get 1'])
  })

  test('a tuple', () => {
    const { value, log } = watched(['x', 1])
    expect(compiled(z.tuple([z.string(), z.number()]))(value)).toEqual(['x', 1])
    expect(log).toEqual(['get length', 'get 0', 'get 1'])
  })

  test('the tag of a union', () => {
    const { value, log } = watched({ kind: 'b', b: 1, a: 'password' })
    const schema = z.discriminatedUnion('kind', [
      z.object({ a: z.string(), kind: z.literal('a') }),
      z.object({ b: z.number(), kind: z.enum(['b', 'c']) }),
    ])
    expect(JSON.stringify(compiled(schema)(value))).toBe('{"b":1,"kind":"b"}')
    expect(log).toEqual(['get kind', 'get b', 'has b', 'has kind'])
  })

  test('the keys of a record', () => {
    const { value, log } = watched({ a: 1 })
    expect(compiled(z.record(z.string(), z.number()))(value)).toEqual({ a: 1 })
    const questions = ['get constructor', 'ownKeys undefined', 'getOwnPropertyDescriptor a']
    expect(log).toEqual([...questions, 'get a'])
  })

  test('what is copied is what was tested: a second answer is never seen', () => {
    let asked = 0
    const fickle = {
      get id(): unknown {
        return asked++ === 0 ? 'o' : secret
      },
    }
    expect(compiled(z.object({ id: z.string() }))(fickle)).toEqual({ id: 'o' })
    expect(asked).toBe(1)
  })

  test('the copy is new all the way down, and changes with nothing', () => {
    const value = { rows: [{ id: 'o' }] }
    const copy = compiled(z.object({ rows: z.array(z.object({ id: z.string() })) }))(value)
    Object.assign(value.rows[0] as object, secret, { id: 'p' })
    value.rows.push({ id: 'q' })
    expect(copy).toEqual({ rows: [{ id: 'o' }] })
  })

  test('z.unknown() goes by reference, as with zod', () => {
    const data = { toJSON: () => 'its own business' }
    const schema = z.object({ data: z.unknown() })
    expect(compiled(schema)({ data })).toEqual({ data })
    expectSame(schema, () => ({ data }))
  })
})

describe('odd values: the text is that of zod', () => {
  class Row {
    id = 'o'
    get name(): string {
      return 'inherited getter'
    }
    toJSON(): object {
      return secret
    }
  }
  class Rows extends Array<unknown> {
    toJSON(): object {
      return secret
    }
  }
  const id = z.object({ id: z.string() })
  const list = z.array(z.unknown())

  function sparse(index: number, length: number): unknown[] {
    const array = new Array<unknown>(length)
    array[index] = 'x'
    return array
  }

  test.each<[string, z.ZodType, () => unknown]>([
    [
      'a getter',
      id,
      () => ({
        get id() {
          return 'o'
        },
      }),
    ],
    ['a proxy', id, () => new Proxy({ id: 'o', ...secret }, {})],
    ['a proxy that shows no keys', id, () => new Proxy({ id: 'o' }, { ownKeys: () => [] })],
    ['an instance', z.object({ id: z.string(), name: z.string() }), () => new Row()],
    ['an inherited member', id, () => Object.create({ id: 'o', ...secret })],
    ['a hidden member', id, () => Object.defineProperty({}, 'id', { value: 'o' })],
    ['no prototype', id, () => Object.assign(Object.create(null), { id: 'o', ...secret })],
    ['toJSON of its own', id, () => ({ id: 'o', toJSON: () => secret })],
    ['an inherited toJSON', id, () => ({ __proto__: { toJSON: () => secret }, id: 'o' })],
    ['a listed toJSON', z.object({ toJSON: z.unknown() }), () => ({ toJSON: () => 'shown' })],
    ['a Map', z.object({ size: z.number() }), () => new Map([[1, 2]])],
    ['another order of members', order, () => Object.fromEntries(Object.entries(good).reverse())],
    ['the same order of members', order, () => ({ ...good, gift: true })],
    ['an optional member that is undefined', order, () => ({ ...good, gift: undefined })],
    ['frozen', id, () => Object.freeze({ id: 'o' })],
    ['holes', list, () => sparse(1, 3)],
    ['a subclass of Array', list, () => Rows.from([1, 2])],
    ['members on an array', list, () => Object.assign([1], secret)],
    ['toJSON on an array', list, () => Object.assign([1], { toJSON: () => secret })],
    ['a proxy of an array', list, () => new Proxy([1, 2], {})],
    ['indices from the prototype', list, () => Object.setPrototypeOf(sparse(1, 2), ['a', 'b'])],
    ['minus zero', z.array(z.number()), () => [-0]],
    ['a URL zod rewrites', z.url(), () => ' https://example.com/\n'],
    [
      'a record without a prototype',
      z.record(z.string(), z.number()),
      () => Object.assign(Object.create(null), { b: 1, a: 2, 1: 3 }),
    ],
    [
      'a record with hidden and inherited members',
      z.record(z.string(), z.number()),
      () =>
        Object.defineProperty(Object.create({ constructor: Object, inherited: 1 }), 'hidden', {}),
    ],
    [
      '__proto__ in a record',
      z.record(z.string(), z.unknown()),
      () => JSON.parse('{"__proto__":{"a":1},"b":2}'),
    ],
    ['a shared object', z.array(id), () => new Array(2).fill({ id: 'o' })],
  ])('%s', (_name, schema, make) => {
    expectSame(schema, make)
  })

  test.each<[string, z.ZodType, () => unknown]>([
    ['a proxy that denies a member', id, () => new Proxy({ id: 'o' }, { has: () => false })],
    [
      'a getter that removes itself',
      id,
      () => ({
        get id() {
          delete (this as Partial<{ id: string }>).id
          return 'o'
        },
      }),
    ],
    ['a member that is missing', z.object({ id: z.unknown() }), () => ({})],
    ['a present undefined', z.object({ a: z.string().exactOptional() }), () => ({ a: undefined })],
    ['an array for an object', z.object({}), () => []],
    ['an object for an array', list, () => ({ length: 0 })],
    ['a function', z.object({}), () => () => 1],
    ['a tuple that is too long', z.tuple([z.string()]), () => ['a', 'b']],
    ['an instance for a record', z.record(z.string(), z.unknown()), () => new Row()],
    ['a symbol in a record', z.record(z.string(), z.unknown()), () => ({ [Symbol()]: 1 })],
    ['an excluded bound', z.number().gt(2), () => 2],
    ['NaN', z.number(), () => Number.NaN],
    ['an unsafe integer', z.int(), () => 2 ** 53],
    ['a number out of int32', z.int32(), () => 2 ** 31],
    ['no multiple', z.number().multipleOf(0.1), () => 0.25],
    ['a list that is too long', z.array(z.string()).max(1), () => ['a', 'b']],
    ['two units, one character', z.string().min(2), () => '😀'],
    ['no email', z.email(), () => 'nobody'],
  ])('refused by both: %s', (_name, schema, make) => {
    expect(texts(schema, make)).toEqual([UNFIT, 'refused'])
  })

  test('an optional member that a proxy denies is dropped, as zod drops it', () => {
    const make = (): unknown => new Proxy({ a: 'x' }, { has: () => false })
    expect(texts(z.object({ a: z.string().optional() }), make)).toEqual(['{}', '{}'])
  })

  test('text in other scripts, where zod counts characters and not units', () => {
    expectSame(z.string().min(2), () => '😀😀😀😀')
    expectSame(z.string().length(2), () => 'ää')
    expect(texts(z.string().max(1), () => '😀')).toEqual([UNFIT, '"😀"'])
  })

  test('__proto__ in a record lends its toJSON to nobody', () => {
    const make = (): object =>
      Object.defineProperty({ b: 2 }, '__proto__', {
        value: { toJSON: () => secret },
        enumerable: true,
      })
    const record = z.record(z.string(), z.unknown())
    expect(texts(record, make)).toEqual(['{"b":2}', '{"b":2}'])
    expect(Object.getPrototypeOf(compiled(record)(make()))).toBe(Object.prototype)
  })

  test('a length that is none', () => {
    const lying = (length: unknown): unknown =>
      new Proxy(['x'], {
        get: (target, key, self) => (key === 'length' ? length : Reflect.get(target, key, self)),
      })
    for (const length of ['password', -1, 1.5, 2 ** 32, null, Number.NaN]) {
      expect(compiled(list)(lying(length))).toBe(UNFIT)
    }
    expect(compiled(list)(lying(0))).toEqual([])
  })

  test('what the value throws is passed on, and its code has run once', () => {
    let ran = 0
    const value = {
      get id(): unknown {
        ran++
        throw new TypeError('from the getter')
      },
    }
    expect(() => compiled(id)(value)).toThrow('from the getter')
    expect(ran).toBe(1)
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(() => compiled(id)(proxy)).toThrow(TypeError)
  })

  test('circular and very deep values are left to the schema', () => {
    const tree = z.object({
      get children() {
        return z.array(tree)
      },
    })
    const circle: { children: unknown[] } = { children: [] }
    circle.children.push(circle)
    expect(compiled(tree)(circle)).toBe(UNFIT)
    let deep: unknown = { children: [] }
    for (let level = 0; level < 300; level++) deep = { children: [deep] }
    expect(compiled(tree)(deep)).toBe(UNFIT)
  })
})

describe('constructs that are understood', () => {
  const tree = z.object({
    name: z.string(),
    get children() {
      return z.array(tree).optional()
    },
  })
  const tagged = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a'), a: z.string() }),
    z.object({ kind: z.enum(['b', 'c']), b: z.number() }),
    z.object({ kind: z.literal([1, null, true]) }),
  ])
  const odd = "a'\\\n\u2028\ud800`${"

  test.each<[string, z.core.$ZodType, unknown]>([
    ['object', order, good],
    ['nested object', z.object({ a: z.object({ b: z.object({}) }) }), { a: { b: { c: 1 } } }],
    ['boolean', z.boolean(), false],
    ['null', z.null(), null],
    ['undefined', z.object({ a: z.undefined() }), { a: undefined }],
    ['literals', z.array(z.literal(['a', 1, null, true, undefined])), ['a', 1, null, true]],
    ['many literals', z.literal(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']), 'i'],
    ['enum', z.enum({ One: 'one', Two: 'two' }), 'two'],
    ['bounds', z.number().gt(0).gte(1).lt(10).lte(9), 9],
    ['number formats', z.array(z.int().or(z.null())), [2 ** 53 - 1]],
    ['int32', z.int32(), -(2 ** 31)],
    ['uint32', z.uint32(), 2 ** 32 - 1],
    ['float32', z.float32(), 1.5],
    ['float64', z.float64(), 1e300],
    ['multiples', z.number().multipleOf(0.01), 1.23],
    ['lengths', z.string().min(1).max(3).nonempty(), 'abc'],
    ['text checks', z.string().regex(/^a/).startsWith('a').endsWith('c').includes('b'), 'abc'],
    [
      'case checks',
      z.object({ a: z.string().lowercase(), b: z.string().uppercase() }),
      { a: 'a', b: 'B' },
    ],
    [
      'formats',
      z.object({ at: z.iso.datetime(), to: z.email().max(99), id: z.uuid() }),
      { at: '2026-01-01T00:00:00Z', to: 'a@b.co', id: '7f3c1c1a-5d1b-4c1e-9f5c-0f5b8f7f2a11' },
    ],
    ['a format as a check', z.string().email().min(3), 'a@b.co'],
    ['arrays with lengths', z.array(z.string()).min(1).max(3).length(2), ['a', 'b']],
    ['nullable optional', z.object({ a: z.string().nullable().optional() }), { a: null }],
    ['optional nullable', z.object({ a: z.string().optional().nullable() }), { a: null }],
    ['nullish', z.object({ a: z.string().nullish() }), { a: 'x' }],
    ['exact optional', z.object({ a: z.string().exactOptional() }), { a: 'x' }],
    ['required again', z.object({ a: z.string().optional() }).required(), { a: 'x' }],
    ['partial', order.partial(), { total: 2 }],
    ['optional first', z.object({ a: z.string().optional(), b: z.string() }), { b: '', a: '' }],
    ['record', z.record(z.string(), z.object({ a: z.string() })), { x: { a: '', b: 1 } }],
    ['tuple', z.tuple([z.string(), z.object({}), z.unknown()]), ['a', { b: 1 }, [1]]],
    ['leaf union', z.union([z.string(), z.number().positive(), z.null()]), 3],
    [
      'union with containers',
      z.union([z.array(z.object({})), z.object({ a: z.null() })]),
      [{ b: 1 }],
    ],
    [
      'tagged union',
      z.array(tagged),
      [
        { kind: 'c', b: 1, a: 1 },
        { kind: null, a: 1 },
      ],
    ],
    ['recursive', tree, { name: 'a', children: [{ name: 'b', children: [], password: 1 }] }],
    ['readonly', z.object({ a: z.string() }).readonly(), { a: 'x', b: 1 }],
    ['brand', z.string().brand('Id'), 'x'],
    ['describe and meta', z.object({ a: z.string().describe('a') }).meta({ id: 'Row' }), { a: '' }],
    ['any', z.object({ data: z.any() }), { data: { a: [1] } }],
    [
      'keys that need quoting',
      z.object({ [odd]: z.string(), constructor: z.string(), 2: z.null() }),
      { 2: null, constructor: '', [odd]: odd },
    ],
    [
      'mini',
      mini.array(mini.object({ a: mini.optional(mini.string().check(mini.minLength(1))) })),
      [{ a: 'x', b: 1 }, {}],
    ],
    ['mini formats', mini.union([mini.email(), mini.int().check(mini.positive())]), 'a@b.co'],
    ['mini in classic', z.object({ a: mini.nullable(mini.iso.date()) }), { a: '2026-01-01' }],
  ])('%s', (_name, schema, value) => {
    expectSame(schema, () => value)
  })
})

describe('schemas that are left to zod', () => {
  const text = z.string()

  test.each<[string, Schema]>([
    ['strict object', z.strictObject({ a: text })],
    ['loose object', z.looseObject({ a: text })],
    ['catchall', z.object({}).catchall(text)],
    ['default', z.object({ a: text.default('x') })],
    ['prefault', z.object({ a: text.prefault('x') })],
    ['catch', z.object({ a: text.catch('x') })],
    ['transform', z.object({ a: text.transform((a) => a.length) })],
    ['pipe', text.pipe(text)],
    ['preprocess', z.preprocess((a) => a, text)],
    ['codec', z.codec(text, z.number(), { decode: Number, encode: String })],
    ['stringbool', z.stringbool()],
    ['coerce', z.coerce.number()],
    ['coerce in mini', mini.coerce.string()],
    ['refinement', z.object({ a: text.refine(() => false) })],
    ['refinement of the object', z.object({ a: text }).refine(() => false)],
    ['refinement of an array', z.array(text).refine(() => false)],
    ['refinement of a tuple', z.tuple([text]).refine(() => false)],
    ['refinement of a record', z.record(text, text).refine(() => false)],
    ['superRefine', text.superRefine(() => {})],
    ['a check function', text.check(() => {})],
    ['custom', z.custom(() => true)],
    ['instanceof', z.instanceof(Date)],
    ['trim', z.object({ a: text.trim() })],
    ['lower case', text.toLowerCase()],
    ['overwrite', text.overwrite((a) => a)],
    ['lazy', z.lazy(() => text)],
    ['own string format', z.stringFormat('own', () => false)],
    ['date', z.date()],
    ['map', z.map(text, text)],
    ['set', z.set(text)],
    ['bigint', z.bigint()],
    ['intersection', z.object({}).and(z.object({}))],
    ['exclusive union', z.xor([text, z.number()])],
    ['numeric enum', z.enum({ One: 1 })],
    ['a literal without JSON', z.literal(1n)],
    ['record with listed keys', z.record(z.enum(['a']), text)],
    ['partial record', z.partialRecord(z.string(), text)],
    ['loose record', z.looseRecord(z.string(), text)],
    ['record with checked keys', z.record(z.string().min(1), text)],
    ['tuple with a rest', z.tuple([text], text)],
    ['tuple with an optional item', z.tuple([text.optional()])],
    ['a check that has checks', z.number().check(z.int().min(5))],
    ['a member called __proto__', z.object({ ['__proto__']: text })],
    ['a member under a symbol', z.object({ [Symbol('a')]: text })],
    ['what is frozen by reference', z.unknown().readonly()],
    ['optional of a default', text.default('x').optional()],
    [
      'another library',
      { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } },
    ],
  ])('%s', (_name, schema) => {
    expect(compileExactCopy(schema)).toBeNull()
  })

  test('shapes without an end, in depth or in breadth', () => {
    const chain = (): z.ZodType =>
      z.object({
        get next() {
          return chain().optional()
        },
      })
    expect(compileExactCopy(chain())).toBeNull()

    let made = 0
    const bush = (depth: number): z.ZodType => {
      made++
      if (depth === 0) return z.string()
      return z.object({
        get left() {
          return bush(depth - 1)
        },
        get right() {
          return bush(depth - 1)
        },
      })
    }
    expect(compileExactCopy(bush(12))).toBeNull()
    expect(made).toBeLessThan(2100)
  })
})

describe('unions are compiled where at most one option can accept', () => {
  const a = z.object({ a: z.string() })

  test.each<[string, z.ZodType]>([
    ['two objects', z.union([a, z.object({ a: z.string(), password: z.string() })])],
    ['an option that rewrites before one that does not', z.union([z.url(), z.string()])],
    ['a literal of the same kind', z.union([z.string(), z.literal('a')])],
    ['the same literal twice', z.union([z.literal(['a', 1]), z.enum(['a', 'b'])])],
    ['two arrays', z.union([z.array(z.string()), z.tuple([z.number()])])],
    ['an object and a record', z.union([a, z.record(z.string(), z.string())])],
    ['null twice', z.union([z.string().nullable(), z.null()])],
    ['anything', z.union([z.string(), z.unknown()])],
    ['within a union', z.union([z.union([z.string(), z.null()]), z.email()])],
  ])('not: %s', (_name, schema) => {
    expect(compileExactCopy(schema)).toBeNull()
  })

  test('a URL is rewritten where it is the only text', () => {
    expectSame(z.union([z.url(), z.number()]), () => ' https://example.com/ ')
  })

  const b = z.object({ kind: z.literal('b') })

  test.each<[string, z.ZodType]>([
    [
      'a tag that may be missing',
      z.discriminatedUnion('kind', [z.object({ kind: z.literal('a').optional() }), b]),
    ],
    [
      'a tag that may be undefined',
      z.discriminatedUnion('kind', [z.object({ kind: z.literal(['a', undefined]) }), b]),
    ],
    ['an option with a refinement', z.discriminatedUnion('kind', [b.refine(() => true)])],
    ['a strict option', z.discriminatedUnion('kind', [b.strict()])],
    ['a fallback', z.discriminatedUnion('kind', [b], { unionFallback: true })],
    [
      'the same tag twice',
      z.discriminatedUnion('kind', [b, z.object({ kind: z.enum(['b', 'c']) })]),
    ],
  ])('not: %s', (_name, schema) => {
    expect(compileExactCopy(schema)).toBeNull()
  })
})

describe('only exact classes of listed versions are understood', () => {
  type Internals = { -readonly [Key in keyof ZodNode['_zod']]: ZodNode['_zod'][Key] }
  /** The way somebody would reach in: zod keeps no member of this private. */
  const internalsOf = (schema: unknown): Internals => (schema as ZodNode)._zod as Internals

  test('the installed version is listed, others are not', () => {
    expect(isKnownVersion(z.core.version)).toBe(true)
    expect(isKnownVersion({ major: 4, minor: z.core.version.minor + 1 })).toBe(false)
    expect(isKnownVersion({ major: 5, minor: z.core.version.minor })).toBe(false)
    const schema = z.string()
    internalsOf(schema).version = { major: 4, minor: 999 }
    expect(compileExactCopy(z.array(schema))).toBeNull()
  })

  test('a class zod adds tomorrow', () => {
    const ZodTomorrow = z.core.$constructor(
      'ZodTomorrow',
      (inst: z.core.$ZodString, def: z.core.$ZodStringDef) => z.core.$ZodString.init(inst, def),
    )
    expect(compileExactCopy(z.array(new ZodTomorrow({ type: 'string' })))).toBeNull()
  })

  test("a class of one's own", () => {
    class Shouting extends z.ZodString {}
    expect(compileExactCopy(new Shouting({ type: 'string' }))).toBeNull()
    const derived = z.string()
    Object.setPrototypeOf(derived, Object.create(Object.getPrototypeOf(derived)))
    expect(compileExactCopy(derived)).toBeNull()
  })

  test.each(['run', 'parse'] as const)('an instance whose %s was replaced', (name) => {
    const makers = [
      () => z.string(),
      () => z.email(),
      () => z.number().min(1),
      () => z.object({}),
      () => z.array(z.string()).max(2),
      () => z.union([z.string(), z.number()]),
      () => z.string().optional(),
      () => mini.object({}),
    ]
    for (const make of makers) {
      expect(compileExactCopy(z.object({ a: make() }))).not.toBeNull()
      const schema = make()
      const genuine = internalsOf(schema)[name] as ZodNode['_zod']['run']
      internalsOf(schema)[name] = (payload, context) => genuine(payload, context)
      expect(compileExactCopy(z.object({ a: schema }))).toBeNull()
      internalsOf(schema)[name] = genuine.bind(null)
      expect(compileExactCopy(z.object({ a: schema }))).toBeNull()
    }
  })

  test('an instance that is a check as well, and whose check was replaced', () => {
    const schema = z.int()
    internalsOf(schema).check = () => {}
    expect(compileExactCopy(schema)).toBeNull()
  })

  test('an instance that says it is of another type', () => {
    const def: object = { type: 'number' }
    expect(compileExactCopy(new z.ZodString(def as z.core.$ZodStringDef))).toBeNull()
  })

  test('an instance whose standard interface was replaced', () => {
    const schema = z.object({})
    const validate = (value: unknown): { value: unknown } => ({ value })
    Object.assign(schema, { '~standard': { ...schema['~standard'], validate } })
    expect(compileExactCopy(schema)).toBeNull()
  })

  test('containers are known before and after they first parsed', () => {
    for (const schema of [
      z.array(z.string()).max(2),
      z.tuple([]),
      z.record(z.string(), z.null()),
    ]) {
      expect(compileExactCopy(schema)).not.toBeNull()
      schema.safeParse(1)
      expect(compileExactCopy(schema)).not.toBeNull()
    }
  })

  test('a schema that zod compiled', () => {
    expect(compileExactCopy(z.compile(z.object({ a: z.string() })))).toBeNull()
  })

  test('a check that is inherited, changed, conditional or attached to', () => {
    const least = (): z.core.$ZodCheck<string> => z.minLength(5)
    const withCheck = (check: z.core.$ZodCheck<string>): ExactCopy | null =>
      compileExactCopy(new z.ZodString({ type: 'string', checks: [check] }))
    expect(withCheck(least())).not.toBeNull()

    const Inherited = z.core.$constructor(
      '$ZodCheckMinLengthOfMine',
      (inst: z.core.$ZodCheckMinLength, def: z.core.$ZodCheckMinLengthDef) =>
        z.core.$ZodCheckMinLength.init(inst, def),
    )
    expect(withCheck(new Inherited({ check: 'min_length', minimum: 5 }))).toBeNull()

    const changed = least()
    changed._zod.check = () => {}
    expect(withCheck(changed)).toBeNull()
    expect(withCheck(Object.create(least()))).toBeNull()
    // Not in zod's types, but zod obeys it.
    const never: object = { when: () => false }
    expect(withCheck(z.minLength(5, never))).toBeNull()
    expect(compileExactCopy(z.number().min(5, never))).toBeNull()
    expect(compileExactCopy(z.string().email(never))).toBeNull()

    const attached = least()
    attached._zod.onattach.push(() => {})
    expect(withCheck(attached)).toBeNull()
  })
})

describe('settings of zod', () => {
  afterEach(() => {
    const { config } = z
    const settings: object = config()
    for (const name of ['jitless', 'postProcessor', 'customError'])
      Reflect.deleteProperty(settings, name)
  })

  test('jitless and own messages do not matter', () => {
    const before = z.object({ a: z.string() })
    z.config({ jitless: true, customError: () => 'own' })
    const after = z.object({ a: z.string() })
    for (const schema of [before, after]) expectSame(schema, () => ({ a: 'x', b: 1 }))
  })

  test('with a post-processor every schema decides for itself', () => {
    z.config({ postProcessor: () => {} } as object)
    expect(compileExactCopy(z.object({ a: z.string() }))).toBeNull()
  })
})

test('a check of zod that may throw leaves no promise behind', () => {
  const pattern = Object.assign(/a/, {
    test: (): boolean => {
      throw new Error('from the pattern')
    },
  })
  expect(() => compiled(z.string().regex(pattern))('a')).toThrow('from the pattern')
})

test('where code must not be made of text, every answer is left to the schema', () => {
  const program = `
    import { z } from 'zod'
    import { compileExactCopy } from './exact-copy.ts'
    console.log(compileExactCopy(z.object({ a: z.string() })))`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', '--input-type=module', '-e', program],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  expect(stdout.trim()).toBe('null')
})
