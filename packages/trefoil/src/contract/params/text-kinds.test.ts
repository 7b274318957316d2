import { expect, test } from 'vitest'
import { z } from 'zod'
import { jsonSchemaOf } from './schema.ts'
import { textKinds } from './text-kinds.ts'

function kindsOf(schema: z.ZodType): string {
  const found = textKinds(jsonSchemaOf(schema, 'input') ?? {})
  if (found === null) return 'none'
  return found.list ? `list of ${found.kinds.join('|')}` : found.kinds.join('|')
}

test.each([
  ['string', z.string(), 'string'],
  ['string with a format', z.email(), 'string'],
  ['integer', z.int(), 'integer'],
  ['number', z.number(), 'number'],
  ['boolean', z.boolean(), 'boolean'],
  ['enum', z.enum(['a', 'b']), 'string'],
  ['text literal', z.literal('a'), 'string'],
  ['number literal', z.literal(5), 'number'],
  ['mixed literals', z.literal([1, 'a']), 'integer|string'],
  ['union that admits text', z.union([z.string(), z.number()]), 'number|string'],
  [
    'list of numbers or a word',
    z.array(z.union([z.int(), z.literal('all')])),
    'list of integer|string',
  ],
  ['union of integer and boolean', z.union([z.int(), z.boolean()]), 'integer|boolean'],
  ['union of boolean and number', z.union([z.boolean(), z.number()]), 'number|boolean'],
  ['list of either', z.array(z.union([z.boolean(), z.int()])), 'list of integer|boolean'],
  ['nullable', z.int().nullable(), 'integer'],
  ['optional', z.boolean().optional(), 'boolean'],
  ['defaulted', z.int().default(3), 'integer'],
  ['list of integers', z.array(z.int()), 'list of integer'],
  ['list of nullable text', z.array(z.string().nullable()), 'list of string'],
  ['optional list', z.array(z.string()).optional(), 'list of string'],
  ['nullable list', z.array(z.int()).nullable(), 'list of integer'],
  ['list with a name of its own', z.array(z.int()).meta({ id: 'Numbers' }), 'list of integer'],
  [
    'one of two lists',
    z.union([z.array(z.int()), z.array(z.boolean())]),
    'list of integer|boolean',
  ],
  ['list of scalars or of objects', z.union([z.array(z.int()), z.array(z.object({}))]), 'none'],
  ['anything', z.any(), 'string'],
  ['transformed text', z.string().transform(Number), 'string'],
  ['object', z.object({ a: z.string() }), 'none'],
  ['list of objects', z.array(z.object({})), 'none'],
  ['list of lists', z.array(z.array(z.int())), 'none'],
  ['text or object', z.union([z.string(), z.object({})]), 'none'],
  ['list or scalar', z.union([z.int(), z.array(z.int())]), 'none'],
  ['null alone', z.null(), 'none'],
])('W-18, W-33: text for %s is read as %s', (_, schema, expected) => {
  expect(kindsOf(schema)).toBe(expected)
})

test('W-33: a recursive schema ends, whichever way it refers to itself', () => {
  const tree = z.object({
    get children() {
      return z.array(tree)
    },
  })
  expect(kindsOf(tree)).toBe('none')
  expect(textKinds({ $ref: '#' })).toBeNull()
  const list = {
    anyOf: [{ $ref: '#/$defs/a' }],
    $defs: { a: { type: 'array', $ref: '#/$defs/a' } },
  }
  expect(textKinds(list)).toBeNull()
  const loop = { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }
  expect(textKinds(loop)).toBeNull()
})

test.each([
  [{ $ref: '#/$defs/id', $defs: { id: { type: 'integer' } } }, ['integer']],
  [{ type: ['integer', 'null'] }, ['integer']],
  [{ enum: [1, 2] }, ['integer']],
  [{ const: true }, ['boolean']],
  [{ allOf: [{ type: 'number' }, { minimum: 1 }] }, ['number']],
  [{ oneOf: [{ type: 'boolean' }, { type: 'null' }] }, ['boolean']],
  [{ description: 'free' }, ['string']],
  [{ allOf: [{ description: 'd' }, { type: 'integer' }] }, ['integer']],
  [{ allOf: [{ description: 'd' }] }, ['string']],
])('W-33: %j is read as %j', (schema, kinds) => {
  expect(textKinds(schema)).toEqual({ kinds, list: false })
})

test.each([
  [{ not: { type: 'string' } }],
  [{ properties: {} }],
  [{ $ref: '#/$defs/missing' }],
  [{ enum: [[1]] }],
  [{ anyOf: [true] }],
  [{ type: 'array' }],
  [{ type: 'array', prefixItems: [{ type: 'integer' }], items: { type: 'string' } }],
])('W-33: text cannot spell %j', (schema) => {
  expect(textKinds(schema)).toBeNull()
})
