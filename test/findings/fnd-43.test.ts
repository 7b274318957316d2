// FND-43: what agents are told refers to nothing that is not there, and to nothing at all but recursive
// types, because many readers of tool schemas look nothing up.
import { body, createApp, query, returning } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { holdingTo, type ListedTool, listTools } from './mcp-wire.ts'
import { ALL, ENV, type Json, Lines, on } from './surfaces.ts'

const newApp = () =>
  createApp({ name: 'fnd-43', env: ENV, publicSurfaces: ALL, log: { logger: new Lines().logger } })

async function toolTaking(schema: z.ZodType | Json): Promise<ListedTool> {
  const app = newApp()
  const given = schema instanceof z.ZodType ? schema : body(z.any(), { jsonSchema: schema })
  app.post('/x', { ...on('x'), params: { v: given } }, () => null)
  const [tool] = await listTools(app, 'legacy')
  if (tool === undefined) throw new Error('no tool')
  return tool
}

async function argument(schema: z.ZodType | Json): Promise<unknown> {
  const { inputSchema } = await toolTaking(schema)
  return (inputSchema['properties'] as Json)['v']
}

const text = { type: 'string' }
const pair = { type: 'object', properties: { a: text, b: text } }

describe('FND-43: what is shared stands where it is used', () => {
  const Slug = z.string().meta({ id: 'Slug' })
  const rows: readonly (readonly [string, z.ZodType | Json, unknown])[] = [
    ['a named type', Slug, text],
    ['a named type, described', Slug.describe('Mine.'), { ...text, description: 'Mine.' }],
    [
      'definitions',
      {
        ...pair,
        definitions: { X: text },
        properties: { a: { $ref: '#/definitions/X' }, b: text },
      },
      pair,
    ],
    ['a sibling', { ...pair, properties: { a: text, b: { $ref: '#/properties/a' } } }, pair],
    [
      'escaped steps',
      {
        ...pair,
        $defs: { 'a/b~c d': text },
        properties: { a: { $ref: '#/$defs/a~1b~0c%20d' }, b: text },
      },
      pair,
    ],
    [
      '$id and $anchor',
      {
        $id: 'https://x.example/y',
        ...pair,
        properties: { a: { $ref: '#/$defs/X' }, b: { $ref: 'https://x.example/y#anchored' } },
        $defs: { X: text, Y: { $anchor: 'anchored', ...text } },
      },
      pair,
    ],
    [
      'places of no keyword',
      { ...pair, components: { X: text }, properties: { a: { $ref: '#/components/X' }, b: text } },
      pair,
    ],
    [
      'names that look like keywords',
      { type: 'object', properties: { $ref: text, $defs: text }, default: { $ref: '#/nowhere' } },
      { type: 'object', properties: { $ref: text, $defs: text }, default: { $ref: '#/nowhere' } },
    ],
    [
      'rules beside a reference',
      { $ref: '#/$defs/X', minLength: 2, $defs: { X: { ...text, maxLength: 3 } } },
      { ...text, maxLength: 3, minLength: 2 },
    ],
  ]
  test.each(rows)('%s', async (_name, schema, expected) => {
    expect(await argument(schema)).toEqual(expected)
    expect(await toolTaking(schema)).not.toHaveProperty('inputSchema.$defs')
  })

  test('shared types in shared types, doubling: definitions, of no great size', async () => {
    let Level: z.ZodType = z.object({ leaf: z.string() }).meta({ id: 'L0' })
    for (let level = 1; level < 25; level++) {
      Level = z.object({ a: Level, b: Level }).meta({ id: `L${level}` })
    }
    const { inputSchema } = await toolTaking(Level)
    expect(JSON.stringify(inputSchema).length).toBeLessThan(10_000)
    expect(holdingTo(inputSchema)({ v: 1 }).join()).toContain('must be object')
  })
})

describe('FND-43: every reference that is left leads to a definition', () => {
  const Tree = z.object({
    get kids() {
      return z.array(Tree)
    },
  })
  const Even: z.ZodType = z.object({ odd: z.lazy(() => Odd).optional() })
  const Odd: z.ZodType = z.object({ even: Even.optional() })
  const items = {
    type: 'object',
    properties: { kids: { type: 'array', items: { $ref: '#/items' } } },
  }
  const rows: readonly (readonly [string, z.ZodType | Json, unknown, unknown])[] = [
    ['a tree', Tree, { kids: [{ kids: [] }] }, { kids: [{ kids: 1 }] }],
    ['trees', z.array(Tree), [{ kids: [{ kids: [] }] }], [{ kids: [{}] }]],
    ['a named tree', Tree.meta({ id: 'Tree' }), { kids: [{ kids: [] }] }, { kids: [{}] }],
    [
      'two in a circle',
      z.object({ e: Even }),
      { e: { odd: { even: {} } } },
      { e: { odd: { even: 1 } } },
    ],
    ['by hand, to the root', { type: 'array', items: { $ref: '#' } }, [[[]]], [[1]]],
    ['by hand, to a part', { type: 'array', items }, [{ kids: [{}] }], [{ kids: [1] }]],
  ]
  test.each(rows)('%s', async (_name, schema, right, wrong) => {
    const { inputSchema } = await toolTaking(schema)
    expect(holdingTo(inputSchema)({ v: right })).toEqual([])
    expect(holdingTo(inputSchema)({ v: wrong })).toHaveLength(2)
    // Wrapped for the older clients, under `result`.
    const app = newApp()
    const returns =
      schema instanceof z.ZodType ? schema : returning(z.any(), { jsonSchema: schema })
    app.tool('read', { description: 'Reads.', returns: returns as never }, () => right as never)
    for (const era of ['legacy', 'modern'] as const) {
      const [tool] = await listTools(app, era)
      const isWrapped = era === 'legacy' && Array.isArray(right)
      const sent = (value: unknown) => (isWrapped ? { result: value } : value)
      expect(holdingTo(tool?.outputSchema ?? {})(sent(right))).toEqual([])
      expect(holdingTo(tool?.outputSchema ?? {})(sent(wrong))).toHaveLength(2)
    }
  })
})

describe('FND-43: refused at the start, with the tool', () => {
  const start = (schema: Json) => () => {
    const app = newApp()
    app.post('/x', { ...on('x'), params: { v: body(z.any(), { jsonSchema: schema }) } }, () => null)
    return app.catalogue
  }
  const loop: Record<string, unknown> = { type: 'object' }
  loop['properties'] = { a: loop }
  const rows: readonly (readonly [string, Json, string])[] = [
    ['nowhere', { properties: { a: { $ref: '#/$defs/X' } } }, "'#/$defs/X' leads to no schema"],
    ['another document', { $ref: 'https://x.example/y.json' }, "'https://x.example/y.json' leads"],
    ['an anchor that is not there', { items: { $ref: '#x' } }, "'#x' leads to no schema"],
    ['into a value', { const: { a: {} }, items: { $ref: '#/const/b' } }, "'#/const/b' leads"],
    [
      'in a circle',
      { $ref: '#/$defs/A', $defs: { A: { $ref: '#/$defs/A' } } },
      "'#/$defs/A' leads",
    ],
    ['holding itself', loop, 'nested deeper than 100 levels'],
    [
      'a promise of the protocol',
      { type: 'string', 'x-mcp-header': 'Region' },
      "'x-mcp-header' is a promise of the server's",
    ],
  ]
  test.each(rows)('%s', (_name, schema, reason) => {
    expect(start(schema)).toThrow(`Route POST /x ('x'), parameter 'v': its JSON Schema`)
    expect(start(schema)).toThrow(reason)
  })

  test('in what is answered, and by way of zod', () => {
    const answering = () => {
      const app = newApp()
      const returns = returning(z.any(), { jsonSchema: { items: { $ref: '#/x' } } })
      app.tool('x', { description: 'Is x.', returns }, () => null)
      return app.catalogue
    }
    expect(answering).toThrow("returns: its JSON Schema cannot be given to agents: '#/x' leads")
    const meta = () => {
      const app = newApp()
      const region = query(z.string().meta({ 'x-mcp-header': 'Region' }))
      app.get('/x', { ...on('x'), params: { region } }, () => null)
      return app.catalogue
    }
    expect(meta).toThrow("parameter 'region'")
  })
})
