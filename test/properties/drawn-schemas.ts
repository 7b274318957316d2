// Schemas of every kind zod has, each with values that mostly fit, for tests of what `returns` lets
// through.
import fc from 'fast-check'
import { type EncodedSchema, encoded } from 'trefoil'
import { z } from 'zod'

/** Stands in members that no schema names; must never leave. */
export const SECRET = 'S3CRET'

/** A value is made anew for everybody: what one does to it the other must not see. */
export interface Make {
  (): unknown
  readonly text: string
}

/** Called by every refinement that waits, behind its wait. */
export interface Waiting {
  during: () => void
}

export interface Drawn {
  readonly schema: z.ZodType
  readonly text: string
  readonly values: fc.Arbitrary<Make>
  /** True when its answer has to be waited for. */
  readonly isAsync: boolean
  /** True when it can only be used the way back. */
  readonly isCodec: boolean
}

export function made(text: string, make: () => unknown): Make {
  return Object.assign(make, { text, [fc.toStringMethod]: () => text })
}

function drawn(
  text: string,
  schema: z.ZodType,
  values: fc.Arbitrary<Make>,
  from: readonly Drawn[] = [],
  own: Partial<Pick<Drawn, 'isAsync' | 'isCodec'>> = {},
): Drawn {
  const isAsync = own.isAsync ?? from.some((one) => one.isAsync)
  const isCodec = own.isCodec ?? from.some((one) => one.isCodec)
  const all = { text, schema, values, isAsync, isCodec }
  return Object.assign(all, { [fc.toStringMethod]: () => text })
}

/** What the handler is promised to give, and what leaves. */
export function returnsOf({ schema, isCodec }: Drawn): z.ZodType | EncodedSchema<unknown, unknown> {
  return isCodec ? encoded(schema) : schema
}

/** What the schema makes of a value, asked of zod alone; `null` for a refusal. */
export async function madeBy(
  { schema, isCodec }: Drawn,
  value: unknown,
): Promise<{ readonly data: unknown } | null> {
  const result = isCodec
    ? await z.safeEncodeAsync(schema, value)
    : await z.safeParseAsync(schema, value)
  return result.success ? { data: result.data } : null
}

function constants(...values: readonly unknown[]): fc.Arbitrary<Make> {
  return fc.constantFrom(
    ...values.map((value) => made(JSON.stringify(value) ?? String(value), () => value)),
  )
}

const texts = constants('', 'a', 'b', 'abc', ' a ', 'a@b.co', '7')
const numbers = constants(0, 1, -1, 2.5, Number.NaN)
const truths = constants(true, false)
const dates = fc.constantFrom(0, 1e12).map((at) => made(`date ${at}`, () => new Date(at)))
const bigints = fc.constantFrom(1n, 2n).map((n) => made(`${n}n`, () => n))
const anything = fc.oneof(texts, numbers, truths, dates, constants(null, undefined))

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})
const digits = z.codec(z.string(), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (number) => String(number),
})

function leaves(waiting: Waiting): readonly Drawn[] {
  const pause = async (): Promise<true> => {
    await null
    waiting.during()
    return true
  }
  const slow = { isAsync: true } as const
  return [
    drawn('string', z.string(), texts),
    drawn('int', z.int(), numbers),
    drawn('number', z.number(), numbers),
    drawn('boolean', z.boolean(), truths),
    drawn('null', z.null(), constants(null)),
    drawn('literal', z.literal(['a', 1]), constants('a', 1)),
    drawn('enum', z.enum(['a', 'b']), texts),
    drawn('email', z.email(), texts),
    drawn('unknown', z.unknown(), anything),
    drawn('any', z.any(), anything),
    drawn('date', z.date(), dates),
    drawn('min', z.string().min(1), texts),
    drawn('trim', z.string().trim(), texts),
    drawn(
      'refined',
      z.string().refine((text) => text !== 'a'),
      texts,
    ),
    drawn('default', z.string().default('d'), texts),
    drawn('prefault', z.string().prefault('p'), texts),
    drawn('catch', z.string().catch('c'), anything),
    drawn('coerced', z.coerce.string(), anything),
    drawn(
      'mapped',
      z
        .string()
        .transform((text) => text.length)
        .pipe(z.number()),
      texts,
    ),
    drawn(
      'lazy',
      z.lazy(() => z.string()),
      texts,
    ),
    drawn('branded', z.string().brand('id'), texts),
    drawn('slow', z.string().refine(pause), texts, [], slow),
    drawn('slow any', z.any().refine(pause), anything, [], slow),
    drawn(
      'slow check',
      z.string().superRefine(async (_, context) => {
        if (!(await pause())) context.addIssue('never')
      }),
      texts,
      [],
      slow,
    ),
  ]
}

/** The way back: what handlers hold, and text that is sent for it. */
const codecs: readonly Drawn[] = [
  drawn('iso date', isoDate, dates, [], { isCodec: true }),
  drawn('digits', digits, bigints, [], { isCodec: true }),
  drawn(
    'slow digits',
    z.codec(z.string(), z.bigint(), {
      decode: async (text) => BigInt(text),
      encode: async (number) => String(number),
    }),
    bigints,
    [],
    { isCodec: true, isAsync: true },
  ),
]

type Shape = Readonly<Record<string, Drawn>>

/** What a schema is drawn for. */
interface Site {
  readonly waiting: Waiting
  /** True when parts of it may be answered late. */
  readonly mayWait: boolean
}

// Objects, in the ways in which JavaScript lets one stand for another.

type Members = readonly (readonly [key: string, make: Make])[]

function plain(members: Members): Record<string, unknown> {
  return Object.fromEntries(members.map(([key, make]) => [key, make()]))
}

class Row {
  password = SECRET
}

const dresses: Readonly<Record<string, (members: Members) => object>> = {
  plain,
  more: (members) => ({ password: SECRET, ...plain(members), hash: [SECRET] }),
  bare: (members) => Object.assign(Object.create(null), plain(members), { password: SECRET }),
  getters: (members) =>
    Object.defineProperties(
      { password: SECRET },
      Object.fromEntries(members.map(([key, get]) => [key, { get, enumerable: true }])),
    ),
  hidden: (members) => Object.defineProperty(plain(members), 'password', { value: SECRET }),
  proxy: (members) => new Proxy({ password: SECRET, ...plain(members) }, {}),
  frozen: (members) => Object.freeze({ password: SECRET, ...plain(members) }),
  ownToJson: (members) => ({ ...plain(members), toJSON: () => SECRET }),
}
/**
 * Open: engine/answer/snapshot.ts reads every member, drops symbols (zod's records refuse them) and
 * keeps instances as they are; so these are
 * drawn only for schemas that need not wait (waiting-answers.test.ts shows what happens otherwise).
 */
const uncopied: typeof dresses = {
  symbols: (members) => ({ ...plain(members), [Symbol(SECRET)]: SECRET }),
  throwing: (members) => ({
    ...plain(members),
    get password(): string {
      throw new Error(SECRET)
    },
  }),
  instance: (members) => Object.assign(new Row(), plain(members)),
  inherited: (members) => Object.create({ password: SECRET, ...plain(members) }),
}

function objects(shape: Shape, mayWait: boolean): fc.Arbitrary<Make> {
  const known = mayWait ? dresses : { ...dresses, ...uncopied }
  const members = fc.tuple(
    ...Object.entries(shape).map(([key, { values }]) =>
      fc.tuple(fc.constant(key), values, fc.integer({ min: 0, max: 12 })),
    ),
  )
  return fc.tuple(members, fc.constantFrom(...Object.keys(known))).map(([drawnMembers, name]) => {
    const kept = drawnMembers.filter(([, , gone]) => gone > 0)
    const pairs = kept.map(([key, make]) => [key, make] as const)
    const text = pairs.map(([key, make]) => `${key}: ${make.text}`).join(', ')
    return made(`${name} { ${text} }`, () => known[name]?.(pairs))
  })
}

function lists(items: fc.Arbitrary<readonly Make[]>): fc.Arbitrary<Make> {
  return items.map((makes) =>
    made(`[${makes.map(({ text }) => text).join(', ')}]`, () => makes.map((make) => make())),
  )
}

function wrapped(inner: Drawn, mayWait: boolean): fc.Arbitrary<Drawn> {
  const { schema, values, text } = inner
  const none = fc.oneof({ weight: 3, arbitrary: values }, constants(null, undefined))
  return fc.constantFrom(
    drawn(`optional(${text})`, schema.optional(), none, [inner]),
    drawn(`nullable(${text})`, schema.nullable(), none, [inner]),
    drawn(`nullish(${text})`, schema.nullish(), none, [inner]),
    drawn(`readonly(${text})`, schema.readonly(), values, [inner]),
    drawn(`piped(${text})`, z.any().pipe(schema), values, [inner]),
    drawn(`array(${text})`, z.array(schema), lists(fc.array(values, { maxLength: 3 })), [inner]),
    drawn(`tuple(${text})`, z.tuple([schema]), lists(fc.tuple(values)), [inner]),
    drawn(
      `record(${text})`,
      z.record(z.string(), schema),
      objects({ a: inner, b: inner }, mayWait),
      [inner],
    ),
  )
}

function objectsOf(shape: Shape, { waiting, mayWait }: Site): fc.Arbitrary<Drawn> {
  const members = Object.fromEntries(
    Object.entries(shape).map(([key, { schema }]) => [key, schema]),
  )
  const text = `{ ${Object.entries(shape)
    .map(([key, one]) => `${key}: ${one.text}`)
    .join(', ')} }`
  const from = Object.values(shape)
  const values = objects(shape, mayWait)
  const slow = async () => {
    await null
    waiting.during()
    return true
  }
  const object = z.object(members)
  const kinds = [
    drawn(`object ${text}`, object, values, from),
    drawn(`strict ${text}`, z.strictObject(members), values, from),
    drawn(`open ${text}`, z.looseObject(members), values, from),
    drawn(`catchall ${text}`, object.catchall(z.string()), values, from),
    drawn(
      `lazy ${text}`,
      z.lazy(() => object),
      values,
      from,
    ),
    drawn(
      `refined ${text}`,
      object.refine(() => true),
      values,
      from,
    ),
    drawn(`both ${text}`, z.intersection(object, z.object({ c: z.unknown() })), values, from),
    drawn(`one of ${text}`, z.union([z.object({ kind: z.literal('x') }), object]), values, from),
    drawn(
      `tagged ${text}`,
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('x'), ...members }),
        z.object({ kind: z.literal('y') }),
      ]),
      objects({ kind: drawn('', z.any(), constants('x', 'y')), ...shape }, mayWait),
      from,
    ),
  ]
  if (mayWait) kinds.push(drawn(`slow ${text}`, object.refine(slow), values, from))
  return fc.constantFrom(...kinds)
}

/** An object of anything; for `returns` of a route. */
export function drawnSchemas(waiting: Waiting): fc.Arbitrary<Drawn> {
  return fc.boolean().chain((mayWait) => {
    const site = { waiting, mayWait }
    const drawable = (all: readonly Drawn[]) => all.filter(({ isAsync }) => mayWait || !isAsync)
    const usual = leaves(waiting)
    // zod encodes only what it can also decode.
    const twoWay = usual.filter(({ text }) => TWO_WAY.has(text))
    return fc.oneof(
      { weight: 3, arbitrary: roots(drawable(usual), site) },
      { weight: 1, arbitrary: roots(drawable([...codecs, ...twoWay]), site) },
    )
  })
}

const TWO_WAY: ReadonlySet<string> = new Set(['string', 'int', 'literal', 'unknown', 'slow'])

function roots(leaf: readonly Drawn[], site: Site): fc.Arbitrary<Drawn> {
  const keys = fc.constantFrom('a', 'b', 'toJSON', 'constructor')
  const shape = (member: fc.Arbitrary<Drawn>) => fc.dictionary(keys, member, { maxKeys: 3 })
  const { member } = fc.letrec<{ member: Drawn }>((tie) => ({
    member: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 3, arbitrary: fc.constantFrom(...leaf) },
      { weight: 2, arbitrary: tie('member').chain((one) => wrapped(one, site.mayWait)) },
      { weight: 2, arbitrary: shape(tie('member')).chain((one) => objectsOf(one, site)) },
    ),
  }))
  return shape(member).chain((one) => objectsOf(one, site))
}
