// FND-6: what the OpenAPI document says about an answer is what a client gets. Every route of one
// app is called over real HTTP, and its answers are looked up in the document of the same app.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type App,
  createApp,
  encoded,
  html,
  reply,
  returning,
  sse,
  stream,
} from '../../packages/trefoil/src/index.ts'
import { sendFile, serve } from '../../packages/trefoil/src/node.ts'

// ajv-formats is CommonJS: its default export is the module itself in one loader, a member in another.
const addFormats = (Reflect.get(formats, 'default') ?? formats) as typeof formats.default

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const Order = z.object({ id: z.string() }).meta({ id: 'Order' })
const Name = z.string().meta({ id: 'Name' })
const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
})
const big = z.codec(z.string().regex(/^\d+$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
})
const at = new Date('2026-01-02T03:04:05.678Z')
/** A Standard Schema and nothing else. */
const byHand = {
  '~standard': {
    version: 1 as const,
    vendor: 'by-hand',
    validate: (value: unknown) => ({ value }),
  },
}

async function* events() {
  yield { data: 'a' }
}

interface Case {
  readonly returns?: z.ZodType | typeof byHand
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | null>>
  readonly values: readonly unknown[]
}

/** By name; each value is a call of its own. */
const CASES: Readonly<Record<string, Case>> = {
  string: { returns: z.string(), values: ['a', '', '5', 'null'] },
  'string or null': { returns: z.string().nullable(), values: ['a', null] },
  'optional string': { returns: z.string().optional(), values: ['a', undefined] },
  'string with a default': { returns: z.string().default('d'), values: ['a', undefined] },
  'string or number': { returns: z.union([z.string(), z.number()]), values: ['5', 5] },
  enum: { returns: z.enum(['a', 'b']), values: ['a'] },
  'nullable enum': { returns: z.enum(['a', 'b']).nullable(), values: ['a', null] },
  literal: { returns: z.literal('a'), values: ['a'] },
  literals: { returns: z.union([z.literal('on'), z.literal('off')]), values: ['on'] },
  'nullable literals': {
    returns: z.union([z.literal('on'), z.literal('off')]).nullable(),
    values: ['on', null],
  },
  'mixed literals': { returns: z.literal(['a', 1, true, null]), values: ['a', 1, true, null] },
  'enum or more text': {
    returns: z.enum(['a', 'b']).or(z.string().startsWith('x-')),
    values: ['x-1'],
  },
  'object or text': { returns: z.union([Order, z.string()]), values: [{ id: 'a' }, 'queued'] },
  unknown: { returns: z.unknown(), values: ['a', 5, { a: 1 }, [], true, null, undefined] },
  any: { returns: z.any(), values: ['a', 5, null] },
  'a library without JSON Schema': { returns: byHand, values: ['a', 5, { a: 1 }, null] },
  number: { returns: z.number(), values: [1.5, 0] },
  boolean: { returns: z.boolean(), values: [true, false] },
  null: { returns: z.null(), values: [null] },
  object: { returns: Order, values: [{ id: 'a' }] },
  'nullable object': { returns: Order.nullable(), values: [{ id: 'a' }, null] },
  array: { returns: z.array(z.string()), values: [['a'], []] },
  record: { returns: z.record(z.string(), z.date()), values: [{ a: at }] },
  'named string': { returns: Name, values: ['a'] },
  'named string, or null': { returns: z.union([Name, z.null()]), values: ['a', null] },
  'text and more text': { returns: z.intersection(z.string(), z.string().min(1)), values: ['a'] },
  'ISO date-time': { returns: z.iso.datetime(), values: [at.toISOString()] },
  date: { returns: z.date(), values: [at] },
  'nullable date': { returns: z.date().nullable(), values: [at, null] },
  'date or number': { returns: z.union([z.date(), z.number()]), values: [at, 5] },
  'dates inside': {
    returns: z.object({ at: z.date(), all: z.array(z.date()), or: z.union([z.date(), z.int()]) }),
    values: [{ at, all: [at, at], or: at }],
  },
  'codec, encoded': { returns: encoded(isoDate) as never, values: [at] },
  'codecs inside, encoded': {
    returns: encoded(z.object({ at: isoDate, big })) as never,
    values: [{ at, big: 12345678901234567890n }],
  },
  'JSON Schema given': {
    returns: returning(z.custom<number>(Number.isInteger), {
      jsonSchema: { type: 'integer' },
    }) as never,
    values: [5],
  },
  'bytes of a declared type': {
    returns: returning(z.instanceof(Uint8Array), {
      jsonSchema: { type: 'string', format: 'binary' },
    }) as never,
    headers: { 'content-type': 'image/png' },
    values: [new Uint8Array([1, 2])],
  },
  'text of a declared type': {
    returns: z.string(),
    headers: { 'content-type': 'text/csv; charset=utf-8' },
    values: ['a,b'],
  },
  'anything as a page': {
    returns: z.unknown(),
    headers: { 'content-type': 'text/html; charset=utf-8' },
    values: [html('<p>'), '<p>', null],
  },
  'text as JSON, declared': {
    returns: z.string(),
    headers: { 'content-type': 'application/json' },
    values: ['a'],
  },
  'text as other JSON': {
    returns: z.union([z.string(), Order]),
    headers: { 'content-type': 'application/vnd.order+json' },
    values: ['a', { id: 'a' }],
  },
  'object, created': { returns: Order.nullable(), status: 201, values: [{ id: 'a' }, null] },
  'without returns': {
    values: [
      'a',
      5,
      { a: 1 },
      null,
      undefined,
      new Uint8Array([1]),
      stream(['a']),
      sse(events()),
      html('<p>'),
      reply({ id: 'a' }, { status: 201 }),
      reply('a', { headers: { 'content-type': 'text/csv' } }),
      reply(null, { status: 202 }),
    ],
  },
  'without returns, created': { status: 201, values: ['a', { a: 1 }, null] },
  'without returns, nothing ever': { status: 204, values: ['a', null] },
  'without returns, type declared': {
    headers: { 'content-type': 'text/csv' },
    values: ['a,b', new Uint8Array([1]), null],
  },
  'without returns, no type': { headers: { 'content-type': null }, values: ['a', null] },
}

interface Media {
  readonly schema?: object
}
interface Document {
  readonly paths: Readonly<
    Record<string, { readonly get: { readonly responses: Readonly<Record<string, Described>> } }>
  >
}
interface Described {
  readonly content?: Readonly<Record<string, Media>>
}

function addCase(app: App, path: string, { values, ...options }: Case): void {
  const params = { n: z.coerce.number() }
  app.get(path, { ...options, params } as never, (({ n }: { n: number }) => values[n]) as never)
}

const FOLDER = mkdtempSync(join(tmpdir(), 'trefoil-test-'))
const entries = Object.entries(CASES)
const pathOf = (name: string) => `/${entries.findIndex(([other]) => other === name)}`

let url = ''
let document: Document
let close = async () => {}
const ajv = new Ajv2020({ strict: false })
addFormats(ajv)

beforeAll(async () => {
  const app = createApp({ log: { logger: silent }, publicSurfaces: ['api'] })
  for (const [name, one] of entries) addCase(app, pathOf(name), one)
  writeFileSync(join(FOLDER, 'a.txt'), 'abc')
  app.get('/file', () => sendFile('a.txt', { root: FOLDER }))
  app.get('/unfit', { returns: z.any() }, () => new Uint8Array([1]))
  app.get('/page', { returns: z.unknown() }, () => html('<p>'))
  const server = await serve(app, { port: 0, signals: false })
  url = server.url
  close = () => server.close()
  document = (await (await fetch(`${url}/openapi.json`)).json()) as Document
  ajv.addSchema({ ...document, $id: 'https://example.com/openapi' })
})

afterAll(async () => {
  await close()
  rmSync(FOLDER, { recursive: true })
})

/** What the document says about an answer of this status, and the pointer to it. */
function described(path: string, status: number): [Described, string] {
  const { responses } = document.paths[path]?.get ?? { responses: {} }
  const key = [String(status), `${String(status)[0]}XX`].find((name) => name in responses)
  if (key === undefined) throw new Error(`${path}: ${status} is not in the document`)
  return [responses[key] as Described, `/paths/~1${path.slice(1)}/get/responses/${key}/content`]
}

async function checked(path: string, answer: Response): Promise<void> {
  const [{ content }, pointer] = described(path, answer.status)
  const body = await answer.text()
  const sent = answer.headers.get('content-type')
  if (answer.status === 204) expect(content).toBeUndefined()
  if (body === '' && sent === null) return
  const media = Object.keys(content ?? {})
  expect(media).toHaveLength(1)
  const [type = ''] = media
  if (type === '*/*') return
  expect(sent?.split(';')[0]).toBe(type)
  if (content?.[type]?.schema === undefined) return
  const escaped = type.replaceAll('~', '~0').replaceAll('/', '~1')
  const validate = ajv.getSchema(
    `https://example.com/openapi#${pointer}/${encodeURIComponent(escaped)}/schema`,
  )
  const value: unknown = type.endsWith('json') ? JSON.parse(body) : body
  expect(validate?.(value), `${body} against ${JSON.stringify(content[type])}`).toBe(true)
}

describe('FND-6: the document says what the server sends', () => {
  const calls = entries.flatMap(([name, { values }]) => values.map((_, n) => [name, n] as const))

  test.each(calls)('%s, value %i', async (name, n) => {
    const path = pathOf(name)
    const answer = await fetch(`${url}${path}?n=${n}`)
    expect(answer.status).toBeLessThan(300)
    await checked(path, answer)
  })

  test.each(entries.filter(([, { returns }]) => returns !== undefined))(
    '%s: every answer that is described occurs',
    async (name, { values }) => {
      const answers = await Promise.all(values.map((_, n) => fetch(`${url}${pathOf(name)}?n=${n}`)))
      const { responses } = document.paths[pathOf(name)]?.get ?? { responses: {} }
      const successes = Object.keys(responses).filter((status) => status.startsWith('2'))
      expect(successes).toEqual([...new Set(answers.map(({ status }) => `${status}`))].sort())
    },
  )

  test.each([[{}], [{ range: 'bytes=0-1' }]])('a file, %o', async (headers) => {
    const answer = await fetch(`${url}/file`, { headers })
    expect(answer.status).toBe('range' in headers ? 206 : 200)
    await checked('/file', answer)
  })

  test('bytes are refused where JSON was promised', async () => {
    expect((await fetch(`${url}/unfit`)).status).toBe(500)
  })

  test('a page stays one where JSON was promised: the handler has said what it is', async () => {
    const answer = await fetch(`${url}/page`)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await answer.text()).toBe('<p>')
  })

  test('text is JSON where a caller could not tell it from a number', async () => {
    const answer = await fetch(`${url}${pathOf('string or number')}?n=0`)
    expect(await answer.text()).toBe('"5"')
  })

  test('a date alone is text, like an ISO date-time', async () => {
    const answer = await fetch(`${url}${pathOf('date')}?n=0`)
    expect(await answer.text()).toBe(at.toISOString())
  })

  test('a type that the whole app sets is in the document too', async () => {
    const app = createApp({
      env: {},
      log: { logger: silent },
      edge: { headers: { 'content-type': 'text/x-own' } },
    })
    app.get('/a', { returns: z.union([z.string(), z.int()]) }, () => 'a')
    const said = (await (
      await app.fetch(new Request('http://localhost/openapi.json'))
    ).json()) as Document
    const content = said.paths['/a']?.get.responses['200']?.content
    const answer = await app.fetch(new Request('http://localhost/a'))
    expect([Object.keys(content ?? {}), answer.headers.get('content-type')]).toEqual([
      ['text/x-own'],
      'text/x-own',
    ])
    expect(await answer.text()).toBe('a')
  })
})
