// Issue 11, item 7: whatever is given to a typed client, the server binds exactly that, or the client
// says that its place cannot carry it and sends nothing. In this process, over the network and by name.
import fc from 'fast-check'
import { body, cookie, createApp, field, file, files, form, header, query } from 'trefoil'
import { createClient } from 'trefoil/client'
import { type RunningServer, serve } from 'trefoil/node'
import { client } from 'trefoil/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const logger = { debug() {}, info() {}, warn() {}, error() {} }
const app = createApp({ log: { logger } })
const description = 'Says what it was given.'

/** What the last call was given, as its handler saw it. */
let seen: unknown = null
const see = (args: object): null => {
  seen = args
  return null
}

const text = z.string()
const texts = z.array(z.string())
const numbers = z.array(z.number())
const mixed = z.union([z.boolean(), z.number(), z.string()])

const inPath = app.get(
  '/path/{one}/{whole:int}/{big:bigint}/{rest:path}',
  { name: 'in_path', params: { one: text } },
  see,
)
const inQuery = app.get(
  '/query',
  {
    name: 'in_query',
    params: {
      one: query(text.optional()),
      number: query(z.number().optional()),
      flag: query(z.boolean().optional()),
      repeated: query(texts.optional(), { alias: 'a b&=' }),
      commas: query(texts.optional(), { explode: false }),
      numbers: query(numbers.optional()),
    },
  },
  see,
)
const inHeaders = app.get(
  '/headers',
  {
    name: 'in_headers',
    params: {
      x_one: header(text.optional()),
      number: header(z.number().optional(), { alias: 'X-Number' }),
      theme: cookie(text.optional()),
      visits: cookie(z.int().optional()),
    },
  },
  see,
)
const json = { any: field(z.json().optional(), { alias: 'any-json' }), list: texts, mixed }
const inJson = app.post('/json', { name: 'in_json', params: json }, see)
const asBody = app.put('/body', { name: 'as_body', params: { whole: body(z.json()) } }, see)
const inForm = app.post(
  '/form',
  {
    name: 'in_form',
    params: { one: form(text), more: form(texts.optional()), n: form(z.number()) },
  },
  see,
)
const withFiles = app.post(
  '/files',
  {
    name: 'with_files',
    params: {
      one: form(text),
      more: form(texts.optional()),
      main: file(),
      others: files({ optional: true }),
    },
  },
  async ({ one, more, main, others }) =>
    see({
      one,
      more,
      main: await main.text(),
      others: await Promise.all(others.map((f) => f.text())),
    }),
)
const byName = app.action(
  'by_name',
  { description, cli: true, params: { any: z.json(), list: texts, n: z.number() } },
  see,
)

const handles = { inPath, inQuery, inHeaders, inJson, asBody, inForm, withFiles, byName }
type Calls = Readonly<
  Record<
    keyof typeof handles,
    (args: never) => Promise<{
      readonly ok: boolean
      readonly error?: { readonly code: string; readonly issues: readonly unknown[] }
    }>
  >
>

let server: RunningServer
let remote: Calls
const near: Calls = client(app, handles)
beforeAll(async () => {
  server = await serve(app, { port: 0, signals: false })
  remote = createClient<typeof handles>(`http://localhost:${server.port}`) as Calls
})
afterAll(() => server.close())

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    '.',
    '..',
    '',
    ' ',
    '+',
    '%',
    '%2F',
    'a/b',
    '\\',
    '\r\n',
    '\n',
    '\u0000',
    '\ud800',
    'é',
    '😀',
    ',',
    ';',
    'a=b',
    '"',
    '1',
    'true',
    'null',
  ),
)
/** Files hold UTF-8, which has no half characters. */
const anyContent = anyText.map((content) => content.toWellFormed())
const anyNumber = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
)
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
const anyJson = fc.jsonValue({ stringUnit: 'binary' })

const ARGUMENTS: Readonly<Record<keyof typeof handles, fc.Arbitrary<object>>> = {
  inPath: fc.record({
    one: anyText,
    whole: fc.nat(),
    big: fc.bigInt({ min: 0n }),
    rest: anyText,
  }),
  inQuery: fc.record({
    one: maybe(anyText),
    number: maybe(anyNumber),
    flag: maybe(fc.boolean()),
    repeated: maybe(fc.array(anyText)),
    commas: maybe(fc.array(anyText)),
    numbers: maybe(fc.array(anyNumber)),
  }),
  inHeaders: fc.record({
    x_one: maybe(anyText),
    number: maybe(anyNumber),
    theme: maybe(anyText),
    visits: maybe(fc.integer()),
  }),
  inJson: fc.record({
    any: maybe(anyJson),
    list: fc.array(anyText),
    mixed: fc.oneof(anyText, anyNumber, fc.boolean()),
  }),
  asBody: fc.record({ whole: anyJson }),
  inForm: fc.record({ one: anyText, more: maybe(fc.array(anyText)), n: anyNumber }),
  withFiles: fc.record({
    one: anyText,
    more: maybe(fc.array(anyText)),
    main: anyContent,
    others: maybe(fc.array(anyContent)),
  }),
  byName: fc.record({ any: anyJson, list: fc.array(anyText), n: anyNumber }),
}

/** Texts of files become files. */
function given(name: string, args: object): never {
  const blob = (content: string) => new Blob([content])
  if (name !== 'withFiles') return args as never
  const { main, others, ...rest } = args as { main: string; others?: string[] }
  return { ...rest, main: blob(main), ...(others && { others: others.map(blob) }) } as never
}

/** What a handler sees of arguments as they were given: neither JSON nor text has a -0. */
function bound(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (Array.isArray(value)) return value.map(bound)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(members.map(([key, member]) => [key, bound(member)]))
}

/** Wrong arguments, a NUL in a path, a lone surrogate or a number beyond 2^53 in JSON. */
const REFUSED = ['VALIDATION_ERROR', 'invalid_path', 'invalid_json', 'invalid_arguments']

describe.each(Object.keys(handles) as (keyof typeof handles)[])('arguments: %s', (name) => {
  test.each(['in this process', 'over the network'])('%s, as they were given', async (where) => {
    let sent = 0
    await fc.assert(
      fc.asyncProperty(ARGUMENTS[name], async (args) => {
        seen = null
        const calls = where === 'in this process' ? near : remote
        const result = await calls[name](given(name, args))
        if (result.ok) {
          sent++
          const noFiles = name === 'withFiles' ? { others: [] } : {}
          expect(bound(seen)).toEqual({ ...noFiles, ...(bound(args) as object) })
          return
        }
        // What a place cannot carry, or a server does not read, reaches no handler as something else.
        expect(seen).toBeNull()
        expect(REFUSED).toContain(result.error?.code)
      }),
      { numRuns: Number(process.env['TREFOIL_RUNS'] ?? 100) },
    )
    expect(sent).toBeGreaterThan(5)
  })
})
