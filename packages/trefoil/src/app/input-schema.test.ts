import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Params } from '../contract/params.ts'
import { compileParams } from './compile-params.ts'
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
  const spec = (name: string, key: string, type: string) => ({
    name,
    source: 'field' as const,
    wire: name,
    schema: null,
    jsonSchema: { $ref: `#/$defs/${key}`, $defs: { [key]: { type } } },
    text: [],
    list: false,
    required: true,
    description: null,
  })
  const self = { ...spec('a_b', 'c', 'x'), name: 'a_b_c', jsonSchema: { items: { $ref: '#' } } }
  const schema = inputSchemaOf([spec('a', 'b_c', 'string'), spec('a_b', 'c', 'integer'), self])
  const defs = schema['$defs'] as Record<string, unknown>
  expect(Object.keys(defs)).toHaveLength(3)
  const properties = schema['properties'] as Record<string, { $ref: string }>
  const target = (name: string) => defs[(properties[name]?.$ref ?? '').replace('#/$defs/', '')]
  expect(target('a')).toEqual({ type: 'string' })
  expect(target('a_b')).toEqual({ type: 'integer' })
  expect(target('a_b_c')).toEqual({ items: { $ref: properties['a_b_c']?.$ref } })
})
