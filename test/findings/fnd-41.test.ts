// FND-41: both official clients hold an answer to the advertised output schema after the action has
// run; what they refuse, an agent does again. So the schema contains every value that can be sent.
import fc from 'fast-check'
import { createApp, HttpError, handle, reply, returning } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Drawn, drawnSchemas, type Make, returnsOf } from '../properties/drawn-schemas.ts'
import { ANSWERED } from './answered-schemas.ts'
import { ask, ERAS, holdingTo, listTools } from './mcp-wire.ts'
import { ALL, ENV, Lines, membersOf } from './surfaces.ts'

const newApp = () =>
  createApp({ name: 'fnd-41', env: ENV, publicSurfaces: ALL, log: { logger: new Lines().logger } })

type App = ReturnType<typeof newApp>

const RUNS = Number(process.env['TREFOIL_RUNS'] ?? 8)

/** What a client of each era says of the answer that a tool gives. */
async function heldTo(app: App, name: string) {
  const complaints: string[] = []
  let refused = false
  for (const era of ERAS) {
    const schema = (await listTools(app, era)).find((tool) => tool.name === name)?.outputSchema
    const { structuredContent, isError, content } = await ask(app, era, 'tools/call', { name })
    refused ||= isError !== false
    if (schema === undefined || isError !== false) continue
    const found =
      structuredContent === undefined
        ? ['no structured content']
        : holdingTo(schema)(structuredContent)
    const seen = `${JSON.stringify(structuredContent)} by ${JSON.stringify(schema)}`
    complaints.push(...found.map((text) => `${era}, ${text}: ${seen} ${JSON.stringify(content)}`))
    // All that the older one takes, at the top of its list and of its answers.
    if (era === 'legacy') {
      expect(schema['type'], seen).toBe('object')
      expect(structuredContent, seen).toBeTypeOf('object')
    }
  }
  return { complaints, isError: refused }
}

describe('FND-41: what is sent is in the advertised schema, by draft-07 and by 2020-12', () => {
  const app = newApp()
  let held: unknown
  for (const [name, { returns }] of Object.entries(ANSWERED)) {
    app.tool(name, { description: 'Answers.', returns: returns as never }, () => held as never)
  }

  test.each(Object.keys(ANSWERED))('%s', async (name) => {
    let answered = 0
    await fc.assert(
      fc.asyncProperty(ANSWERED[name]?.values ?? fc.constant(null), async (value) => {
        held = value
        const { complaints, isError } = await heldTo(app, name)
        expect(complaints).toEqual([])
        if (!isError) answered++
      }),
      { numRuns: RUNS },
    )
    // What the server itself refuses has not been tested.
    expect(answered).toBe(RUNS)
  })

  test('whatever is put together of them', async () => {
    let answered = 0
    const waiting = { during: () => {} }
    const cases = drawnSchemas(waiting).chain((drawn: Drawn) =>
      fc.record({ drawn: fc.constant(drawn), make: drawn.values }),
    )
    await fc.assert(
      fc.asyncProperty(cases, async ({ drawn, make }: { drawn: Drawn; make: Make }) => {
        // A function in a place that is open to anything: what it returns is its author's affair.
        if (make.text.includes('ownToJson') && /\b(open|record)\b/.test(drawn.text)) return
        const one = newApp()
        one.tool('answer', { description: 'Answers.', returns: returnsOf(drawn) as never }, () => {
          return make() as never
        })
        try {
          await listTools(one, 'legacy')
        } catch (error) {
          expect(String(error)).toContain('JSON')
          return
        }
        const { complaints } = await heldTo(one, 'answer')
        expect(complaints, drawn.text).toEqual([])
        answered++
      }),
      { numRuns: RUNS * 6 },
    )
    expect(answered).toBeGreaterThan(RUNS)
  })
})

describe('FND-41: answers that `returns` has not made', () => {
  const Order = z.object({ id: z.string() })
  class Missing extends Error {}
  const build = (fallback: unknown) => {
    const app = newApp()
    app.tool(
      'read',
      {
        description: 'Reads.',
        returns: Order,
        errorHandlers: [handle(Missing, () => fallback)],
      },
      () => {
        throw new Missing()
      },
    )
    return app
  }

  test.each(ERAS)(
    '%s: what an error handler makes of it is an error, unless it is one',
    async (era) => {
      const odd = await ask(build({ sorry: true }), era, 'tools/call', { name: 'read' })
      expect(odd['isError']).toBe(true)
      expect(odd['structuredContent']).toBeUndefined()
      expect(JSON.stringify(odd['content'])).toContain('sorry')
      const fitting = await ask(build({ id: 'none' }), era, 'tools/call', { name: 'read' })
      expect(fitting).toMatchObject({ isError: false, structuredContent: { id: 'none' } })
      const status = build(reply({ id: 'none' }, { status: 404 }))
      expect(await ask(status, era, 'tools/call', { name: 'read' })).toMatchObject({
        isError: true,
      })
      expect((await heldTo(build({ sorry: true }), 'read')).complaints).toEqual([])
    },
  )

  test('bytes: a picture promises no structure; bytes for text are their base64', async () => {
    const app = newApp()
    const bytes = returning(z.instanceof(Uint8Array), {
      jsonSchema: { type: 'string', format: 'binary' },
    })
    const png = { 'content-type': 'image/png' }
    app.tool('picture', { description: 'Draws.', returns: bytes, headers: png }, () => {
      return new Uint8Array([1])
    })
    app.tool('blob', { description: 'Reads.', returns: bytes }, () => {
      return reply(new Uint8Array([1]), { headers: png })
    })
    const tools = await listTools(app, 'legacy')
    expect(tools.map(({ outputSchema }) => outputSchema !== undefined)).toEqual([false, true])
    for (const name of ['picture', 'blob']) {
      expect(await heldTo(app, name)).toEqual({ complaints: [], isError: false })
    }
    const { structuredContent } = await ask(app, 'modern', 'tools/call', { name: 'blob' })
    expect(structuredContent).toBe('AQ==')
  })
})

test('FND-41: what is left says what an answer is', async () => {
  const app = newApp()
  const Item = z.object({
    id: z.uuid().describe('Of the shop.'),
    kind: z.enum(['a', 'b']),
    count: z.int().positive(),
    at: z.date(),
    note: z.string().max(10).optional(),
  })
  app.tool('items', { description: 'Lists.', returns: z.object({ items: z.array(Item) }) }, () => {
    throw new HttpError(404, 'None')
  })
  const [tool] = await listTools(app, 'modern')
  const { items } = membersOf(membersOf(tool?.outputSchema)['properties'])
  expect(items).toEqual({
    type: 'array',
    items: {
      type: 'object',
      properties: {
        id: { type: 'string', description: 'Of the shop. Format: uuid.' },
        kind: { type: 'string', enum: ['a', 'b'] },
        count: { type: 'integer', minimum: 1 },
        at: { type: 'string', description: 'Format: date-time.' },
        note: { type: 'string' },
      },
      required: ['id', 'kind', 'count', 'at'],
    },
  })
})
