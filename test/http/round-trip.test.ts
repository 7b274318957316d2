import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseStrictJson } from '../../packages/trefoil/src/base/json/strict-json.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'

// ajv-formats is CommonJS: its default export is the module itself in one loader, a member in another.
const addFormats = (Reflect.get(formats, 'default') ?? formats) as typeof formats.default

interface Node {
  readonly name: string
  readonly children: readonly Node[]
}
const Tree: z.ZodType<Node> = z.object({
  name: z.string(),
  get children() {
    return z.array(Tree)
  },
})
enum Level {
  Low = 1,
  High = 2,
}

const TABLE: readonly (readonly [string, z.ZodType, readonly unknown[]])[] = [
  ['text', z.string().min(2).max(4), ['ab', 'a', 'abcde', 'é😀']],
  ['pattern', z.string().regex(/^[a-c]+$/), ['abc', 'abd', '']],
  ['e-mail', z.email(), ['a@example.com', 'a@', 'x']],
  ['uuid', z.uuid(), ['123e4567-e89b-42d3-a456-426614174000', '123e4567']],
  ['ISO date', z.iso.date(), ['2026-02-28', '2026-02-30', '28.2.2026']],
  ['ISO date-time', z.iso.datetime(), ['2026-02-28T10:00:00Z', '2026-02-28']],
  ['integer', z.int(), [1, -1, 0, 1.5, 9007199254740991, 9007199254740992]],
  ['number with bounds', z.number().gt(0).lte(10), [0.1, 0, 10, 11]],
  ['multiple', z.int().multipleOf(5), [5, 6, 0]],
  ['boolean', z.boolean(), [true, 'true', 1]],
  ['enum', z.enum(['a', 'b']), ['a', 'c', 0]],
  ['numeric enum', z.enum(Level), [1, 2, 3, 'Low']],
  ['literals', z.literal(['x', 1, true, null]), ['x', 1, true, null, false]],
  ['nullable', z.int().nullable(), [null, 1, 'x']],
  ['optional', z.string().optional(), ['x', 1]],
  ['default', z.int().default(3), [3, 'x']],
  ['union', z.union([z.int(), z.array(z.string())]), [1, ['a'], [1], 'x']],
  [
    'discriminated union',
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), a: z.int() }),
      z.object({ kind: z.literal('b'), b: z.string() }),
    ]),
    [{ kind: 'a', a: 1 }, { kind: 'b', a: 1 }, { kind: 'c' }],
  ],
  [
    'intersection',
    z.intersection(z.object({ a: z.int() }), z.object({ b: z.int() })),
    [{ a: 1, b: 2 }, { a: 1 }],
  ],
  ['array with bounds', z.array(z.int()).min(1).max(2), [[1], [], [1, 2, 3], ['x']]],
  ['tuple', z.tuple([z.string(), z.int()]), [['a', 1], ['a'], ['a', 1, 2], [1, 'a']]],
  ['record', z.record(z.string(), z.int()), [{}, { a: 1 }, { a: 'x' }, []]],
  ['object', z.object({ a: z.int(), b: z.string().optional() }), [{ a: 1 }, { a: 1, c: 2 }, {}]],
  ['strict object', z.strictObject({ a: z.int() }), [{ a: 1 }, { a: 1, b: 2 }]],
  ['nested defaults', z.object({ a: z.int().default(1) }), [{}, { a: 2 }, { a: null }]],
  [
    'renamed',
    z.object({ old: z.int() }).transform(({ old }) => ({ fresh: old })),
    [{ old: 1 }, { fresh: 1 }],
  ],
  ['transformed', z.string().transform(({ length }) => length), ['1', 1]],
  [
    'recursive',
    Tree,
    [
      { name: 'a', children: [] },
      { name: 'a', children: [{ name: 'b', children: [] }] },
      { name: 'a', children: [{ name: 'b' }] },
      { name: 'a', children: [1] },
    ],
  ],
  ['anything', z.unknown(), [1, null, {}, 'x']],
]

/** Anything JSON can say within what the strict reader accepts, small. */
const json = fc
  .jsonValue({ maxDepth: 3 })
  .filter((value) => parseStrictJson(JSON.stringify(value)).ok)

/** A sample with one of its values replaced: near misses find more than noise does. */
function near(samples: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...samples), fc.nat(8), json)
    .map(([sample, at, other]) => replace(sample, at, other))
}

function replace(value: unknown, at: number, other: unknown): unknown {
  if (at === 0 || typeof value !== 'object' || value === null) return at === 0 ? other : value
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      index === (at - 1) % 3 ? replace(item, at - 1, other) : item,
    )
  }
  const entries = Object.entries(value)
  return Object.fromEntries(
    entries.map(([key, item], index) => [
      key,
      index === (at - 1) % entries.length ? replace(item, at - 1, other) : item,
    ]),
  )
}

function subject(schema: z.ZodType) {
  const app = createApp({ log: { logger: { debug() {}, info() {}, warn() {}, error() {} } } })
  const options = { description: 'Takes a value.', cli: true, params: { value: schema } }
  app.action('take', options, () => 'taken')
  const [action] = app.catalogue.actions
  const ajv = new Ajv2020({ strict: false })
  addFormats(ajv)
  const advertised = ajv.compile(action?.inputSchema ?? {})
  const local = app.localActions({ headers: [] })
  const accepts = async (args: Record<string, unknown>) => {
    const answer = await local.call({ action: 'take', arguments: args })
    if (!('error' in answer)) return true
    expect(answer.error.code).toBe('VALIDATION_ERROR')
    return false
  }
  return { advertised, accepts }
}

describe('W-33: what is advertised is what is accepted', () => {
  test.each(TABLE)('%s', async (_, schema, samples) => {
    const { advertised, accepts } = subject(schema)
    const agree = async (args: Record<string, unknown>) => {
      // What cannot be sent cannot disagree.
      const sent = JSON.parse(JSON.stringify(args)) as Record<string, unknown>
      // Null is more than is advertised: where the argument is optional it is nothing (FND-46).
      const { value, ...rest } = sent
      const valid = advertised(sent) || (value === null && advertised(rest))
      expect({ sent, valid: await accepts(sent) }).toEqual({ sent, valid })
    }
    await agree({})
    await agree({ value: samples[0], other: 1 })
    for (const value of samples) await agree({ value })
    expect(await accepts({ value: samples[0] })).toBe(true)
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, near(samples)), (value) => agree({ value })),
      { numRuns: 60 },
    )
  })
})
