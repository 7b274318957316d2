// FND-12: one text is one value, wherever it is read: query, header, cookie, form, and the flags of a
// command line, in this process and on a server. Two values would be two hashes of one approval.
import { cookie, createApp, form, header, query } from 'trefoil'
import { createRemoteTarget } from 'trefoil/client'
import { type RunningServer, serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ActionTarget } from '../../packages/trefoil/src/contract/protocol/action-protocol.ts'
import { readCallTokens } from '../../packages/trefoil/src/program/remotes/call-tokens.ts'
import { parseActionArgs, textArguments } from '../../packages/trefoil/src/program/terminal/argv.ts'
import { ALL, ENV, type Json, membersOf, on } from './surfaces.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const base = { name: 'f12', env: ENV, publicSurfaces: ALL, log: { logger: silent } } as const

/** Takes whatever it is handed, and says so: preprocessing code is like that. */
const as = (jsonSchema: Json) => [z.unknown(), jsonSchema] as const
const own = (schema: z.ZodType) => [schema, undefined] as const
const TEXT = { type: 'string' }
const INTEGER = { type: 'integer' }
const NULL = { type: 'null' }
const listOf = (items: Json) => ({ type: 'array', items })
const split = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',') : value),
  z.array(z.string()),
)

const SCHEMAS: Readonly<Record<string, readonly [z.ZodType, Json | undefined]>> = {
  text: as(TEXT),
  anything: as({ description: 'd' }),
  integer: as(INTEGER),
  number: as({ type: 'number' }),
  boolean: as({ type: 'boolean' }),
  integer_or_boolean: as({ type: ['boolean', 'integer'] }),
  a_word: as({ type: 'string', enum: ['a', '1'] }),
  text_or_null: as({ anyOf: [TEXT, NULL] }),
  typed_beside_a_union: as({ type: 'integer', anyOf: [{ minimum: 3 }, { maximum: 2 }] }),
  typed_by_the_second: as({ allOf: [{ description: 'd' }, INTEGER] }),
  integer_or_text: own(z.union([z.int(), z.string()])),
  integer_or_all: own(z.union([z.int(), z.literal('all')])),
  integer_or_email: own(z.union([z.int(), z.email()])),
  checked_later: own(z.union([z.int(), z.string().refine(async () => true)])),
  texts: as(listOf(TEXT)),
  integers: as(listOf(INTEGER)),
  booleans: as(listOf({ type: 'boolean' })),
  texts_or_null: as({ anyOf: [listOf(TEXT), NULL] }),
  one_of_two_lists: own(z.union([z.array(z.boolean()), z.array(z.int())])),
  mixed_items: own(z.array(z.union([z.int(), z.email()]))),
  preprocessed: own(split),
}

const TEXTS = [
  ...[
    '',
    'a',
    '1',
    '0',
    '1,2',
    'null',
    'true',
    'ON',
    '1e3',
    '1.0',
    '007',
    '-5',
    '2.5',
    '{}',
    'all',
  ],
  ...['[1,2]', '["a","b"]', '[', '[]', '9007199254740993', '1e20', 'a@b.co', 'a b'],
]
/** What a command line reads where HTTP refuses the text, or has none. */
const MORE: ReadonlySet<string> = new Set(['null', '[1,2]', '[]', '["a","b"]'])

/** A cookie holds one value. */
const LISTS: ReadonlySet<string> = new Set([
  ...['texts', 'integers', 'booleans', 'texts_or_null', 'one_of_two_lists', 'mixed_items'],
  'preprocessed',
])

function build() {
  const app = createApp({ ...base })
  for (const [name, [schema, jsonSchema]] of Object.entries(SCHEMAS)) {
    const options = jsonSchema === undefined ? {} : { jsonSchema }
    const more = { optional: false, ...options }
    const answer = ({ x }: { readonly x: unknown }) => ({ x })
    app.get(`/query/${name}`, { ...on(name), params: { x: query(schema, more) } }, answer)
    app.get(`/header/${name}`, { params: { x: header(schema, more) } }, answer)
    app.post(`/form/${name}`, { params: { x: form(schema, more) } }, answer)
    if (!LISTS.has(name))
      app.get(`/cookie/${name}`, { params: { x: cookie(schema, more) } }, answer)
  }
  return app
}

const app = build()
let server: RunningServer
const targets: Record<string, ActionTarget> = { local: app.localActions({ headers: [] }) }
beforeAll(async () => {
  server = await serve(app, { port: 0, signals: false })
  targets['remote'] = createRemoteTarget({ url: server.url }) as ActionTarget
})
afterAll(() => server.close())

async function overHttp(source: string, name: string, text: string): Promise<unknown> {
  const value = encodeURIComponent(text)
  const answer = await app.fetch(
    new Request(`http://localhost/${source}/${name}${source === 'query' ? `?x=${value}` : ''}`, {
      method: source === 'form' ? 'POST' : 'GET',
      headers: {
        ...(source === 'header' && { x: text }),
        ...(source === 'cookie' && { cookie: `x=${text}` }),
        ...(source === 'form' && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(source === 'form' && { body: `x=${value}` }),
    }),
  )
  return answer.ok ? membersOf(await answer.json())['x'] : 'REFUSED'
}

/** As `trefoil call` does it. */
async function overCli(
  target: ActionTarget | undefined,
  action: string,
  words: readonly string[],
): Promise<unknown> {
  const manifest = await target?.manifest()
  const listed = manifest !== undefined && 'actions' in manifest ? manifest.actions : []
  const found = listed.find(({ name }) => name === action)
  const tokens = readCallTokens(words)
  if (!tokens.ok || found === undefined) throw new Error('no such call')
  const args = parseActionArgs(tokens.value.given, found.input_schema, found.text_lists)
  if (!args.ok) return 'REFUSED'
  const texts = textArguments(args.value, found.input_schema)
  const answer = await target?.call({ action, arguments: args.value, texts })
  return answer !== undefined && 'body' in answer ? membersOf(answer.body)['x'] : 'REFUSED'
}

describe.each(Object.keys(SCHEMAS))('FND-12: %s', (name) => {
  test('is handed the same by every source of HTTP', async () => {
    const sources = LISTS.has(name) ? ['header', 'form'] : ['header', 'form', 'cookie']
    for (const text of TEXTS) {
      const value = await overHttp('query', name, text)
      for (const source of sources) {
        expect([source, text, await overHttp(source, name, text)]).toEqual([source, text, value])
      }
    }
  })

  test.each(['local', 'remote'])('is handed the same by a flag, %s', async (where) => {
    for (const text of TEXTS) {
      const value = await overHttp('query', name, text)
      const flag = await overCli(targets[where], name, [`--x=${text}`])
      if (value !== 'REFUSED' || !MORE.has(text)) expect([text, flag]).toEqual([text, value])
    }
  })
})

test('FND-12: JSON of an agent is what it is: text is read as another type only where it was typed', async () => {
  for (const target of Object.values(targets)) {
    const call = { action: 'integer_or_email', arguments: { x: '5' } }
    expect(await target.call(call)).toMatchObject({ ok: false })
    expect(await target.call({ ...call, texts: ['x', 'y'] })).toMatchObject({ body: { x: 5 } })
  }
})

test('FND-12: repeated flags are repeated parameters', async () => {
  const answer = await app.fetch(new Request('http://localhost/query/texts?x=a,b&x=%5B1%5D'))
  expect(await answer.json()).toEqual({ x: ['a,b', '[1]'] })
  expect(await overCli(targets['remote'], 'texts', ['--x=a,b', '--x=[1]'])).toEqual(['a,b', '[1]'])
})

test('FND-12: what each surface would read otherwise stops the start', () => {
  for (const schema of [
    z.union([z.string(), z.array(z.string())]),
    z.tuple([z.int()], z.string()),
    z.tuple([z.int(), z.string()]),
  ]) {
    const other = createApp(base)
    other.get('/x', { params: { x: query(schema) } }, () => 1)
    expect(() => other.catalogue).toThrow(/'x': cannot be a query parameter.*pass \{ jsonSchema \}/)
  }
})

describe('FND-12: explode: false', () => {
  const commas = createApp({ ...base })
  const options = { explode: false } as const
  const report = ({ x }: { readonly x: unknown }) => ({ x })
  const Ids = z.array(z.int())
  commas.get('/ids', { ...on('ids'), params: { x: query(Ids, options) } }, report)
  const Texts = z.array(z.string()).default([])
  const alias = { ...options, alias: 'te xt' }
  commas.get('/texts', { ...on('texts'), params: { x: query(Texts, alias) } }, report)
  const get = async (path: string) => {
    const answer = await commas.fetch(new Request(`http://localhost${path}`))
    const { x, detail } = membersOf(await answer.json())
    return answer.ok ? x : detail
  }

  test.each<[string, unknown]>([
    ['/ids?x=1,2', [1, 2]],
    ['/ids?x=1', [1]],
    ['/ids?x=', 'Invalid integer query parameter: x'],
    ['/ids?x=1,', 'Invalid integer query parameter: x'],
    // An escaped comma is part of its item, and 1,2 is no integer.
    ['/ids?x=1%2C2', 'Invalid integer query parameter: x'],
    ['/ids?x=1&x=2', 'Repeated query parameter: x'],
    ['/ids', 'Missing required query parameter: x'],
    ['/ids?x=1,%zz', 'Malformed query string'],
    ['/texts?te%20xt=a,b%2Cc,+d%26,', ['a', 'b,c', ' d&', '']],
    ['/texts?te+xt=%E2%98%83,1', ['☃', '1']],
    ['/texts?te%20xt=', ['']],
    ['/texts?te+xt', ['']],
    ['/texts?a=1', []],
  ])('%s', async (path, value) => {
    expect(await get(path)).toEqual(value)
  })

  test('every wrong item is named', async () => {
    const answer = await commas.fetch(new Request('http://localhost/ids?x=1,a,2,b'))
    const issues = membersOf(await answer.json())['issues'] as readonly Json[]
    expect(issues.map(({ pointer }) => pointer)).toEqual(['/1', '/3'])
  })

  test('the command line reads the same text', async () => {
    const target = commas.localActions({ headers: [] })
    expect(await overCli(target, 'ids', ['--x', '1,2'])).toEqual([1, 2])
    expect(await overCli(target, 'ids', ['--x', '1,'])).toBe('REFUSED')
    expect(await overCli(target, 'ids', ['--x', '1', '--x', '2'])).toBe('REFUSED')
    expect(await overCli(target, 'texts', ['--x', 'a,[b'])).toEqual(['a', '[b'])
    expect(await overCli(target, 'texts', ['--x', '["a","b"]'])).toEqual(['["a"', '"b"]'])
  })

  test('agents send JSON, and one list has one hash', async () => {
    const target = commas.localActions({ headers: [] })
    const answer = await target.call({ action: 'ids', arguments: { x: [1, 2] } })
    expect(answer).toMatchObject({ body: { x: [1, 2] } })
  })

  test('OpenAPI says it', async () => {
    const document = await commas.fetch(new Request('http://localhost/openapi.json'))
    const paths = membersOf(membersOf(await document.json())['paths'])
    expect(membersOf(membersOf(paths['/ids'])['get'])['parameters']).toEqual([
      {
        name: 'x',
        in: 'query',
        required: true,
        style: 'form',
        explode: false,
        schema: expect.objectContaining({ type: 'array' }),
      },
    ])
  })

  test('it is for lists in a query', () => {
    const one = createApp(base)
    one.get('/x', { params: { x: query(z.string(), { explode: false }) } }, () => 1)
    expect(() => one.catalogue).toThrow(
      "Route GET /x, parameter 'x': explode: false is for lists, and its schema takes one value",
    )
    // What JavaScript callers may hand over.
    const wrong = { explode: false } as object
    expect(() => header(z.array(z.string()), wrong)).toThrow("header(): unknown option 'explode'")
    const text = { explode: 'no' } as object
    expect(() => query(z.array(z.string()), text)).toThrow(
      'query(): explode must be true or false, got text of 2 characters',
    )
  })
})
