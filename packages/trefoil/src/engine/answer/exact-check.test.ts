import { spawnSync } from 'node:child_process'
import process from 'node:process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import * as mini from 'zod/mini'

import type { Schema } from '../../contract/schema.ts'
import { compileExactCheck } from './exact-check.ts'

const order = z.object({
  id: z.string().min(1).max(20),
  quantity: z.int().min(1).max(100),
  total: z.number(),
  status: z.enum(['pending', 'paid']),
  note: z.string().nullable(),
  gift: z.boolean().optional(),
})

function exact(schema: Schema, value: unknown): boolean {
  const check = compileExactCheck(schema)
  if (check === null) throw new Error('not compiled')
  return check(value)
}

describe('values that need no copy', () => {
  const good = { id: 'o', quantity: 1, total: 1.5, status: 'paid', note: null }

  test.each<[string, Schema, unknown]>([
    ['object', order, good],
    ['optional member', order, { ...good, gift: true }],
    ['object without a prototype', order, Object.assign(Object.create(null), good)],
    ['array', z.array(order).max(2), [good, good]],
    ['strict object', z.strictObject({ a: z.literal([1, 'b', null, true]) }), { a: null }],
    [
      'formats',
      z.object({ at: z.iso.datetime(), to: z.email() }),
      { at: '2026-01-01T00:00:00Z', to: 'a@b.co' },
    ],
    ['URL', z.url(), 'https://example.com/'],
    ['anything', z.object({ data: z.unknown() }), { data: { a: 1 } }],
    ['leaf union', z.union([z.string(), z.number().positive(), z.null()]), 3],
    ['many literals', z.literal(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']), 'i'],
    ['mini', mini.object({ a: mini.optional(mini.string().check(mini.minLength(1))) }), { a: 'x' }],
    [
      'keys that need quoting',
      z.object({ "a'\\\n\u2028": z.string(), constructor: z.string() }),
      { "a'\\\n\u2028": '', constructor: '' },
    ],
  ])('%s', (_name, schema, value) => {
    expect(exact(schema, value)).toBe(true)
  })

  test('discriminated union', () => {
    const schema = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), a: z.string() }),
      z.object({ kind: z.enum(['b', 'c']), b: z.number() }),
    ])
    expect(exact(schema, { kind: 'a', a: '' })).toBe(true)
    expect(exact(schema, { kind: 'c', b: 1 })).toBe(true)
    expect(exact(schema, { kind: 'c', a: '' })).toBe(false)
  })

  test('a schema that contains itself', () => {
    const tree = z.object({
      name: z.string(),
      get children() {
        return z.array(tree)
      },
    })
    expect(exact(tree, { name: 'a', children: [{ name: 'b', children: [] }] })).toBe(true)
    expect(exact(tree, { name: 'a', children: [{ name: 1, children: [] }] })).toBe(false)
  })
})

describe('values the schema itself must decide about', () => {
  class Row {
    id = 'o'
    toJSON(): object {
      return { id: 'o', password: 'secret' }
    }
  }
  const hidden = Object.defineProperty({ id: 'o' }, 'toJSON', { value: () => ({ password: 1 }) })
  class Rows extends Array<unknown> {
    toJSON(): object {
      return { password: 1 }
    }
  }

  test.each<[string, Schema, unknown]>([
    ['one member too many', z.object({ id: z.string() }), { id: 'o', password: 'secret' }],
    [
      'an inherited member too many',
      z.object({ id: z.string() }),
      { __proto__: { password: 1 }, id: 'o' },
    ],
    ['a member that is missing', z.object({ id: z.unknown() }), {}],
    ['a present optional that is undefined', order.pick({ gift: true }), { gift: undefined }],
    ['an instance of a class', z.object({ id: z.string() }), new Row()],
    ['a hidden toJSON', z.object({ id: z.string() }), hidden],
    ['a subclass of Array', z.array(z.string()), new Rows()],
    ['a toJSON on an array', z.array(z.string()), Object.assign([], { toJSON: () => 1 })],
    ['an array for an object', z.object({}), []],
    ['an excluded bound', z.number().gt(2), 2],
    ['NaN', z.number(), Number.NaN],
    ['an unsafe integer', z.int(), 2 ** 53],
    ['a number out of int32', z.int32(), 2 ** 31],
    ['a URL zod rewrites', z.url(), ' https://example.com/ '],
    ['too long', z.array(z.string()).max(1), ['a', 'b']],
  ])('%s', (_name, schema, value) => {
    expect(exact(schema, value)).toBe(false)
  })
})

describe('schemas that are left to their library', () => {
  const tagged = z.object({ kind: z.literal('a').optional() })
  const other = z.core.$constructor(
    'Shouting',
    (inst: z.core.$ZodString, def: z.core.$ZodStringDef) => {
      z.core.$ZodString.init(inst, def)
      inst._zod.parse = (payload) => ({ ...payload, value: String(payload.value).toUpperCase() })
    },
  )

  test.each<[string, Schema]>([
    ['transform', z.object({ a: z.string().transform((a) => a.length) })],
    ['trim', z.object({ a: z.string().trim() })],
    ['lower case', z.string().toLowerCase()],
    ['default', z.object({ a: z.string().default('x') })],
    ['catch', z.object({ a: z.string().catch('x') })],
    ['coerce', z.coerce.number()],
    ['refinement of a member', z.object({ a: z.string().refine(() => false) })],
    ['refinement of the object', z.object({ a: z.string() }).refine(() => false)],
    ['refinement of an array', z.array(z.string()).refine(() => false)],
    ['own string format', z.stringFormat('own', () => false)],
    ['multiple', z.number().multipleOf(0.1)],
    ['loose object', z.looseObject({ a: z.string() })],
    ['catchall', z.object({}).catchall(z.string())],
    [
      'options that overlap',
      z.union([z.object({ a: z.string() }), z.object({ a: z.string(), b: z.string() })]),
    ],
    [
      'a tag that may be missing',
      z.discriminatedUnion('kind', [tagged, z.object({ kind: z.literal('b') })]),
    ],
    ['custom', z.custom(() => true)],
    ['record', z.record(z.string(), z.string())],
    ['a member called __proto__', z.object({ ['__proto__']: z.string() })],
    ['frozen', z.object({ a: z.string() }).readonly()],
    ["a class of one's own", new other({ type: 'string' }) as unknown as Schema],
    [
      'another library',
      { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } },
    ],
  ])('%s', (_name, schema) => {
    expect(compileExactCheck(schema)).toBeNull()
  })
})

test('where code must not be made of text, every answer is left to the schema', () => {
  const program = `
    import { z } from 'zod'
    import { outputValidator } from './validate-output.ts'
    import { compileExactCheck } from './exact-check.ts'
    const schema = z.object({ a: z.string() })
    const value = outputValidator(schema, 'test')({ a: 'x', password: 1 })
    console.log(JSON.stringify([compileExactCheck(schema), value]))`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--disallow-code-generation-from-strings', '--input-type=module', '-e', program],
    { cwd: import.meta.dirname, encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual([null, { a: 'x' }])
})

// The promise itself: where the check says yes, zod accepts and changes nothing.
test('never says yes where zod says no or changes the value', () => {
  const leaf = fc.constantFrom<z.ZodType>(
    z.string(),
    z.string().min(1).max(3),
    z.string().length(2),
    z.uuid(),
    z.url(),
    z.number(),
    z.int(),
    z.int32(),
    z.number().gt(-1).lte(2),
    z.boolean(),
    z.null(),
    z.enum(['a', 'b']),
    z.literal(['a', 1, null]),
    z.unknown(),
    z.union([z.string(), z.null()]),
  )
  const schemas = fc.letrec<{ schema: z.ZodType }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      tie('schema').map((inner) => inner.nullable()),
      tie('schema').map((inner) => inner.optional()),
      tie('schema').map((inner) => z.array(inner).max(3)),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema')).map((shape) => z.object(shape)),
      fc
        .dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema'))
        .map((shape) => z.strictObject(shape)),
    ),
  })).schema
  const values = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom<unknown>(
        'a',
        'b',
        'ab',
        '',
        ' https://a.b ',
        null,
        undefined,
        true,
        1,
        2,
        2.5,
        -0,
        2 ** 31,
        2 ** 53,
        Number.NaN,
      ),
      fc.uuid(),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { noNullPrototype: true }),
    ),
  })).value
  let yes = 0
  fc.assert(
    fc.property(schemas, values, (schema, value) => {
      const check = compileExactCheck(schema)
      if (check === null) throw new Error('not compiled')
      if (!check(value)) return
      yes++
      const result = schema.safeParse(value)
      expect(result.success).toBe(true)
      expect(result.data).toStrictEqual(value)
    }),
    { numRuns: 3000 },
  )
  expect(yes).toBeGreaterThan(100)
})
