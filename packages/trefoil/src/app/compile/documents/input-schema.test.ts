import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Params } from '../../../contract/params/params.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { compileParams } from '../compile-params.ts'
import { inputSchemaOf } from './input-schema.ts'

function schemaOf(params: Params) {
  const site = { where: 'Action', method: null, pathNames: [], intNames: [], agents: true }
  return inputSchemaOf(compileParams(params, site).params)
}

test('MCP-10: one closed object, one member an argument, those without default required', () => {
  expect(schemaOf({ id: z.int(), note: z.string().default('') })).toEqual({
    type: 'object',
    properties: {
      id: expect.objectContaining({ type: 'integer' }),
      note: { type: 'string', default: '' },
    },
    additionalProperties: false,
    required: ['id'],
  })
  expect(schemaOf({})).toEqual({ type: 'object', properties: {}, additionalProperties: false })
})

test('W-33: a recursive argument refers to a definition of its own', () => {
  const tree = z.object({
    get children() {
      return z.array(tree)
    },
  })
  const schema = schemaOf({ tree })
  const text = JSON.stringify(schema)
  for (const [, name] of text.matchAll(/"#\/\$defs\/([^"]+)"/g)) {
    expect(schema['$defs']).toHaveProperty([name ?? ''])
  }
  expect(text).not.toContain('"$ref":"#"')
  expect(text).toContain('"$ref":"#/$defs/')
})

test('W-33: definitions of two arguments never take each other’s place', () => {
  const spec = (name: string, jsonSchema: JsonSchema) => ({
    name,
    source: 'field' as const,
    wire: name,
    schema: null,
    jsonSchema,
    text: [],
    list: false,
    required: true,
    description: null,
  })
  const list = (key: string, type: string) => ({
    $ref: `#/$defs/${key}`,
    $defs: { [key]: { type, items: { $ref: `#/$defs/${key}` } } },
  })
  const schema = inputSchemaOf([
    spec('a', list('b_c', 'string')),
    spec('a_b', list('c', 'integer')),
    spec('a_b_c', { type: 'null', items: { $ref: '#' } }),
  ])
  expect(schema['properties']).toEqual({
    a: { type: 'string', items: { $ref: '#/$defs/a.b_c' } },
    a_b: { type: 'integer', items: { $ref: '#/$defs/a_b.c' } },
    a_b_c: { type: 'null', items: { $ref: '#/$defs/a_b_c' } },
  })
  expect(schema['$defs']).toEqual({
    'a.b_c': { type: 'string', items: { $ref: '#/$defs/a.b_c' } },
    'a_b.c': { type: 'integer', items: { $ref: '#/$defs/a_b.c' } },
    a_b_c: { type: 'null', items: { $ref: '#/$defs/a_b_c' } },
  })
})

test('FND-43: what is not recursive stands where it is used', () => {
  const Slug = z.string().meta({ id: 'Slug' })
  const schema = schemaOf({ slug: Slug, both: z.object({ a: Slug, b: Slug.describe('Mine.') }) })
  expect(schema).not.toHaveProperty('$defs')
  expect(schema['properties']).toEqual({
    slug: { type: 'string' },
    both: {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string', description: 'Mine.' } },
      required: ['a', 'b'],
    },
  })
})
