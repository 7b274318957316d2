import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { formSchemaOf } from './form-schema.ts'

function mistake(schema: z.ZodType): string {
  try {
    formSchemaOf(schema)
  } catch (error) {
    if (error instanceof ImproperlyConfigured) return error.message
    throw error
  }
  return 'none'
}

describe('MCP-29: fields that programs can show', () => {
  test.each<[string, z.ZodType, object]>([
    ['text', z.string(), { type: 'string' }],
    ['text with bounds', z.string().min(2).max(9), { type: 'string', minLength: 2, maxLength: 9 }],
    ['a pattern, which no program knows', z.string().regex(/^a/), { type: 'string' }],
    ['a mail address', z.email(), { type: 'string', format: 'email' }],
    ['a URL', z.url(), { type: 'string', format: 'uri' }],
    ['a day', z.iso.date(), { type: 'string', format: 'date' }],
    ['a time', z.iso.datetime(), { type: 'string', format: 'date-time' }],
    ['a format that no program knows', z.uuid(), { type: 'string' }],
    ['a number', z.number().min(1).max(9), { type: 'number', minimum: 1, maximum: 9 }],
    ['a whole number', z.int().min(0).max(9), { type: 'integer', minimum: 0, maximum: 9 }],
    ['true or false', z.boolean(), { type: 'boolean' }],
    ['a choice', z.enum(['a', 'b']), { type: 'string', enum: ['a', 'b'] }],
    [
      'a choice with titles',
      z.union([z.literal('a').meta({ title: 'A' }), z.literal('b')]),
      {
        type: 'string',
        oneOf: [
          { const: 'a', title: 'A' },
          { const: 'b', title: 'b' },
        ],
      },
    ],
    [
      'several of a choice',
      z
        .array(z.enum(['a', 'b']))
        .min(1)
        .max(2),
      { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string', enum: ['a', 'b'] } },
    ],
    [
      'several of a choice with titles',
      z.array(z.union([z.literal('a').meta({ title: 'A' }), z.literal('b').meta({ title: 'B' })])),
      {
        type: 'array',
        items: {
          anyOf: [
            { const: 'a', title: 'A' },
            { const: 'b', title: 'B' },
          ],
        },
      },
    ],
    [
      'what is said of it',
      z.string().meta({ title: 'Name', description: 'Yours.', examples: ['Ann'] }),
      { type: 'string', title: 'Name', description: 'Yours.' },
    ],
  ])('%s', (_, field, expected) => {
    const schema = z.object({ field })
    const made = formSchemaOf(schema)
    expect(made).toMatchObject({ type: 'object', properties: { field: expected } })
    const { field: shown } = made['properties'] as Record<string, object>
    expect(Object.keys(shown ?? {}).sort()).toEqual(Object.keys(expected).sort())
    // What is known is not read again, and stays what it is.
    expect(formSchemaOf(schema)).toBe(made)
    expect(Object.isFrozen(made['properties'])).toBe(true)
  })

  test('what has a default, or may be left out, is not required', () => {
    const schema = z.object({
      a: z.string(),
      b: z.boolean().default(true),
      c: z.int().optional(),
    })
    expect(formSchemaOf(schema)).toEqual({
      type: 'object',
      properties: {
        a: { type: 'string' },
        b: { type: 'boolean', default: true },
        c: expect.objectContaining({ type: 'integer' }),
      },
      required: ['a'],
    })
    expect(formSchemaOf(z.object({ a: z.boolean().default(true) }))).not.toHaveProperty('required')
  })
})

describe('what no form can have is refused by its name', () => {
  test.each<[string, z.ZodType, string]>([
    ['an object', z.object({ a: z.string() }), 'must be text, a number'],
    ['a list of texts', z.array(z.string()), 'must be text, a number'],
    ['a list of objects', z.array(z.object({})), 'must be text, a number'],
    ['one of two kinds', z.union([z.string(), z.number()]), 'must be text, a number'],
    ['text or null', z.string().nullable(), 'must be text, a number'],
    ['one of some numbers', z.union([z.literal(1), z.literal(2)]), 'must be text, a number'],
    ['a map', z.record(z.string(), z.string()), 'must be text, a number'],
  ])('%s', (_, field, expected) => {
    const message = mistake(z.object({ plain: z.string(), odd: field }))
    expect(message).toContain("field 'odd'")
    expect(message).toContain(expected)
  })

  test('PW-02: a secret: the program of the caller reads it, and its model may', () => {
    const fields = [
      z.string().meta({ format: 'password' }),
      z.string().meta({ writeOnly: true }),
      z.enum(['a', 'b']).meta({ writeOnly: true }),
      z.array(z.enum(['a', 'b'])).meta({ writeOnly: true }),
    ]
    for (const pin of fields) {
      expect(mistake(z.object({ pin }))).toContain("field 'pin' is a secret")
      expect(mistake(z.object({ pin: pin.optional() }))).toContain("field 'pin' is a secret")
    }
  })

  test.each<[string, z.ZodType, string]>([
    ['text alone', z.string(), 'must be one object of fields'],
    ['a list', z.array(z.string()), 'must be one object of fields'],
    ['no field', z.object({}), '1 to 30 fields'],
    [
      '31 fields',
      z.object(Object.fromEntries(Array.from({ length: 31 }, (_, at) => [`f${at}`, z.string()]))),
      '1 to 30 fields',
    ],
    ['one of two objects', z.union([z.object({ a: z.string() }), z.object({})]), 'one object'],
    ['no JSON', z.object({ a: z.map(z.string(), z.string()) }), 'ask.form()'],
  ])('%s', (_, schema, expected) => {
    expect(mistake(schema)).toContain(expected)
  })
})
