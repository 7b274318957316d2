// Every construct of zod that has a JSON form, with values that it lets through: those at which
// libraries and validators disagree, and drawn ones.
import fc from 'fast-check'
import { type EncodedSchema, encoded, returning } from 'trefoil'
import { z } from 'zod'

export interface Answered {
  readonly returns: z.ZodType | EncodedSchema<unknown, unknown>
  /** What a handler returns. */
  readonly values: fc.Arbitrary<unknown>
}

function given(returns: Answered['returns'], ...values: readonly unknown[]): Answered {
  return { returns, values: fc.constantFrom(...values) }
}

function drawn(returns: Answered['returns'], values: fc.Arbitrary<unknown>): Answered {
  return { returns, values }
}

interface Tree {
  readonly v: string
  readonly kids: readonly Tree[]
}
const Node = z.object({
  v: z.string(),
  get kids() {
    return z.array(Node)
  },
})
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    v: fc.string(),
    kids: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('tree'), { maxLength: 2 })),
  }),
}))
const Slug = z.string().meta({ id: 'Slug' })
const Named = z.object({ slug: Slug }).meta({ id: 'Named' })
const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})
const big = z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String })
const byHand = (jsonSchema: Readonly<Record<string, unknown>>) =>
  returning(z.any(), { jsonSchema }) as unknown as z.ZodType

const strings: Readonly<Record<string, Answered>> = {
  text: drawn(z.string(), fc.string({ unit: 'binary' })),
  emoji_lengths: given(z.string().min(2).max(2), '👍👍', 'ab'),
  exact_length: given(z.string().length(2), '👍👍', 'ab'),
  flag_i: given(z.string().regex(/^sku-[a-z]+$/i), 'SKU-A'),
  flag_s: given(z.string().regex(/^a.b$/s), 'a\nb'),
  flag_m: given(z.string().regex(/^b$/m), 'a\nb'),
  no_u: given(z.string().regex(/^sku-[a-z]+$/), 'sku-a'),
  lookbehind: given(z.string().regex(/(?<=a)b/), 'ab'),
  several: given(z.string().startsWith('a').endsWith('b').includes('x'), 'axb'),
  template: given(z.templateLiteral(['a', z.number()]), 'a1', 'a-1.5'),
  url: given(z.url(), 'https://é.example/ü?q=é', 'http://[::1]/', 'a:b', 'https://x.y/ z'),
  email: given(z.email(), 'a@b-.co', "o'neil@x.co", 'a@b.co'),
  any_email: given(z.email({ pattern: z.regexes.unicodeEmail }), 'é@é.co', 'é@b.co'),
  uuid: drawn(z.uuid(), fc.uuid()),
  guid: given(z.guid(), 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
  instant: given(z.iso.datetime({ local: true, offset: true }), '2020-01-01T00:00:00'),
  to_minutes: given(z.iso.datetime({ precision: -1 }), '2020-01-01T00:00Z'),
  calendar_date: given(z.iso.date(), '2024-02-29', '0000-02-29'),
  time: given(z.iso.time(), '00:00', '23:59:59.999'),
  duration: given(z.iso.duration(), 'P1Y', 'PT1.5S', 'P1W'),
  ip: given(z.ipv6(), '::', '::ffff:1.2.3.4', 'fe80::1'),
  cidr: given(z.cidrv4(), '10.0.0.0/8'),
  codes: given(z.union([z.base64(), z.base64url(), z.e164(), z.ulid()]), '', 'AA==', '+1234567890'),
  hostname: given(z.hostname(), 'localhost', 'a.b'),
  smile: given(z.emoji(), '👍', '🇩🇪'),
  bounded_date: given(z.date().min(new Date(0)), new Date(0), new Date(8.64e15)),
  date: drawn(z.date(), fc.date({ noInvalidDate: true })),
}

const numbers: Readonly<Record<string, Answered>> = {
  number: drawn(z.number(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  cents: drawn(
    z.number().multipleOf(0.01),
    fc.integer({ min: 0, max: 1e6 }).map((cents) => Number((cents / 100).toFixed(2))),
  ),
  tenths: given(z.number().multipleOf(0.1), 0.3, 0.7, 19.9),
  fives: given(z.number().multipleOf(5), 0, 5, 1e21),
  int: drawn(z.int(), fc.maxSafeInteger()),
  ends: given(z.int(), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -0),
  int32: drawn(z.int32(), fc.integer()),
  uint32: given(z.uint32(), 0, 4_294_967_295),
  float32: given(z.float32(), 3.4028234663852886e38, 1e-45),
  positive: drawn(
    z.number().positive(),
    fc.double({ min: Number.MIN_VALUE, noNaN: true, max: 1e308 }),
  ),
  between: given(z.number().gt(0.1).lt(0.3), 0.2, 0.1 + Number.EPSILON),
  whole_between: given(z.int().gt(0).lt(3), 1, 2),
  literals: given(z.literal(['a', 1, null, true]), 'a', 1, null, true),
  native: given(z.enum({ A: 0, B: 'b' }), 0, 'b'),
  digits: drawn(encoded(big), fc.bigInt()),
  encoded_date: given(encoded(z.object({ at: isoDate })), { at: new Date(0) }),
  stringbool: given(z.stringbool(), 'yes', 'no'),
}

const absent: Readonly<Record<string, Answered>> = {
  optional_text: given(z.string().optional(), undefined, 'a'),
  optional_object: given(z.object({ a: z.string() }).optional(), undefined, { a: '' }),
  nullish: given(z.object({ a: z.string().nullish(), b: z.string().nullable() }), { b: null }),
  exact: given(z.object({ a: z.exactOptional(z.string()) }), {}, { a: '' }),
  item: given(z.array(z.string().optional()), [undefined, 'a']),
  unknown_item: given(z.array(z.unknown()), [undefined, null, 1]),
  part: given(z.tuple([z.string().optional(), z.number().optional()]), [], [undefined, 1]),
  rest: given(z.tuple([z.string()], z.number().optional()), ['a'], ['a', undefined, 1]),
  unknown_member: given(z.object({ a: z.unknown(), b: z.any() }), { a: undefined, b: undefined }),
  both_optional: given(
    z.object({ a: z.intersection(z.string().optional(), z.string().optional()) }),
    { a: undefined },
  ),
  late_optional: given(z.object({ a: z.lazy(() => z.string().optional()) }), { a: undefined }),
  slow_optional: given(
    z
      .string()
      .optional()
      .refine(async () => true),
    undefined,
    'a',
  ),
  piped_optional: given(z.object({ a: z.any().pipe(z.union([z.string(), z.any()])) }), {
    a: undefined,
  }),
  encoded_optional: given(encoded(z.object({ at: isoDate.optional() })), { at: undefined }),
  preset: given(z.object({ a: z.string().default('d'), b: z.string().prefault('p') }), {}),
  caught: given(z.object({ a: z.string().catch('c') }), { a: 7 }),
  enum_record: given(z.record(z.enum(['a', 'b']), z.number().optional()), { a: 1, b: undefined }),
  never: given(z.object({ n: z.never().optional() }), {}),
}

const shapes: Readonly<Record<string, Answered>> = {
  tuple: given(z.tuple([z.string(), z.number()]), ['a', 1]),
  tuple_rest: given(z.tuple([z.string()], z.boolean()), ['a'], ['a', true, false]),
  tuple_member: given(z.object({ at: z.tuple([z.number(), z.string()]) }), { at: [1, 'a'] }),
  record: drawn(z.record(z.string(), z.number()), fc.dictionary(fc.string(), fc.integer())),
  short_keys: given(z.record(z.string().max(1), z.number()), { a: 1 }, { b: 2 }),
  number_keys: given(z.record(z.string().regex(/^\d-\d$/), z.number()), { '1-2': 1 }),
  some_keys: given(z.partialRecord(z.enum(['a', 'b']), z.number()), {}, { a: 1 }),
  loose_keys: given(z.looseRecord(z.string().regex(/^x/), z.number()), { x: 1, y: 'other' }),
  open: given(z.looseObject({ a: z.string() }), { a: '', b: [1] }),
  strict: given(z.strictObject({ a: z.string() }), { a: '' }),
  catchall: given(z.object({ a: z.string() }).catchall(z.number()), { a: '', b: 1 }),
  closed_both: given(z.intersection(z.object({ a: z.string() }), z.object({ b: z.string() })), {
    a: '',
    b: '',
  }),
  closed_and_union: given(
    z.intersection(
      z.object({ a: z.string() }),
      z.union([z.object({ b: z.string() }), z.object({ c: z.string() })]),
    ),
    { a: '', b: '' },
    { a: '', c: '' },
  ),
  tree: drawn(Node, tree),
  trees: drawn(z.array(Node), fc.array(tree, { maxLength: 3 })),
  json: drawn(z.json(), fc.jsonValue()),
  any: drawn(z.any(), fc.jsonValue()),
  shared: given(z.object({ a: Slug, b: Named, c: z.array(Named) }), {
    a: '',
    b: { slug: '' },
    c: [{ slug: '' }],
  }),
  shared_root: given(Named, { slug: 'a' }),
  tagged: given(
    z.discriminatedUnion('k', [
      z.object({ k: z.literal('a') }),
      z.object({ k: z.literal('b'), n: z.number() }),
    ]),
    { k: 'a' },
    { k: 'b', n: 0.5 },
  ),
  // Less is said about each choice, so that several fit.
  either: given(z.xor([z.email(), z.url()]), 'a@b.co', 'https://x.y'),
  nullable: given(z.object({ a: z.string() }).nullable(), null, { a: '' }),
  scalars: given(z.union([z.string(), z.null(), z.number()]), null, '', 0),
  few: given(z.array(z.int()).min(1).max(2), [1], [1, 2]),
  mapped: given(
    z
      .string()
      .transform((text) => text.length)
      .pipe(z.number()),
    'abc',
  ),
  readonly: given(z.readonly(z.array(z.string().brand('x'))), ['a']),
  replacing: given(z.object({ toJSON: z.any() }), { toJSON: () => 'text' }, { toJSON: 1 }),
  // Of a plain object zod takes what it inherits, and refuses that.
  inherited: given(
    z.object({ constructor: z.string().optional(), valueOf: z.string() }),
    Object.assign(Object.create(null), { valueOf: '' }),
  ),
  odd_names: given(
    z.object({ ['$ref']: z.string(), properties: z.string(), ['a/b~c']: z.string() }),
    { ['$ref']: '#', properties: '', 'a/b~c': '' },
  ),
}

const written: Readonly<Record<string, Answered>> = {
  self: given(
    byHand({ type: 'array', items: { type: 'object', properties: { kids: { $ref: '#' } } } }),
    [{ kids: [{ kids: [] }] }],
  ),
  pointer: given(
    byHand({
      type: 'array',
      items: {
        type: 'object',
        properties: { kids: { type: 'array', items: { $ref: '#/items' } } },
      },
    }),
    [{ kids: [{ kids: [] }] }],
  ),
  with_id: given(
    byHand({
      $id: 'https://x.example/y',
      type: 'object',
      properties: { a: { $ref: '#/$defs/X' }, b: { $ref: 'y#b' }, c: { $dynamicRef: '#d' } },
      $defs: {
        X: { type: 'string' },
        B: { $anchor: 'b', type: 'number' },
        D: { $dynamicAnchor: 'd' },
      },
    }),
    { a: '', b: 1, c: [] },
  ),
  embedded: given(
    byHand({
      type: 'array',
      items: { $ref: 'item.json' },
      definitions: {
        I: {
          $id: 'item.json',
          type: 'object',
          properties: { a: { $ref: '#/$defs/A' } },
          $defs: { A: { type: 'null' } },
        },
      },
    }),
    [{ a: null }],
  ),
  draft_4: given(
    byHand({ type: 'number', minimum: 0, exclusiveMinimum: true, id: 'x', required: true }),
    1,
  ),
  draft_7_tuple: given(
    byHand({ type: 'array', items: [{ type: 'string' }], additionalItems: { type: 'number' } }),
    ['a', 1],
  ),
  required_anything: given(byHand({ type: 'object', properties: { a: {} }, required: ['a'] }), {}),
  open_tuple: given(byHand({ type: 'array', prefixItems: [{ type: 'string' }] }), ['a', 1]),
  odd: given(
    byHand({
      type: ['any', 'file'],
      enum: [],
      anyOf: [],
      pattern: '(',
      properties: { a: true, b: false },
    }),
    1,
    {},
  ),
  conditional: given(
    byHand({
      type: 'object',
      if: { properties: { a: { maxLength: 1 } } },
      else: { required: ['b'] },
      not: { properties: { a: { format: 'uri' } }, required: ['a'] },
      dependentRequired: { a: ['c'] },
      unevaluatedProperties: false,
    }),
    { a: '👍' },
  ),
}

export const ANSWERED: Readonly<Record<string, Answered>> = {
  ...strings,
  ...numbers,
  ...absent,
  ...shapes,
  ...written,
}
