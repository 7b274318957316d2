import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { encoded, returning, type TwoWaySchema } from '../../../contract/answer/returned.ts'
import type { JsonSchema, Schema } from '../../../contract/params/schema.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { returnedDocument } from './returned-document.ts'

const DATE = { type: 'string', format: 'date-time' }
const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})
const big = z.codec(z.string(), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
})
const count = z.string().transform((text) => text.length)

const documentOf = (schema: Schema): JsonSchema | null => returnedDocument(schema, 'Route GET /a')

function mistake(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    return error.message
  }
  return 'none'
}

describe('FND-7: dates are date-time text in what is sent', () => {
  it.each<[string, z.ZodType, JsonSchema]>([
    ['alone', z.date(), DATE],
    ['with limits', z.date().min(new Date(0)), DATE],
    ['optional', z.date().optional(), DATE],
    ['coerced', z.coerce.date(), DATE],
    ['made by a pipe', z.string().pipe(z.coerce.date()), DATE],
    ['decoded by a codec', isoDate, DATE],
    ['described', z.date().describe('When.'), { ...DATE, description: 'When.' }],
    ['nullable', z.date().nullable(), { anyOf: [DATE, { type: 'null' }] }],
    ['in a union', z.union([z.date(), z.int()]), { anyOf: [DATE, { type: 'integer' }] }],
    ['in an array', z.array(z.date()), { type: 'array', items: DATE }],
    ['in a tuple', z.tuple([z.date()]), { prefixItems: [DATE] }],
    ['in a record', z.record(z.string(), z.date()), { additionalProperties: DATE }],
    [
      'in an object in an object',
      z.object({ a: z.object({ at: z.date().optional() }) }),
      { properties: { a: { properties: { at: DATE } } } },
    ],
    [
      'with an id',
      z.object({ at: z.date().meta({ id: 'When' }) }),
      { properties: { at: { $ref: '#/$defs/When' } }, $defs: { When: DATE } },
    ],
    ['lazy', z.lazy(() => z.array(z.date())), { items: DATE }],
    ['with a default', z.date().default(new Date(0)), DATE],
  ])('%s', (_, schema, expected) => {
    expect(documentOf(schema)).toMatchObject(expected)
  })

  it('in a schema that contains itself', () => {
    const Tree = z.object({
      at: z.date(),
      get children() {
        return z.array(Tree)
      },
    })
    expect(documentOf(Tree)).toMatchObject({
      properties: { at: DATE, children: { items: { $ref: '#' } } },
    })
  })
})

describe('FND-7: encoded() documents what is sent', () => {
  it('which is what the schema decodes from', () => {
    const schema = z.object({ at: isoDate, n: big, plain: z.date() })
    expect(documentOf(encoded(schema))).toMatchObject({
      properties: { at: DATE, n: { type: 'string' }, plain: DATE },
    })
  })

  it('or what it is given', () => {
    const schema = z.codec(z.custom<symbol>(), z.string(), {
      decode: String,
      encode: (text) => Symbol(text),
    })
    const jsonSchema = { type: 'integer' }
    expect(documentOf(encoded(schema, { jsonSchema }))).toEqual(jsonSchema)
    expect(documentOf(returning(z.bigint(), { jsonSchema }))).toEqual(jsonSchema)
  })

  it.each<[string, TwoWaySchema, string]>([
    ['itself', count, 'a transform'],
    ['a member', z.object({ a: z.array(z.object({ count })) }), "'a[].count', a transform"],
    ['behind a pipe', z.object({ a: z.string().pipe(count) }), "'a', a transform"],
    ['in a record', z.record(z.string(), count), "'*', a transform"],
    ['in a tuple', z.tuple([z.string(), count]), "'[1]', a transform"],
    ['in a union, lazily', z.union([z.int(), z.lazy(() => count)]), 'a transform'],
    ['before the schema', z.preprocess(String, z.string()), 'a transform'],
  ])('and refuses what leads one way only: %s', (_, schema, member) => {
    expect(mistake(() => documentOf(encoded(schema)))).toBe(
      `Route GET /a: encoded() cannot encode ${member}; write z.codec(…) instead of it, or leave encoded() out`,
    )
  })
})

describe('FND-7: what has no JSON form is named, and what to write', () => {
  const given = 'write returning(schema, { jsonSchema })'
  const piped =
    'say what the transform makes, as in .transform(…).pipe(z.number()), or write returning(schema, { jsonSchema })'
  it.each<[string, Schema, string, string]>([
    ['a bigint', z.bigint(), 'BigInt cannot be represented in JSON Schema', given],
    [
      'a member beside dates',
      z.object({ at: z.date(), a: z.array(z.object({ n: z.bigint() })) }),
      'a[].n: BigInt cannot be represented in JSON Schema',
      given,
    ],
    [
      'a literal that passes for a number',
      z.object({ at: z.date(), n: z.literal(5n) }),
      'n: BigInt literals cannot be represented in JSON Schema',
      given,
    ],
    ['a transform', count, 'Transforms cannot be represented in JSON Schema', piped],
    [
      'a transform beside dates',
      z.object({ at: z.date(), count }),
      'count: Transforms cannot be represented in JSON Schema',
      piped,
    ],
    [
      'a codec of bigints',
      z.object({ at: isoDate, n: big }),
      'n: BigInt cannot be represented in JSON Schema',
      'write encoded(schema) if the handler returns what the schema decodes to, or returning(schema, { jsonSchema })',
    ],
    [
      'inside encoded()',
      encoded(z.object({ at: isoDate, n: z.bigint() })),
      'n: BigInt cannot be represented in JSON Schema',
      'write encoded(schema, { jsonSchema })',
    ],
    [
      'nothing',
      z.undefined(),
      'Undefined cannot be represented in JSON Schema',
      'write z.null(), and return null',
    ],
    [
      'another library',
      {
        '~standard': {
          version: 1,
          vendor: 'other',
          validate: (value) => ({ value }),
          jsonSchema: {
            input: () => ({}),
            output: () => {
              throw new Error('No word for it')
            },
          },
        },
      } as Schema,
      'No word for it',
      given,
    ],
  ])('%s', (_, schema, spot, fix) => {
    expect(mistake(() => documentOf(schema))).toBe(
      `Route GET /a: the returns schema has no JSON form (${spot}); ${fix}`,
    )
  })
})
