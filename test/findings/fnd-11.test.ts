// FND-11: an argument that was not sent is not made of `null` or `undefined` by a schema that converts.
// What went wrong: a model that forgets an amount pays 0, and its dry run has the hash of paying 0.
import { createApp, field, header, query } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ALL, alike, ENV, everywhere, type Json, Lines, membersOf, on } from './surfaces.ts'

type Schema = z.ZodType | ReturnType<typeof standard>

const day = z.codec(z.iso.date(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString().slice(0, 10),
})
const toNumber = z.preprocess((value) => Number(value), z.int())

/** A schema of no library that is known. */
function standard(validate: (value: unknown) => unknown, document: Json) {
  const json = { jsonSchema: { input: () => document } }
  return { '~standard': { version: 1, vendor: 'own', validate, ...json } } as unknown as z.ZodType
}

const REQUIRED: Readonly<Record<string, Schema>> = {
  'z.string()': z.string(),
  'z.coerce.number()': z.coerce.number(),
  'z.coerce.boolean()': z.coerce.boolean(),
  'z.coerce.string()': z.coerce.string(),
  'z.preprocess(Number)': toNumber,
  'z.preprocess that makes a value of nothing': z.preprocess((value) => value ?? 0, z.int()),
  'z.preprocess before an optional one': z.preprocess((value) => value, z.int().optional()),
  'z.preprocess before a nullable one': z.preprocess((value) => value ?? null, z.int().nullable()),
  'a transform that takes anything': z.any().transform((value: string) => value.length),
  'a pipe': z.string().transform(Number).pipe(z.int()),
  'a pipe from an optional one that refuses in the end': z
    .string()
    .optional()
    .pipe(z.coerce.number()),
  'a codec': day,
  'z.lazy of a coercion': z.lazy(() => z.coerce.boolean()),
  '.nonoptional()': z.string().optional().nonoptional(),
  'a default in the document alone': z.string().meta({ default: 'x' }),
  'a refinement that refuses undefined': z.any().refine((value) => value !== undefined),
  'null taken and not named': z.unknown().refine((value) => value === null),
  'null named, and another value made of it': z.union([
    z.string(),
    z.preprocess(() => 'none', z.string()),
  ]),
  'another library, converting': standard((value) => ({ value: String(value) }), {
    type: 'string',
  }),
  'another library, nullable and converting': standard(
    (value) => (value === undefined ? { issues: [{ message: 'no' }] } : { value: value ?? 0 }),
    { type: ['number', 'null'] },
  ),
  'another library, later': standard(async (value) => ({ value }), { type: 'string' }),
  'checked later': z
    .string()
    .optional()
    .refine(async () => true),
}

/** With what the handler is given for nothing. */
const OPTIONAL: Readonly<Record<string, readonly [Schema, unknown]>> = {
  '.optional()': [z.string().optional(), undefined],
  '.default()': [z.int().default(7), 7],
  '.prefault()': [z.string().trim().prefault(' a '), 'a'],
  '.catch()': [z.int().catch(3), 3],
  '.nullable()': [z.string().nullable(), null],
  '.nullish()': [z.string().nullish(), undefined],
  'null with a default': [z.string().nullable().default('a'), 'a'],
  'z.any()': [z.any(), undefined],
  'z.unknown()': [z.unknown(), undefined],
  'z.coerce.number().optional()': [z.coerce.number().optional(), undefined],
  'z.coerce.number().default()': [z.coerce.number().default(5), 5],
  'z.coerce.number().nullable()': [z.coerce.number().nullable(), null],
  'z.preprocess().optional()': [toNumber.optional(), undefined],
  'z.preprocess().default()': [toNumber.default(3), 3],
  'z.stringbool().default()': [z.stringbool().default(true), true],
  'a pipe that starts optional': [
    z
      .string()
      .optional()
      .transform((text) => text ?? 'x'),
    'x',
  ],
  'a pipe that starts nullable': [
    z
      .string()
      .nullable()
      .transform((text) => text ?? 'none'),
    'none',
  ],
  'a codec that is optional': [day.optional(), undefined],
  'a union with a default': [z.union([z.string().default('q'), z.int()]), 'q'],
  'a union with null': [z.union([z.string(), z.null()]), null],
  'an enum or null': [z.enum(['a']).nullable(), null],
  'z.lazy of an optional one': [z.lazy(() => z.string().optional()), undefined],
  'z.lazy of a nullable one': [z.lazy(() => z.string().nullable()), null],
  'a default that is read-only': [z.string().default('a').readonly(), 'a'],
  'a default, checked later': [
    z
      .string()
      .default('x')
      .refine(async () => true),
    'x',
  ],
  'another library': [
    standard((value) => (value === 5 ? { issues: [] } : { value }), { type: 'string' }),
    undefined,
  ],
  'another library, with a default': [
    standard((value) => ({ value: value ?? 4 }), { type: 'integer', default: 4 }),
    4,
  ],
  'another library, nullable': [
    standard((value) => (value === undefined ? { issues: [{ message: 'no' }] } : { value }), {
      type: ['string', 'null'],
    }),
    null,
  ],
}

const OPTIONAL_SCHEMAS = Object.fromEntries(
  Object.entries(OPTIONAL).map(([text, [schema]]) => [text, schema]),
)

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const base = { name: 'f11', env: ENV, publicSurfaces: ALL, log: { logger: silent } } as const

/** One action with a parameter for every schema, all on one surface after the other. */
function appOf(schemas: Readonly<Record<string, Schema>>, method: 'get' | 'post') {
  const app = createApp(base)
  const ran: unknown[] = []
  for (const [index, schema] of Object.values(schemas).entries()) {
    const name = `a${index}`
    app[method](`/${name}`, { ...on(name), params: { x: schema as z.ZodType } }, ({ x }) => {
      ran.push(x)
      return { given: x === undefined ? 'undefined' : x }
    })
  }
  return { app, ran }
}

/** What documents say of whether each must be sent: OpenAPI, tools, CLI. */
async function advertised(app: ReturnType<typeof appOf>['app'], names: readonly string[]) {
  const get = async (path: string) =>
    membersOf(await (await app.fetch(new Request(`http://localhost${path}`))).json())
  const openapi = membersOf((await get('/openapi.json'))['paths'])
  const manifest = await app.localActions({ headers: [] }).manifest()
  return names.map((name) => {
    const [operation] = Object.values(membersOf(openapi[`/${name}`])).map(membersOf)
    const [parameter] = (operation?.['parameters'] ?? []) as readonly Json[]
    const body = membersOf(operation?.['requestBody'])
    const cli = ('actions' in manifest ? manifest.actions : []).find((one) => one.name === name)
    const tool = app.catalogue.actions.find((one) => one.name === name)
    const says = (schema: unknown) => JSON.stringify(membersOf(schema)['required']) === '["x"]'
    return [
      parameter === undefined ? body['required'] === true : parameter['required'] === true,
      says(tool?.inputSchema),
      says(cli?.input_schema),
    ]
  })
}

describe.each(['get', 'post'] as const)('FND-11: %s', (method) => {
  test('what is required is refused when it is absent, and advertised so', async () => {
    const names = Object.keys(REQUIRED).map((_, index) => `a${index}`)
    const seen = await everywhere(
      () => appOf(REQUIRED, method),
      async ({ call, source }, { ran }) => {
        const answers = []
        for (const name of names) {
          const { problem } = await call(name, {}, { method: method.toUpperCase() })
          const issues = (problem?.['issues'] ?? []) as readonly Json[]
          answers.push([problem?.['code'], ...issues.map(({ message }) => message)])
          if (source === 'api') continue
          const dry = await call(name, {}, { dryRun: true })
          expect(dry.problem?.['code']).toBe('VALIDATION_ERROR')
        }
        return { answers, ran }
      },
    )
    const answers = names.map(() => ['VALIDATION_ERROR', 'Required'])
    expect(seen).toEqual(alike({ answers, ran: [] }))
    expect(await advertised(appOf(REQUIRED, method).app, names)).toEqual(
      names.map(() => [true, true, true]),
    )
  })

  test('what is optional may be absent, and is advertised so', async () => {
    const names = Object.keys(OPTIONAL).map((_, index) => `a${index}`)
    const seen = await everywhere(
      () => appOf(OPTIONAL_SCHEMAS, method),
      async ({ call }, { ran }) => {
        for (const name of names) await call(name, {}, { method: method.toUpperCase() })
        return ran
      },
    )
    expect(seen).toEqual(alike(Object.values(OPTIONAL).map(([, value]) => value)))
    expect(await advertised(appOf(OPTIONAL_SCHEMAS, method).app, names)).toEqual(
      names.map(() => [false, false, false]),
    )
  })
})

test('FND-11: nothing has not the hash of 0', async () => {
  const app = createApp(base)
  app.action('refund', { ...on('refund'), params: { amount: z.coerce.number() } }, () => 1)
  app.action('tip', { ...on('tip'), params: { amount: z.int().default(0) } }, () => 1)
  const hash = async (action: string, args: Json) => {
    const target = app.localActions({ headers: [] })
    const answer = await target.call({ action, arguments: args, dry_run: true })
    return 'arguments_hash' in answer ? answer.arguments_hash : answer.ok
  }
  expect(await hash('refund', {})).toBe(false)
  expect(await hash('refund', { amount: 0 })).toMatch(/^sha256:/)
  expect(await hash('tip', {})).toBe(await hash('tip', { amount: 0 }))
})

test('FND-11: the pattern that the documents recommended', async () => {
  const app = createApp(base)
  const since = query(z.coerce.date(), { jsonSchema: { type: 'string', format: 'date' } })
  app.get('/since', { params: { since } }, ({ since: at }) => at.toISOString())
  const ask = async (path: string) =>
    (await app.fetch(new Request(`http://localhost${path}`))).status
  expect(await ask('/since')).toBe(400)
  expect(await ask('/since?since=2026-01-01')).toBe(200)
})

describe('FND-11: { optional }', () => {
  const blank = z.preprocess((value) => (value === '' ? undefined : value), z.string().optional())
  const later = z
    .string()
    .optional()
    .refine(async (text) => text !== 'bad')

  test.each([
    ['query', () => ({ q: query(blank, { optional: true }) })],
    ['header', () => ({ q: header(blank, { optional: true }) })],
    ['field', () => ({ q: field(blank, { optional: true }) })],
    ['later', () => ({ q: query(later, { optional: true }) })],
  ])('%s: what cannot be told is said', async (_, params) => {
    const lines = new Lines()
    const app = createApp({ ...base, log: { logger: lines.logger } })
    app.post('/x', { ...on('x'), params: params() }, ({ q }) => ({ q: q ?? 'undefined' }))
    const answer = await app.fetch(new Request('http://localhost/x', { method: 'POST' }))
    expect(await answer.json()).toEqual({ q: 'undefined' })
    expect(app.catalogue.actions[0]?.inputSchema).not.toHaveProperty('required')
    expect(lines.all.filter(({ message }) => message?.includes('optional'))).toEqual([])
  })

  test('start-up names what is required for want of a word, and the word', async () => {
    const lines = new Lines()
    const app = createApp({ ...base, log: { logger: lines.logger } })
    const params = {
      a: blank,
      b: query(later),
      c: z.string(),
      d: field(later, { optional: false }),
    }
    app.post('/x', { ...on('x'), params }, () => 1)
    await app.fetch(new Request('http://localhost/x', { method: 'POST' }))
    const said = lines.all.filter(({ message }) => message?.includes('{ optional: true }'))
    expect(said.map(({ fields, message }) => [fields['parameter'], message])).toEqual([
      ['a', expect.stringContaining("Parameter 'a' of 'x' is required: ")],
      ['b', expect.stringContaining('write query(schema, { optional: true })')],
    ])
  })

  test('a schema that refuses undefined cannot be optional', () => {
    const app = createApp(base)
    app.get('/x', { params: { q: query(z.string(), { optional: true }) } }, () => 1)
    expect(() => app.catalogue).toThrow(
      "Route GET /x, parameter 'q': is optional, but its schema refuses undefined; add .optional()",
    )
  })

  test('what must be sent has no default', () => {
    const app = createApp(base)
    const q = query(z.int().default(5), { optional: false })
    app.get('/x', { ...on('x'), params: { q } }, () => 1)
    const schema = app.catalogue.actions[0]?.inputSchema
    expect(schema?.['required']).toEqual(['q'])
    expect(JSON.stringify(schema)).not.toContain('default')
  })
})
