import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  body,
  cookie,
  createApp,
  file,
  files,
  form,
  header,
  path,
  query,
} from '../../packages/trefoil/src/index.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }

function inputApp() {
  const app = createApp({ log: { logger } })
  const agents = { description: 'Shows its input.', tool: true, cli: true }
  const text = (value: bigint) => `${typeof value} ${value}`
  app.get('/big/{id:bigint}', { ...agents, name: 'big' }, ({ id }) => text(id))
  app.get(
    '/even/{id:bigint}',
    { ...agents, name: 'even', params: { id: path(z.bigint().multipleOf(2n)) } },
    ({ id }) => text(id),
  )
  app.delete('/big/{id:bigint}', { params: { id: z.bigint() } }, ({ id }) => text(id))
  app.post(
    '/nullable',
    {
      ...agents,
      name: 'nullable',
      params: {
        field: z.string().nullable(),
        q: query(z.int().nullable()),
        h: header(z.string().nullable().default('dflt')),
        c: cookie(z.string().nullish()),
      },
    },
    ({ field, q, h, c }) => ({ field, q, h, c: c === undefined ? 'undefined' : c }),
  )
  app.post(
    '/form',
    { params: { a: form(z.int().nullable()), b: form(z.array(z.int())) } },
    (args) => args,
  )
  return app
}

type Answering = Pick<ReturnType<typeof createApp>, 'fetch'>

async function http(app: Answering, method: string, target: string, init: RequestInit = {}) {
  const answer = await app.fetch(new Request(`http://localhost${target}`, { method, ...init }))
  const body = await answer.text()
  return { status: answer.status, body, json: body.startsWith('{') ? JSON.parse(body) : null }
}

async function mcp(app: Answering, name: string, args: object) {
  const answer = await app.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name, arguments: args },
      }),
    }),
  )
  return (await answer.json()).result
}

describe('ROUTE-5: {id:bigint}', () => {
  const digits = '123456789012345678901234567890'

  test('over HTTP any number of digits is a bigint; everything else is another path', async () => {
    const app = inputApp()
    expect((await http(app, 'GET', `/big/${digits}`)).body).toBe(`bigint ${digits}`)
    expect((await http(app, 'DELETE', `/big/${digits}`)).body).toBe(`bigint ${digits}`)
    for (const wrong of ['x', '-1', '1.0', '+1', '%D9%A3', '1e3', '007']) {
      expect((await http(app, 'GET', `/big/${wrong}`)).status).toBe(404)
      expect((await http(app, 'POST', `/big/${wrong}`)).status).toBe(404)
    }
    expect((await http(app, 'GET', '/even/4')).body).toBe('bigint 4')
    expect((await http(app, 'GET', '/even/5')).json).toMatchObject({
      detail: 'Invalid path parameter: id',
    })
  })

  test('agents send the digits as text, and are told so', async () => {
    const app = inputApp()
    const [action] = app.catalogue.actions
    expect(action?.inputSchema['properties']).toEqual({
      id: { type: 'string', pattern: '^(?:0|[1-9][0-9]*)$' },
    })
    expect(await mcp(app, 'big', { id: digits })).toMatchObject({
      content: [{ text: `bigint ${digits}` }],
    })
    for (const id of [7, '-1', '', ' 1', null]) {
      expect(await mcp(app, 'big', { id })).toMatchObject({ isError: true })
    }
    const local = app.localActions({ headers: [] })
    expect(await local.call({ action: 'even', arguments: { id: '10' } })).toMatchObject({
      body: 'bigint 10',
    })
  })

  test('the same number has the same hash wherever it came from', async () => {
    const app = inputApp()
    const local = app.localActions({ headers: [] })
    const dry = await local.call({ action: 'big', arguments: { id: digits }, dry_run: true })
    expect(JSON.stringify(dry)).toContain('sha256:')
  })
})

describe('BIND-8: what was not sent', () => {
  test('is the default, else undefined, else null', async () => {
    const app = inputApp()
    const nothing = { field: null, q: null, h: 'dflt', c: 'undefined' }
    const sent = await http(app, 'POST', '/nullable', { body: '{}' })
    expect(sent.json).toEqual(nothing)
    expect((await http(app, 'POST', '/nullable')).json).toEqual(nothing)
    expect(
      (await http(app, 'POST', '/nullable?q=7', { body: '{"field":"x"}' })).json,
    ).toMatchObject({ field: 'x', q: 7 })
    const [content] = (await mcp(app, 'nullable', {})).content
    expect(JSON.parse(content.text)).toEqual(nothing)
    const local = app.localActions({ headers: [] })
    const answer = await local.call({ action: 'nullable', arguments: {} })
    expect(answer).toMatchObject({ body: nothing })
    const nulls = await local.call({ action: 'nullable', arguments: { field: null, q: null } })
    expect(nulls).toMatchObject({ body: nothing })
  })

  test('the text null is text', async () => {
    const app = inputApp()
    expect((await http(app, 'POST', '/nullable?q=null', { body: '{}' })).json).toMatchObject({
      detail: 'Invalid integer query parameter: q',
    })
  })

  test('BIND-6, BIND-14: forms decode by type, repeat into lists, name every mistake', async () => {
    const app = inputApp()
    const send = (body: string) =>
      http(app, 'POST', '/form', {
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
    expect((await send('b=1&b=2&a=x&a=3')).json).toEqual({ a: 3, b: [1, 2] })
    expect((await send('b=1')).json).toEqual({ a: null, b: [1] })
    expect((await send('a=07&b=1&b=x')).json).toMatchObject({
      detail: 'Invalid integer form field: a',
      issues: [
        { source: 'form', name: 'a' },
        { source: 'form', name: 'b' },
      ],
    })
    expect((await http(app, 'POST', '/form')).json).toMatchObject({
      detail: 'Missing required form field: b',
    })
  })
})

describe('BIND-6: text for a union of number and boolean', () => {
  const app = createApp({ log: { logger } })
  const either = z.union([z.boolean(), z.number()])
  const agents = { name: 'either', description: 'Shows its input.', tool: true }
  const params = { v: either, list: z.array(either).optional() }
  app.get('/either', { ...agents, params }, ({ v, list }) => (list === undefined ? [v] : [v, list]))

  test.each([
    ['v=1', [1]],
    ['v=0', [0]],
    ['v=1.5', [1.5]],
    ['v=true', [true]],
    ['v=off', [false]],
    ['v=no&list=1&list=yes&list=0', [false, [1, true, 0]]],
  ])('W-18: ?%s is %j: a number where it can be one', async (search, values) => {
    expect(JSON.parse((await http(app, 'GET', `/either?${search}`)).body)).toEqual(values)
  })

  test('ABIND-12: an agent says which of the two it means', async () => {
    for (const v of [1, true]) {
      expect((await mcp(app, 'either', { v })).content[0].text).toBe(JSON.stringify([v]))
    }
  })

  test('a boolean alone still takes every spelling', async () => {
    const plain = createApp({ log: { logger } })
    plain.get('/plain', { params: { v: z.boolean() } }, ({ v }) => [v])
    expect((await http(plain, 'GET', '/plain?v=1')).body).toBe('[true]')
    expect((await http(plain, 'GET', '/plain?v=0')).body).toBe('[false]')
  })
})

describe('W-33: what OpenAPI promises of a union with text is accepted', () => {
  const app = createApp({ log: { logger } })
  const limit = z.union([z.int(), z.literal('all')])
  const params = { limit: query(limit), list: query(z.array(limit).default([])) }
  app.get('/limit', { params }, ({ limit: one, list }) => [one, list])
  app.get('/page/{limit}', { params: { limit } }, ({ limit: one }) => [one])

  test.each([
    ['/limit?limit=5', [5, []]],
    ['/limit?limit=all', ['all', []]],
    ['/limit?limit=all&list=5&list=all', ['all', [5, 'all']]],
    ['/page/5', [5]],
    ['/page/all', ['all']],
  ])('%s', async (path, values) => {
    expect(JSON.parse((await http(app, 'GET', path)).body)).toEqual(values)
  })

  test.each(['5.5', '05', 'some', '9007199254740992'])('?limit=%s is refused', async (text) => {
    expect((await http(app, 'GET', `/limit?limit=${text}`)).status).toBe(400)
  })
})

describe('RFC 9110 §9.3.1: GET and HEAD have no body', () => {
  const markers = { body: body(z.unknown()), form: form(z.string()), file: file(), files: files() }
  const cases = Object.entries(markers).flatMap(([name, marker]) =>
    (['GET', 'HEAD'] as const).map((method) => [name, method, marker] as const),
  )

  test.each(cases)('%s() on %s stops the start', (_, method, marker) => {
    const app = createApp({ log: { logger } })
    app.route(method)('/orders', { params: { at: marker } }, () => null)
    expect(() => app.catalogue).toThrow(
      `Route ${method} /orders, parameter 'at': ${method} has no body to read it from`,
    )
  })

  test('DELETE may have one', async () => {
    const app = createApp({ log: { logger } })
    app.delete(
      '/orders',
      { params: { all: body(z.object({ ids: z.array(z.int()) })) } },
      (args) => args.all,
    )
    expect((await http(app, 'DELETE', '/orders', { body: '{"ids":[1]}' })).body).toBe('{"ids":[1]}')
  })
})

describe('RFC 9110 §8.4: a coded body', () => {
  const app = createApp({ log: { logger } })
  app.post('/json', { params: { a: z.string() } }, ({ a }) => a)
  app.post('/form', { params: { a: form(z.string()) } }, ({ a }) => a)
  app.post('/own', async (_, call) => ({ value: await call.request.json() }))
  app.post('/raw', async (_, call) => (await call.request.body()).length)
  const send = (path: string, coding: string, type = 'application/json') =>
    http(app, 'POST', path, {
      headers: { 'content-type': type, 'content-encoding': coding },
      body: type === 'application/json' ? '{"a":"x"}' : 'a=x',
    })

  test.each([
    ['/json', 'application/json'],
    ['/form', 'application/x-www-form-urlencoded'],
    ['/form', 'multipart/form-data; boundary=b'],
    ['/own', 'application/json'],
  ])('to %s as %s is 415, and says why', async (path, type) => {
    for (const coding of ['gzip', 'identity, br']) {
      const { status, json } = await send(path, coding, type)
      expect([status, json.code, json.detail]).toEqual([
        415,
        'unsupported_media_type',
        'Unsupported content encoding: send the body uncompressed',
      ])
    }
  })

  test('that is none is read, and a handler gets the bytes as they came', async () => {
    expect((await send('/json', 'Identity')).body).toBe('x')
    expect((await send('/raw', 'gzip')).body).toBe('9')
  })
})

describe('W-33: what has no JSON form stops the start', () => {
  test.each([
    ['a date', z.date()],
    ['a bigint', z.bigint()],
    ['a map', z.map(z.string(), z.int())],
    ['a date inside', z.object({ at: z.date() })],
    ['a symbol', z.symbol()],
  ])('%s, naming route and parameter', (_, schema) => {
    const app = createApp({ log: { logger } })
    app.post('/orders', { params: { at: schema } }, () => null)
    expect(() => app.catalogue).toThrow(
      /Route POST \/orders, parameter 'at': its schema has no JSON form/,
    )
  })

  test('unless { jsonSchema } says what callers send', async () => {
    const app = createApp({ log: { logger } })
    const day = query(z.coerce.date(), { jsonSchema: { type: 'string', format: 'date' } })
    app.get('/on', { params: { day } }, ({ day: at }) => at.toISOString())
    const answer = await app.fetch(new Request('http://localhost/on?day=2026-02-03'))
    expect(await answer.text()).toBe('2026-02-03T00:00:00.000Z')
  })
})

describe('APP-3, APP-4: options of forms', () => {
  test.each([
    [{ formParts: 0 }, 'limits.formParts must be a whole number, 1 or more'],
    [{ formParts: 1.5 }, 'limits.formParts must be a whole number, 1 or more'],
    [{ formField: '1 mb' }, "limits.formField must be a size such as '2mb'"],
    [{ file: -1 }, "limits.file must be a size such as '2mb'"],
    [{ spool: 'mb' }, "limits.spool must be a size such as '2mb'"],
  ])('%j', (options, message) => {
    expect(() => createApp({ log: { logger }, limits: options as object })).toThrow(message)
  })
})
