// MCP-11, FND-45: all arguments of a tool as one object. What clients are told is the author's, word for word; what is
// validated, approved and handed over is the object that was sent.
import { argumentsHash, body, createApp, dependency } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const DOCUMENT = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    place: { $anchor: 'place', type: 'object', properties: { city: { type: ['string', 'null'] } } },
  },
  properties: {
    to: { $ref: '#place' },
    from: { $ref: '#/$defs/place' },
    days: { type: 'integer' },
  },
  if: { required: ['days'] },
  else: { required: ['to'] },
  additionalProperties: false,
}
const PLACE = z.strictObject({ city: z.string().nullable() })
const TRIP = z
  .strictObject({ to: PLACE.optional(), from: PLACE.optional(), days: z.int().default(1) })
  .refine(({ to, from }) => to !== undefined || from !== undefined, 'Say where to, or where from')
const seen: unknown[] = []

function build() {
  const app = createApp({
    name: 'trips',
    log,
    approval: ({ token, argumentsHash: hash }) => token === hash,
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: (_request) => new AuthContext({ subject: 'ada' }),
      },
    ],
  })
  const db = dependency(() => 'the database')
  const input = body(TRIP, { jsonSchema: DOCUMENT })
  app.tool('plan', { description: 'P.', input, params: { db } }, ({ to, days, db: used }) => {
    seen.push({ to, days, used })
    return { days }
  })
  app.tool('book', { description: 'B.', input, needsApproval: true }, (trip) => {
    seen.push(trip)
    return trip
  })
  return app
}

beforeEach(() => {
  seen.length = 0
})

describe.each(['modern', 'legacy'] as const)('%s', (era) => {
  it('clients are told what was written, word for word', async () => {
    await using client = testClient(build())
    const { result } = await client.mcp.listTools({ era })
    const tools = result?.['tools'] as { inputSchema: unknown }[]
    expect(tools.map(({ inputSchema }) => inputSchema)).toEqual([DOCUMENT, DOCUMENT])
  })

  it('the handler is given the object, with defaults, and its dependencies', async () => {
    await using client = testClient(build())
    const { isSuccess } = await client.mcp.callTool('plan', { to: { city: 'Ulm' } }, { era })
    expect(isSuccess).toBe(true)
    expect(seen).toEqual([{ to: { city: 'Ulm' }, days: 1, used: 'the database' }])
  })

  it('what is wrong is named where it is', async () => {
    await using client = testClient(build())
    const wrong = await client.mcp.callTool('plan', { to: { city: 7 }, more: 1 }, { era })
    expect([wrong.isSuccess, seen]).toEqual([false, []])
    expect(wrong.text).toContain('"name":"to","pointer":"/to/city"')
    const nothing = await client.mcp.callTool('plan', {}, { era })
    expect(nothing.text).toContain('Say where to, or where from')
    for (const name of ['input', 'db', '__proto__']) {
      const args = JSON.parse(`{"to":{"city":null},"${name}":{}}`)
      expect((await client.mcp.callTool('plan', args, { era })).isSuccess, name).toBe(false)
    }
    expect(seen).toEqual([])
  })

  it('APPR-3: an approval is of the object as it was validated', async () => {
    await using client = testClient(build())
    const trip = { to: { city: 'Ulm' }, days: 2 }
    const approvalToken = argumentsHash('book', trip)
    const other = { to: { city: 'Ulm' }, days: 3 }
    expect((await client.mcp.callTool('book', other, { era, approvalToken })).isSuccess).toBe(false)
    expect((await client.mcp.callTool('book', trip, { era, approvalToken })).isSuccess).toBe(true)
    expect(seen).toEqual([trip])
    expect(Object.isFrozen(seen[0])).toBe(true)
  })
})

const INPUT = z.object({ a: z.string() })
const db = dependency(() => 1)
/** What the compiler refuses too, as JavaScript writes it. */
const WRONG: readonly (readonly [string, object, string])[] = [
  ['arguments besides', { params: { b: z.string() } }, "'b' cannot be an argument besides"],
  ['a dependency of the same name', { params: { a: db } }, "a member 'a', which is the name of"],
  ['the CLI', { cli: true }, 'input does not go with cli'],
  ['a cache', { cache: { for: '1m', per: 'caller' } }, 'input does not go with cache'],
  ['text', { input: z.string() }, "needs a JSON Schema with type: 'object'"],
  ['no schema', { input: {} }, 'input must be a Standard Schema of an object'],
  [
    'a schema that leads elsewhere',
    {
      input: body(INPUT, {
        jsonSchema: { type: 'object', properties: { a: { $ref: 'https://a.example/s' } } },
      }),
    },
    'cannot be given to agents',
  ],
  [
    'a header of nobody',
    {
      input: body(INPUT, {
        jsonSchema: { type: 'object', properties: { a: { 'x-mcp-header': 'A' } } },
      }),
    },
    "'x-mcp-header'",
  ],
]

it.each(WRONG)('%s stops the start', (_, more, message) => {
  const app = createApp({ name: 'wrong', log, publicSurfaces: ['mcp'] })
  app.tool('one', { description: 'O.', input: INPUT, ...more } as never, () => 1)
  expect(() => app.catalogue).toThrow(message)
})

it('on a route it stops the start', () => {
  const app = createApp({ name: 'wrong', log, publicSurfaces: ['api', 'mcp'] })
  app.post('/one', { name: 'one', description: 'O.', tool: true, input: INPUT } as never, () => 1)
  expect(() => app.catalogue).toThrow('input is for app.tool()')
})

it.each([
  ['Claude', { if: {}, properties: {} }, "'if' at the top"],
  ['Claude', { anyOf: [{}], properties: {} }, "'anyOf' at the top"],
  ['OpenAI', { not: {}, properties: {} }, "'not' at the top"],
  ['OpenAI', {}, 'no properties at the top'],
  ['Gemini', { properties: { a: { type: ['string', 'null'] } } }, 'a list of types'],
  ['Gemini', { properties: { a: { enum: [1] } } }, 'an enum of other values than text'],
  ['Gemini', { properties: { a: { type: 'array' } } }, 'a list without items'],
])('%s is known to refuse %j: a warning at the start', async (host, schema, why) => {
  const told: string[] = []
  const warn = (_: unknown, message: string) => void told.push(message)
  const app = createApp({
    name: 'hosts',
    publicSurfaces: ['mcp'],
    log: { logger: { ...log.logger, warn } },
  })
  const input = body(INPUT, { jsonSchema: { type: 'object', ...schema } })
  app.tool('one', { description: 'O.', input }, () => 1)
  await app.startup()
  expect(told).toContainEqual(
    `${host} does not take the input of 'one' (${why}); write it in other words, or declare params`,
  )
  await app.shutdown()
})
