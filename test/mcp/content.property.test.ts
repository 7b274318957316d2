// MCP 1.7: whatever is said in blocks comes to whoever reads the answer as it was said, in each revision.
import fc from 'fast-check'
import { type ContentBlock, content, createApp, reply } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'

type Wire = Readonly<Record<string, unknown>>

/** A block, what it says on the wire, and what has to be found of it in the oldest revision. */
interface Drawn {
  readonly block: ContentBlock
  readonly wire: Wire
}

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
/** Any text, halves of characters and line ends among it. */
const text = fc.string({ unit: 'binary', maxLength: 40 })
const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>
const more = fc
  .record(
    {
      annotations: fc.record(
        {
          audience: fc.subarray(['user', 'assistant'] as const),
          priority: fc.double({ min: 0, max: 1, noNaN: true }),
          lastModified: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }),
        },
        { requiredKeys: [] },
      ),
      meta: fc.dictionary(word, json, { maxKeys: 3 }),
    },
    { requiredKeys: [] },
  )
  .map((options) => {
    const { annotations, meta } = options
    const shown = annotations && {
      ...annotations,
      ...(annotations.lastModified && { lastModified: annotations.lastModified.toISOString() }),
    }
    const wire = { ...(shown && { annotations: shown }), ...(meta && { _meta: meta }) }
    return { options, wire: JSON.parse(JSON.stringify(wire)) as Wire }
  })
const uri = word.map((name) => `order://${name}`)
const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 })
const base64 = (of: Uint8Array) => Buffer.from(of).toString('base64')

const drawn: fc.Arbitrary<Drawn> = fc.oneof(
  fc.tuple(text, more).map(([said, { options, wire }]) => ({
    block: content.text(said, options),
    wire: { type: 'text', text: said, ...wire },
  })),
  fc
    .tuple(fc.constantFrom('image', 'audio'), bytes, fc.boolean(), word, more)
    .map(([type, of, asText, subtype, { options, wire }]) => {
      const mimeType = `${type}/${subtype}`
      const make = type === 'image' ? content.image : content.audio
      return {
        block: make(asText ? base64(of) : of, mimeType, options),
        wire: { type, data: base64(of), mimeType, ...wire },
      }
    }),
  fc
    .tuple(
      uri,
      word,
      fc.option(
        text.filter((said) => said !== ''),
        { nil: undefined },
      ),
      more,
    )
    .map(([where, name, description, { options, wire }]) => ({
      block: content.link(where, { name, ...(description && { description }), ...options }),
      wire: {
        type: 'resource_link',
        uri: where,
        name,
        ...(description && { description }),
        ...wire,
      },
    })),
  fc.tuple(uri, fc.oneof(text, bytes), more).map(([where, body, { options, wire }]) => ({
    block: content.embed(where, body, undefined, options),
    wire: {
      type: 'resource',
      resource: {
        uri: where,
        ...(typeof body === 'string' ? { text: body } : { blob: base64(body) }),
      },
      ...wire,
    },
  })),
)

test('MCP 1.7: nothing is lost, and the value comes beside it (property)', async () => {
  let returned: unknown
  const app = createApp({
    name: 'drawn',
    publicSurfaces: ['mcp'],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  })
  app.tool('act', { description: 'Acts.' }, () => returned as never)
  const { mcp } = testClient(app)
  await fc.assert(
    fc.asyncProperty(fc.array(drawn, { maxLength: 5 }), json, async (blocks, value) => {
      const given = fc.stringify(blocks)
      returned = reply(value, { content: blocks.map(({ block }) => block) })
      const modern = await mcp.callTool('act', {}, { era: 'modern' })
      const wires = blocks.map(({ wire }) => wire)
      expect(modern.content, given).toEqual(wires)
      const written: unknown = JSON.parse(JSON.stringify(value))
      if (value === null) expect(modern.result).not.toHaveProperty('structuredContent')
      else expect(modern.structuredContent).toEqual(written)

      const older = await mcp.callTool('act', {}, { era: 'legacy', protocolVersion: '2025-03-26' })
      expect(older.result).not.toHaveProperty('structuredContent')
      expect(older.content).toHaveLength(blocks.length + (value === null ? 0 : 1))
      blocks.forEach(({ wire }, at) => {
        const sent = older.content[at]
        if (wire['type'] !== 'resource_link') expect(sent).toEqual(wire)
        else {
          expect(sent?.['type']).toBe('text')
          for (const said of [wire['uri'], wire['name'], wire['description'] ?? '']) {
            expect(sent?.['text']).toContain(said)
          }
        }
      })
      if (value !== null) {
        const last = String(older.content.at(-1)?.['text'])
        expect(typeof value === 'string' ? last : JSON.parse(last)).toEqual(written)
      }
    }),
    { numRuns: Number(process.env['TREFOIL_RUNS'] ?? 100) },
  )
})
