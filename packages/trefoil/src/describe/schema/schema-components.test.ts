import { describe, expect, it } from 'vitest'
import { SchemaComponents } from './schema-components.ts'

describe('SchemaComponents (DOCS-6, W-34)', () => {
  it('leaves a plain schema as it is', () => {
    const components = new SchemaComponents()
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    expect(components.add(schema, 'x', 'input')).toEqual(schema)
    expect(components.schemas).toEqual({})
  })

  it('moves definitions, follows references, and keeps what stands beside them', () => {
    const components = new SchemaComponents()
    const moved = components.add(
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: {
          order: { $ref: '#/$defs/Order', description: 'Mine.' },
          sku: { $ref: '#/$defs/Order/properties/sku' },
        },
        $defs: { Order: { type: 'object', properties: { sku: { type: 'string' } } }, Unused: {} },
      },
      'x',
      'input',
    )
    expect(moved).toEqual({
      type: 'object',
      properties: {
        order: { $ref: '#/components/schemas/Order', description: 'Mine.' },
        sku: { $ref: '#/components/schemas/Order/properties/sku' },
      },
    })
    expect(Object.keys(components.schemas)).toEqual(['Order'])
  })

  it('does not touch data that looks like a reference, nor a property called $ref', () => {
    const components = new SchemaComponents()
    const schema = {
      properties: { $ref: { type: 'string' }, $defs: { type: 'string' } },
      const: { $ref: '#/$defs/A' },
      default: { $ref: '#/$defs/A' },
      enum: [{ $ref: '#/$defs/A' }],
      examples: [{ $ref: '#/$defs/A' }],
    }
    expect(components.add({ ...schema, $defs: { A: {} } }, 'x', 'input')).toEqual(schema)
  })

  it('shares equal definitions and separates different ones of one name', () => {
    const components = new SchemaComponents()
    const add = (type: string): unknown =>
      components.add(
        { $ref: '#/$defs/A', $defs: { A: { $ref: '#/$defs/B' }, B: { type } } },
        'x',
        'input',
      )
    expect(add('string')).toEqual({ $ref: '#/components/schemas/A' })
    expect(add('string')).toEqual({ $ref: '#/components/schemas/A' })
    // The same text as before, but what it refers to differs.
    expect(add('integer')).toEqual({ $ref: '#/components/schemas/A_2' })
    expect(components.schemas.A_2).toEqual({ $ref: '#/components/schemas/B_2' })
    expect(components.schemas.B_2).toEqual({ type: 'integer' })
  })

  it('tells what is sent from what is answered, by name', () => {
    const components = new SchemaComponents()
    const add = (type: string, side: 'input' | 'output'): unknown =>
      components.add({ $ref: '#/$defs/A', $defs: { A: { type } } }, 'x', side)
    expect(add('string', 'output')).toEqual({ $ref: '#/components/schemas/A' })
    expect(add('string', 'input')).toEqual({ $ref: '#/components/schemas/A' })
    expect(add('integer', 'input')).toEqual({ $ref: '#/components/schemas/A_input' })
    expect(add('number', 'input')).toEqual({ $ref: '#/components/schemas/A_input_2' })
    expect(add('boolean', 'output')).toEqual({ $ref: '#/components/schemas/A_2' })
  })

  it('gives a document that refers to itself a name', () => {
    const components = new SchemaComponents()
    expect(
      components.add({ properties: { next: { $ref: '#' } } }, 'get_order_output', 'output'),
    ).toEqual({
      $ref: '#/components/schemas/get_order_output',
    })
    expect(components.schemas.get_order_output).toEqual({
      properties: { next: { $ref: '#/components/schemas/get_order_output' } },
    })
  })

  it('names what the schema library left unnamed after its owner', () => {
    const components = new SchemaComponents()
    const document = {
      $ref: '#/$defs/__schema0',
      $defs: { __schema0: { properties: { next: { $ref: '#/$defs/__schema0' } } } },
    }
    expect(components.add(document, 'list_body', 'input')).toEqual({
      $ref: '#/components/schemas/list_body_schema0',
    })
  })

  it('drops a reference to nowhere and a base that would move all others', () => {
    const components = new SchemaComponents()
    expect(components.add({ $ref: '#/$defs/Gone', description: 'x' }, 'x', 'input')).toEqual({
      description: 'x',
    })
    const based = {
      $id: 'https://example.com/a',
      items: { $ref: 'https://example.com/a#/$defs/A' },
      $defs: { A: {} },
    }
    expect(components.add(based, 'x', 'input')).toEqual({
      items: { $ref: '#/components/schemas/A' },
    })
  })

  it('makes names OpenAPI accepts, also from __proto__', () => {
    const components = new SchemaComponents()
    const document = JSON.parse(
      '{"anyOf":[{"$ref":"#/$defs/a b~1c"},{"$ref":"#/$defs/__proto__"}],"$defs":{"a b/c":{},"__proto__":{"type":"string"}}}',
    )
    expect(components.add(document, 'x', 'input')).toEqual({
      anyOf: [{ $ref: '#/components/schemas/a_b_c' }, { $ref: '#/components/schemas/__proto__' }],
    })
    expect(Object.entries(components.schemas)).toEqual([
      ['a_b_c', {}],
      ['__proto__', { type: 'string' }],
    ])
  })
})
