// FND-44: names and schemas that hosts refuse, beyond what the protocol says. What can be rewritten is;
// for the rest there is one warning for each host, at the start.
import { createApp } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ANSWERED } from './answered-schemas.ts'
import { holdingTo, listTools } from './mcp-wire.ts'
import { ALL, ENV, type Json, Lines, membersOf } from './surfaces.ts'

function build() {
  const lines = new Lines()
  const app = createApp({
    name: 'shop',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: lines.logger },
  })
  return { app, lines }
}

describe('FND-44: names', () => {
  const warned = async (names: readonly string[], params: Record<string, z.ZodType> = {}) => {
    const { app, lines } = build()
    for (const name of names) app.tool(name, { description: 'Is one.', params }, () => null)
    await app.startup()
    return lines.all
      .map(({ message }) => message)
      .filter((message) => /^(Claude|OpenAI|Cursor) /.test(message))
  }

  test('none for names that all take', async () => {
    expect(await warned(['get_order', 'GetOrder2'], { order_id: z.string() })).toEqual([])
  })

  test('one for each host, with the tools and what to do', async () => {
    expect(await warned(['store.orders.list', 'store.orders.get', 'fine'])).toEqual([
      "Claude refuses every request that has them: 'store.orders.list', 'store.orders.get'; rename them, tools take 1 to 64 of A-Z a-z 0-9 _ -, arguments 64 characters",
      "OpenAI refuses every request that has them: 'store.orders.list', 'store.orders.get'; rename them, tools take 1 to 64 of A-Z a-z 0-9 _ -",
      "Cursor leaves them out: 'store.orders.list', 'store.orders.get'; rename them, tools take A-Z a-z 0-9 _, with the name of the app at most 60 characters",
    ])
  })

  test('lengths: of tools, of tools with the app’s name, of arguments', async () => {
    const hosts = async (names: readonly string[], params?: Record<string, z.ZodType>) =>
      (await warned(names, params)).map((message) => message.split(' ')[0])
    expect(await hosts(['a'.repeat(56)])).toEqual([])
    expect(await hosts(['a'.repeat(57)])).toEqual(['Cursor'])
    expect(await hosts(['a'.repeat(65)])).toEqual(['Claude', 'OpenAI', 'Cursor'])
    expect(await hosts(['with-hyphen'])).toEqual(['Cursor'])
    const long = 'b'.repeat(65)
    expect(await warned(['a'], { [long]: z.string() })).toEqual([
      expect.stringContaining(`argument '${long}' of 'a'`),
    ])
    const many = Array.from({ length: 129 }, (_, index) => `tool_${index}`)
    expect(await warned(many)).toEqual([expect.stringContaining('this app has 129')])
  })

  test('what the protocol itself does not take is an error', () => {
    for (const name of ['a'.repeat(129), 'a b', 'a/b', 'é']) {
      const { app } = build()
      app.tool(name, { description: 'Is one.' }, () => null)
      expect(() => app.catalogue).toThrow('is no external name')
    }
  })
})

/** Every schema in a schema, by its path. */
function* schemasIn(schema: unknown, path = ''): Generator<readonly [path: string, schema: Json]> {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return
  const own = schema as Json
  yield [path, own]
  for (const keyword of ['items', 'additionalProperties', 'not', 'if', 'propertyNames']) {
    yield* schemasIn(own[keyword], `${path}/${keyword}`)
  }
  for (const keyword of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
    const listed: unknown = own[keyword]
    for (const part of Array.isArray(listed) ? listed : [])
      yield* schemasIn(part, `${path}/${keyword}`)
  }
  for (const keyword of ['properties', '$defs', 'definitions']) {
    for (const [name, part] of Object.entries(membersOf(own[keyword] ?? {}))) {
      yield* schemasIn(part, `${path}/${keyword}/${name}`)
    }
  }
}

const ANNOTATIONS = ['title', 'description', 'default', 'examples', 'deprecated']
const OF_ALL = [
  ...['type', 'properties', 'required', 'items', 'enum', 'anyOf', 'allOf', 'additionalProperties'],
  ...['minItems', 'maxItems', 'minimum', 'maximum', '$ref', '$defs', ...ANNOTATIONS],
]
const OF_INPUTS = ['pattern', 'format', 'minLength', 'maxLength', 'multipleOf', 'minProperties']

function faults(schema: Json, known: readonly string[], isInput: boolean): readonly string[] {
  return [...schemasIn(schema)].flatMap(([path, part]) => {
    const found = Object.keys(part).filter((keyword) => !known.includes(keyword))
    if (Array.isArray(part['type'])) found.push('a list of types')
    if (
      isInput &&
      part['type'] === 'array' &&
      Object.keys(membersOf(part['items'] ?? {})).length === 0
    ) {
      found.push('a list without items')
    }
    for (const keyword of ['minimum', 'maximum']) {
      if (Math.abs(Number(part[keyword] ?? 0)) >= Number.MAX_SAFE_INTEGER) found.push(keyword)
    }
    if (part['format'] !== undefined && part['format'] !== 'date-time') found.push('format')
    return found.map((fault) => `${path}: ${fault} in ${JSON.stringify(part)}`)
  })
}

describe('FND-44: tool schemas are in words that all hosts know', () => {
  test('every construct, as an argument and as an answer', async () => {
    const { app } = build()
    for (const [name, { returns }] of Object.entries(ANSWERED)) {
      const isInput = returns instanceof z.ZodType && !/date$|instant/.test(name)
      const params = isInput ? { value: returns } : {}
      app.tool(
        name,
        { description: 'Is one.', params, returns: returns as never },
        () => null as never,
      )
    }
    for (const { name, inputSchema, outputSchema = {} } of await listTools(app, 'legacy')) {
      expect(faults(inputSchema, [...OF_ALL, ...OF_INPUTS], true), name).toEqual([])
      expect(faults(outputSchema, OF_ALL, false), name).toEqual([])
      expect(inputSchema['type']).toBe('object')
      expect(inputSchema).toHaveProperty('properties')
      const loading = holdingTo(inputSchema)({}).filter((text) => text.includes('cannot load'))
      expect(loading, name).toEqual([])
    }
  })

  const rows: readonly (readonly [string, z.ZodType, Json])[] = [
    ['zod’s bounds of every integer', z.int(), { type: 'integer' }],
    ['bounds of one’s own', z.int().min(1).max(9), { type: 'integer', minimum: 1, maximum: 9 }],
    ['an exclusive bound, of integers', z.int().gt(0), { type: 'integer', minimum: 1 }],
    [
      'an exclusive bound, of numbers',
      z.number().lt(1),
      { type: 'number', maximum: 1, description: 'Less than 1.' },
    ],
    [
      'a fraction’s multiples',
      z.number().multipleOf(0.5),
      { type: 'number', description: 'A multiple of 0.5.' },
    ],
    [
      'names of members',
      z.record(z.string(), z.int()),
      { type: 'object', additionalProperties: { type: 'integer' } },
    ],
    [
      'listed names of members',
      z.partialRecord(z.enum(['a', 'b']), z.int()),
      {
        type: 'object',
        properties: { a: { type: 'integer' }, b: { type: 'integer' } },
        additionalProperties: false,
      },
    ],
    [
      'a tuple',
      z.tuple([z.number(), z.string().meta({ title: 'unit' })]),
      {
        type: 'array',
        items: { anyOf: [{ type: 'number' }, { type: 'string', title: 'unit' }] },
        minItems: 2,
        maxItems: 2,
        description: 'In this order: number, unit.',
      },
    ],
    [
      'null among types',
      z.string().max(3).nullable(),
      { anyOf: [{ type: 'string', maxLength: 3 }, { type: 'null' }] },
    ],
    [
      'one of several',
      z.discriminatedUnion('k', [z.object({ k: z.literal('a') }), z.object({ k: z.literal('b') })]),
      {
        anyOf: ['a', 'b'].map((k) => ({
          type: 'object',
          properties: { k: { type: 'string', enum: [k] } },
          required: ['k'],
        })),
      },
    ],
    [
      'unknown formats',
      z.url().describe('Where.'),
      { type: 'string', description: 'Where. Format: uri.' },
    ],
    ['keywords of nobody', z.string().meta({ 'x-order': 1, $comment: 'x' }), { type: 'string' }],
  ]
  test.each(rows)('%s', async (_name, schema, expected) => {
    const { app } = build()
    app.tool('one', { description: 'Is one.', params: { value: schema } }, () => null)
    const [tool] = await listTools(app, 'modern')
    expect(membersOf(tool?.inputSchema['properties'])['value']).toEqual(expected)
  })

  test('the list of 100 tools: at most 0.8 of what it was', async () => {
    const { app } = build()
    const returns = z.object({
      order_id: z.string(),
      customer_id: z.string(),
      sku: z.string(),
      quantity: z.number().int(),
      status: z.string(),
      total_cents: z.number().int(),
    })
    for (let index = 1; index <= 100; index++) {
      const name = index === 1 ? 'get_order' : `get_order_${index}`
      app.get(
        `/${name}/{order_id}`,
        {
          name,
          description: 'Fetch one order by id.',
          params: { order_id: z.string() },
          returns,
          tool: true,
        },
        () => null as never,
      )
    }
    const tools = await listTools(app, 'legacy')
    // 66,835 bytes with version 0.1, `bench/servers/trefoil.mjs` with TOOLS=100.
    expect(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } }).length).toBeLessThan(
      0.8 * 66_835,
    )
  })
})
