// FND-46: `null` is how many clients, and models, write what they do not send. It counts as absent
// wherever the member is optional and its schema refuses null: arguments on every surface and method,
// and the optional members of the protocols.
import { body, cookie, createApp, field, form, header, query } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ALL, alike, ENV, everywhere, type Json, membersOf, on, SURFACE_IDS } from './surfaces.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const base = { name: 'f46', env: ENV, publicSurfaces: ALL, log: { logger: silent } } as const
const AGENTS = SURFACE_IDS.filter((id) => id !== 'http')
const text = (value: unknown) => (value === undefined ? 'undefined' : value)

/** What the handler is given for `null`; `REFUSED` for none. */
const FIELDS: Readonly<Record<string, readonly [z.ZodType, unknown]>> = {
  optional: [z.int().optional(), undefined],
  default: [z.int().default(3), 3],
  catch: [z.int().catch(4), 4],
  list: [z.array(z.int()).optional(), undefined],
  object: [z.object({ a: z.int() }).optional(), undefined],
  coerced: [z.coerce.number().default(5), 5],
  coerced_optional: [z.coerce.number().optional(), undefined],
  nullable: [z.int().nullable(), null],
  nullish: [z.int().nullish(), null],
  nullable_default: [z.int().nullable().default(6), null],
  anything: [z.unknown(), null],
  anything_but_null: [z.unknown().refine((value) => value !== null), undefined],
  required: [z.int(), 'REFUSED'],
  required_coerced: [z.coerce.number(), 'REFUSED'],
  required_text: [z.coerce.string(), 'REFUSED'],
  required_preprocessed: [z.preprocess((value) => Number(value), z.int()), 'REFUSED'],
}

function appOf(method: 'get' | 'post' | 'delete', mark: (schema: z.ZodType) => z.ZodType) {
  const app = createApp(base)
  for (const [name, [schema]] of Object.entries(FIELDS)) {
    if (method === 'get' && name === 'object') continue
    app[method](`/${name}`, { ...on(name), params: { x: mark(schema) } }, ({ x }) => [text(x)])
  }
  return { app }
}

describe('FND-46: null in arguments', () => {
  const expected = Object.entries(FIELDS).map(([name, [, value]]) => [name, value])

  test('of a JSON body, on every surface', async () => {
    const seen = await everywhere(
      () => appOf('post', (schema) => schema),
      async ({ call }) => {
        const answers: [string, unknown][] = []
        for (const name of Object.keys(FIELDS)) {
          const { ok, value } = await call(name, { x: null })
          answers.push([name, ok ? (value as unknown[])[0] : 'REFUSED'])
        }
        return answers
      },
    )
    expect(seen).toEqual(alike(expected.map(([name, value]) => [name, text(value)])))
  })

  // Text has no null, so a value of theirs it is nowhere: the default, else nothing.
  test('of a query, where agents call', async () => {
    const seen = await everywhere(
      () => appOf('get', (schema) => schema),
      async ({ call }) => {
        const answers: Record<string, unknown> = {}
        for (const name of Object.keys(FIELDS)) {
          if (name === 'object') continue
          const { ok, value } = await call(name, { x: null })
          answers[name] = ok ? (value as unknown[])[0] : 'REFUSED'
        }
        return answers
      },
      AGENTS,
    )
    const { object: _, ...queries } = Object.fromEntries(
      expected.map(([name, value]) => [name, text(value)]),
    )
    const absent = { nullish: 'undefined', nullable_default: 6, anything: 'undefined' }
    expect(seen).toEqual(alike({ ...queries, ...absent }, AGENTS))
  })

  test('of every source alike, and of a field under another name', async () => {
    const Int = z.int().default(3)
    const build = () => {
      const app = createApp(base)
      const params = { q: query(Int), h: header(Int), c: cookie(Int) }
      app.post('/fields', { ...on('fields'), params: { ...params, f: field(Int) } }, (args) => args)
      app.post('/forms', { ...on('forms'), params: { ...params, f: form(Int) } }, (args) => args)
      return { app }
    }
    const nulls = { q: null, h: null, c: null, f: null }
    const seen = await everywhere(
      build,
      async ({ call }) => [(await call('fields', nulls)).value, (await call('forms', nulls)).value],
      AGENTS,
    )
    const given = { q: 3, h: 3, c: 3, f: 3 }
    expect(seen).toEqual(alike([given, given], AGENTS))
    const app = createApp(base)
    app.post('/alias', { params: { f: field(Int, { alias: 'f-g' }) } }, (args) => args)
    const init = { method: 'POST', body: '{"f-g":null}' }
    const answer = await app.fetch(new Request('http://localhost/alias', init))
    expect(await answer.json()).toEqual({ f: 3 })
  })

  test('BIND-12: a whole body may be null', async () => {
    const build = () => {
      const app = createApp(base)
      const params = { document: body(z.int().optional()) }
      app.post('/strict', { ...on('strict'), params }, () => 1)
      app.post(
        '/any',
        { ...on('any'), params: { document: body(z.unknown()) } },
        ({ document }) => [text(document)],
      )
      return { app }
    }
    const seen = await everywhere(build, async ({ id, call, url }) => {
      const post = async (path: string) =>
        (await fetch(`${url}/${path}`, { method: 'POST', body: 'null' })).json()
      if (id === 'http') return [(await post('strict')).code, await post('any')]
      const strict = await call('strict', { document: null })
      return [strict.problem?.['code'], (await call('any', { document: null })).value]
    })
    expect(seen).toEqual(alike(['VALIDATION_ERROR', [null]]))
  })

  test('one hash for null and for nothing, where null is nothing', async () => {
    const app = createApp(base)
    app.post('/x', { ...on('x'), params: { n: z.int().default(3) } }, () => 1)
    const dry = async (args: Json) => {
      const target = app.localActions({ headers: [] })
      const answer = await target.call({ action: 'x', arguments: args, dry_run: true })
      return 'arguments_hash' in answer ? answer.arguments_hash : answer
    }
    expect(await dry({ n: null })).toBe(await dry({}))
    expect(await dry({ n: null })).toBe(await dry({ n: 3 }))
  })
})

describe('FND-46: null in the protocols', () => {
  const app = createApp(base)
  app.post('/x', { ...on('x'), params: { n: z.int().optional() } }, ({ n }) => [text(n)])
  const MODERN = '2026-07-28'
  const meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': {},
  }

  async function mcp(modern: boolean, method: string, params: unknown): Promise<Json> {
    const name = membersOf(params)['name']
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(modern && {
        'mcp-protocol-version': MODERN,
        'mcp-method': method,
        ...(typeof name === 'string' && { 'mcp-name': name }),
      }),
    }
    const message = { jsonrpc: '2.0', id: 1, method, params }
    const init = { method: 'POST', headers, body: JSON.stringify(message) }
    return (await app.fetch(new Request('http://localhost/mcp', init))).json() as Promise<Json>
  }

  test.each<[string, boolean, string, unknown]>([
    ['params', false, 'tools/list', null],
    ['cursor', false, 'tools/list', { cursor: null }],
    ['_meta', false, 'tools/list', { _meta: null }],
    ['cursor, modern', true, 'tools/list', { cursor: null, _meta: meta }],
    ['params of ping', false, 'ping', null],
    ['arguments', false, 'tools/call', { name: 'x', arguments: null }],
    ['arguments, modern', true, 'tools/call', { name: 'x', arguments: null, _meta: meta }],
    ['_meta of a call', false, 'tools/call', { name: 'x', arguments: {}, _meta: null }],
    ['everything of a call', false, 'tools/call', { name: 'x', arguments: null, _meta: null }],
    [
      'members of _meta',
      false,
      'tools/call',
      {
        name: 'x',
        _meta: {
          approvalToken: null,
          approval_token: null,
          progressToken: null,
          'io.modelcontextprotocol/protocolVersion': null,
        },
      },
    ],
    [
      'members of _meta, modern',
      true,
      'tools/call',
      { name: 'x', _meta: { ...meta, approvalToken: null, progressToken: null } },
    ],
  ])('MCP: %s', async (_, modern, method, params) => {
    const answer = await mcp(modern, method, params)
    expect(answer['error']).toBeUndefined()
    expect(membersOf(answer['result'])['isError'] ?? false).toBe(false)
  })

  test('MCP: what is required stays required, and another spelling is heard', async () => {
    const modern = await mcp(true, 'tools/call', { name: 'x', _meta: null })
    expect(membersOf(modern['error'])['message']).toContain('params._meta needs')
    const unnamed = await mcp(false, 'tools/call', { name: null })
    expect(membersOf(unnamed['error'])['message']).toContain('params.name must be text')
    // One that was not understood would run for good.
    const dry = await mcp(false, 'tools/call', { name: 'x', _meta: { dryRun: null } })
    expect(membersOf(dry['error'])['message']).toContain('dryRun must be true or false')
    const cursor = await mcp(false, 'tools/list', { cursor: '' })
    expect(membersOf(cursor['error'])['message']).toBe('Invalid cursor')
  })

  test('the protocol of actions', async () => {
    const call = async (members: Json) => {
      const init = {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ action: 'x', ...members }),
      }
      const target = 'http://localhost/__trefoil__/actions/call'
      return (await app.fetch(new Request(target, init))).json() as Promise<Json>
    }
    const nulls = { arguments: null, approval_token: null, approvalToken: null }
    expect(await call(nulls)).toMatchObject({ ok: true, body: ['undefined'] })
    expect(await call({ ...nulls, dryRun: true })).toMatchObject({ ok: true, dry_run: true })
    expect(await call({ dry_run: null })).toMatchObject({ error: { code: 'invalid_dry_run' } })
  })
})
