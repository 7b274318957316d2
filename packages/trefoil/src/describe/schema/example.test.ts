import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { jsonSchemaOf } from '../../contract/params/schema.ts'
import { exampleOf } from './example.ts'

const Tree = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree)
  },
})
const Chain = z.object({
  get next() {
    return Chain.nullable()
  },
})

const SCHEMAS: readonly z.ZodType[] = [
  z.string(),
  z.string().min(20),
  z.string().max(3),
  z.string().regex(/^[A-Z]{2}-\d+$/),
  z.string().regex(/^\d+$/),
  z.string().regex(/^[0-9]{5}$/),
  z.string().regex(/^ord_[0-9a-f]{8}$/),
  z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  z.string().regex(/^(?!x)(?<name>[^\W\d]+)\.(?:pdf|png)?$/),
  z.string().regex(/^\p{Lu}\p{Ll}+$/u),
  z.string().regex(/^日本.\u0041\x42$/),
  z
    .string()
    .regex(/^[A-Z]+$/)
    .min(10),
  z.string().regex(/^x*$/).min(2).max(3),
  z.string().regex(/^v\d+\.\d+\.\d+(-[a-z]+)?$/),
  z.emoji(),
  z.e164(),
  z.ulid(),
  z.nanoid(),
  z.base64(),
  z.hash('sha256'),
  z.iso.duration(),
  z.templateLiteral(['a-', z.int()]),
  z.record(z.enum(['a', 'b']), z.int()),
  z.email(),
  z.uuid(),
  z.url(),
  z.iso.date(),
  z.iso.datetime(),
  z.iso.time(),
  z.ipv4(),
  z.ipv6(),
  z.int(),
  z.int().max(5),
  z.int().min(1000),
  z.int().multipleOf(50),
  z.int().multipleOf(50).max(130),
  z.number().positive(),
  z.number().lt(1).gt(0),
  z.number().negative(),
  z.boolean(),
  z.null(),
  z.array(z.int()),
  z.array(z.email()).min(2),
  z.tuple([z.string(), z.int()]),
  z.enum(['a', 'b']),
  z.literal(7),
  z.union([z.null(), z.int()]),
  z.string().nullable(),
  z.record(z.string(), z.int()),
  z.object({ a: z.string(), b: z.int().optional() }),
  z.object({ a: z.object({ b: z.boolean() }) }),
  z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })),
  z.intersection(
    z.object({ a: z.string() }).meta({ id: 'A' }),
    z.object({ b: z.int() }).meta({ id: 'B' }),
  ),
  z.object({ n: z.int().default(5) }),
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('x'), n: z.int() }),
    z.object({ kind: z.literal('y') }),
  ]),
  z.object({ user: z.object({ id: z.uuid() }).meta({ id: 'User' }) }),
  Tree,
  Chain,
]

describe('exampleOf (MCP-16, CLI-10)', () => {
  it.each(SCHEMAS.map((schema) => [JSON.stringify(jsonSchemaOf(schema, 'input')), schema]))(
    'makes a value its schema accepts: %s',
    (_text, schema) => {
      const json = jsonSchemaOf(schema as z.ZodType, 'input') ?? {}
      const ajv = new Ajv2020({ strict: false })
      addFormats.default(ajv)
      const value = exampleOf(json)
      expect(ajv.validate(json, value), `${JSON.stringify(value)}: ${ajv.errorsText()}`).toBe(true)
    },
  )

  it('prefers what the schema offers', () => {
    expect(exampleOf({ type: 'string', examples: ['x'], default: 'y' })).toBe('x')
    expect(exampleOf({ type: 'string', default: 'y', enum: ['z', 'y'] })).toBe('y')
    expect(exampleOf({ default: null })).toBe(null)
    expect(exampleOf({ const: 0, default: 1 })).toBe(0)
  })

  it('uses plain values otherwise', () => {
    const kinds = ['string', 'integer', 'number', 'boolean', 'array', 'object'].map((type) =>
      exampleOf({ type }),
    )
    expect(kinds).toEqual(['string', 123, 12.3, true, [], {}])
    expect(exampleOf({})).toEqual({})
  })

  it('follows references into another root', () => {
    const root = { components: { schemas: { A: { type: 'integer' } } } }
    expect(
      exampleOf(
        { type: 'object', properties: { a: { $ref: '#/components/schemas/A' } }, required: ['a'] },
        root,
      ),
    ).toEqual({ a: 123 })
    expect(exampleOf({ $ref: '#/nowhere' }, root)).toEqual({})
  })

  it('ends for a schema that only refers to itself, and for one that asks for a million items', () => {
    expect(exampleOf({ $ref: '#' })).toBe(null)
    expect(exampleOf({ allOf: [{ $ref: '#' }] })).toBe(null)
    const chain = { type: 'object', required: ['next'], properties: { next: { $ref: '#' } } }
    expect(exampleOf(chain)).toEqual({ next: { next: null } })
    expect(exampleOf({ type: 'array', minItems: 1e6, items: { type: 'integer' } })).toHaveLength(16)
    expect(String(exampleOf({ type: 'string', minLength: 1e9 }))).toHaveLength(256)
  })

  it('gives up on a pattern it cannot read, and on one without end', () => {
    for (const pattern of ['(', 'a)', '[', '^(a)\\1$', '(?<=x)y{0}', '\\']) {
      expect(exampleOf({ type: 'string', pattern })).toBeTypeOf('string')
    }
    expect(exampleOf({ type: 'string', pattern: '^((((a{999}){999}){999}){999})$' })).toBe('string')
    expect(exampleOf({ type: 'string', pattern: '^((((()*)*)*)*)*x$' })).toBe('x')
  })

  it('keeps a member called __proto__ a member', () => {
    const value = exampleOf({
      type: 'object',
      required: ['__proto__'],
      properties: JSON.parse('{"__proto__":{"const":1}}'),
    })
    expect(JSON.stringify(value)).toBe('{"__proto__":1}')
  })
})
