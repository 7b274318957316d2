import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../auth.ts'
import type { Logger } from '../contract/call/logger.ts'
import { cookie, createApp, dependency, file, form, header, path, query, reply } from '../index.ts'
import { testClient } from './test-client.ts'

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} }
const QUIET = { publicSurfaces: ['api', 'mcp', 'cli'], log: { logger: SILENT } } as const

function echoApp() {
  const app = createApp(QUIET)
  app.get('/facts', {}, (_, call) => ({
    address: call.client.address,
    host: call.request.host,
    scheme: call.request.scheme,
    search: call.request.search,
    tag: call.request.headers.get('x-tag'),
  }))
  app.post('/json', { params: { value: z.unknown().nullable() } }, ({ value }) => ({ value }))
  app.post(
    '/upload',
    { params: { title: form(z.string()), tag: form(z.array(z.string())), doc: file() } },
    async ({ title, tag, doc }) => ({
      title,
      tag,
      name: doc.name,
      type: doc.type,
      text: await doc.text(),
    }),
  )
  app.post('/form', { params: { a: form(z.array(z.string())) } }, ({ a }) => a)
  app.get('/list', { params: { a: query(z.array(z.string())) } }, ({ a }) => a)
  app.get(
    '/tags',
    { params: { tag: header(z.array(z.string()), { alias: 'x-tag' }) } },
    ({ tag }) => tag,
  )
  app.get('/text/{name}', { params: { name: path(z.string()) } }, ({ name }) => `Hello ${name}`)
  app.post('/type', {}, (_, { request }) => request.headers.get('content-type') ?? 'none')
  app.get('/bytes', {}, () => new Uint8Array([1, 2, 3]))
  app.delete('/nothing', {}, () => null)
  return app
}

describe('requests over HTTP (TEST-1, TEST-2)', () => {
  const client = testClient(echoApp(), { headers: { 'X-Tag': 'default' } })

  it('come from 127.0.0.1 to testserver over plain HTTP, unless said otherwise', async () => {
    expect((await client.http.get('/facts')).json()).toEqual({
      address: '127.0.0.1',
      host: 'testserver',
      scheme: 'http',
      search: '',
      tag: 'default',
    })
    const other = testClient(createFacts(), {
      clientAddress: '203.0.113.9',
      host: 'localhost:81',
      scheme: 'https',
    })
    expect((await other.http.get('/facts')).json()).toEqual([
      '203.0.113.9',
      'localhost:81',
      'https',
    ])
    const unknown = testClient(createFacts(), { clientAddress: null })
    expect((await unknown.http.get('/facts')).json()).toEqual([null, 'testserver', 'http'])
  })

  it('pass the edge like any other: a host that is not allowed is refused', async () => {
    const answer = await testClient(echoApp(), { host: 'evil.test' }).http.get('/facts')
    expect([answer.status, answer.json<{ code: string }>().code]).toEqual([400, 'INVALID_HOST'])
  })

  it('header names match in any case, and a request header takes the place of the default (PW-24)', async () => {
    const answer = await client.http.get('/facts', { headers: { 'x-TAG': 'own' } })
    expect(answer.json()).toMatchObject({ tag: 'own' })
  })

  it('can repeat a header, as pairs or as a list (W-48)', async () => {
    const pairs = [
      ['x-tag', 'a'],
      ['X-Tag', 'b'],
    ] as const
    expect((await client.http.get('/tags', { headers: pairs })).json()).toEqual(['a', 'b'])
    const list = { 'x-tag': ['a', 'b'] }
    expect((await client.http.get('/tags', { headers: list })).json()).toEqual(['a', 'b'])
    const twice = [
      ['authorization', 'Bearer a'],
      ['authorization', 'Bearer b'],
    ] as const
    expect((await client.http.get('/tags', { headers: twice })).status).toBe(400)
  })

  it('join a query in the path with params; lists repeat, undefined is left out', async () => {
    const answer = await client.http.get('/list?a=1', { params: { a: [2, 'x&y'], b: undefined } })
    expect(answer.json()).toEqual(['1', '2', 'x&y'])
    const pairs = await client.http.get('/list', {
      params: [
        ['a', 1],
        ['a', 2],
      ],
    })
    expect(pairs.json()).toEqual(['1', '2'])
  })

  it('send JSON, an explicit null included (W-48)', async () => {
    expect((await client.http.post('/json', { json: { value: { a: [1] } } })).json()).toEqual({
      value: { a: [1] },
    })
    const whole = await client.http.post('/json', { json: null })
    expect([whole.status, whole.json<{ code: string }>().code]).toEqual([400, 'VALIDATION_ERROR'])
    expect(whole.text).toContain('object')
  })

  it('send forms, urlencoded or with files', async () => {
    expect((await client.http.post('/form', { form: { a: ['1', 'ä &'] } })).json()).toEqual([
      '1',
      'ä &',
    ])
    const answer = await client.http.post('/upload', {
      form: { title: 'T', tag: ['a', 'b'] },
      files: { doc: { name: 'a.txt', type: 'text/plain', content: 'héllo' } },
    })
    expect(answer.json()).toEqual({
      title: 'T',
      tag: ['a', 'b'],
      name: 'a.txt',
      type: 'text/plain',
      text: 'héllo',
    })
  })

  it('send text, bytes and streams with a content type of their own', async () => {
    const headers = { 'content-type': 'application/json' }
    const text = '{"value":1}'
    const pieces = async function* () {
      yield '{"value"'
      yield new TextEncoder().encode(':1}')
    }
    for (const body of [text, new TextEncoder().encode(text), pieces()]) {
      expect((await client.http.post('/json', { headers, body })).json()).toEqual({ value: 1 })
    }
    const types = [text, new Uint8Array([1])].map((body) => client.http.post('/type', { body }))
    expect((await Promise.all(types)).map((answer) => answer.text)).toEqual([
      'text/plain; charset=utf-8',
      'none',
    ])
  })

  it('a body over the limit is refused, announced or streamed', async () => {
    const small = createApp({ ...QUIET, limits: { body: '10b' } })
    small.post('/json', { params: { value: z.string() } }, () => 'no')
    const { http } = testClient(small)
    const headers = { 'content-type': 'application/json' }
    const pieces = async function* () {
      for (;;) yield 'xxxxxx'
    }
    for (const body of ['x'.repeat(11), pieces()]) {
      expect((await http.post('/json', { headers, body })).status).toBe(413)
    }
  })

  it.each([
    ['relative', {}, "Test client paths must start with '/'"],
    ['/a#b', {}, 'Test client paths must not include URL fragments'],
    ['/', { json: 1, body: 'x' }, 'Use either json or body, not both'],
    ['/', { json: 1, form: {} }, 'Use one request body style'],
    ['/', { body: 'x', files: {} }, 'Use one request body style'],
    ['/', { json: () => 1 }, 'A function has no JSON form'],
    [
      '/',
      { headers: { 'bad name': 'x' } },
      "The name of header 'bad name' has characters a header name cannot have",
    ],
    [
      '/',
      { headers: { a: 'x\r\nb: y' } },
      "The value of header 'a' has characters a header cannot carry",
    ],
    [
      '/',
      { headers: { cookie: 'a=1' }, cookies: {} },
      'Use either cookies or a Cookie header, not both',
    ],
  ])('%s with %j is refused (TEST-2)', async (target, options, message) => {
    await expect(client.http.get(target, options)).rejects.toThrow(new TypeError(message))
  })

  it('a path is sent as written, so odd ones reach the router', async () => {
    expect((await client.http.get('/text/%2')).status).toBe(400)
    expect((await client.http.get('/text/../x')).status).toBe(404)
    expect((await client.http.get('/text/zoë')).text).toBe('Hello zoë')
  })

  it('refuses options of a request nobody reads', async () => {
    const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'] })
    await using client = testClient(app)
    const misspelt: object = { streem: true }
    await expect(client.http.get('/', misspelt)).rejects.toThrow(
      "testClient().http: unknown option 'streem'; did you mean 'stream'?",
    )
  })

  it('refuses what is no app, and options nobody reads', () => {
    // A plain function is what a test of another framework would pass.
    expect(() => testClient((() => {}) as never)).toThrow(
      'testClient() requires a Trefoil application',
    )
    const misspelt = { host: 'testserver', clientAdress: '::1' }
    expect(() => testClient(createApp(), misspelt)).toThrow(/clientAdress.*clientAddress/)
  })
})

function createFacts() {
  const app = createApp(QUIET)
  app.get('/facts', {}, (_, { request, client }) => [client.address, request.host, request.scheme])
  return app
}

describe('answers (TEST-3)', () => {
  const { http } = testClient(echoApp())

  it('have a status, headers, and a body as text, bytes, JSON or pieces', async () => {
    const answer = await http.get('/text/Ada')
    expect([answer.status, answer.isSuccess, answer.text]).toEqual([200, true, 'Hello Ada'])
    expect(answer.headers.get('Content-Length')).toBe('9')
    expect((await http.get('/bytes')).bytes).toEqual(new Uint8Array([1, 2, 3]))
    const pieces: number[] = []
    for await (const piece of (await http.get('/bytes')).body) pieces.push(...piece)
    expect(pieces).toEqual([1, 2, 3])
    expect(() => answer.json()).toThrow('The answer (200) is not JSON: "Hello Ada"')
  })

  it('of HEAD and 204 are empty; a success is 200 to 399', async () => {
    const head = await http.head('/text/Ada')
    expect([head.text, head.headers.get('content-length')]).toEqual(['', '9'])
    const none = await http.delete('/nothing')
    expect([none.status, none.isSuccess, none.bytes.byteLength]).toEqual([204, true, 0])
    expect(none.headers.has('content-length')).toBe(false)
    expect((await http.get('/missing')).isSuccess).toBe(false)
    expect((await http.options('/nothing')).headers.get('allow')).toContain('DELETE')
  })
})

describe('streams (TEST-3, ADAPT-2)', () => {
  function streamApp(log: string[], fail = false) {
    const app = createApp({
      ...QUIET,
      log: { access: ({ outcome, bytes }) => void log.push(`${outcome} ${bytes}`) },
    })
    const held = dependency(
      async function* () {
        try {
          yield 1
        } finally {
          log.push('closed')
        }
      },
      { name: 'held' },
    )
    app.get('/stream', { params: { held } }, async function* (_, call) {
      call.signal.addEventListener('abort', () => log.push('aborted'))
      yield 'one'
      yield ''
      if (fail) throw new Error('broken')
      yield 'two'
    })
    return app
  }

  it('are collected, with everything closed, before the answer is handed over', async () => {
    const log: string[] = []
    const answer = await testClient(streamApp(log)).http.get('/stream')
    expect(answer.text).toBe('onetwo')
    expect(log).toEqual(['closed', 'ok 6'])
  })

  it('come piece by piece when asked for, empty ones left out', async () => {
    const log: string[] = []
    const answer = await testClient(streamApp(log)).http.get('/stream', { stream: true })
    expect(() => answer.text).toThrow('This answer is a stream')
    expect(log).toEqual([])
    const pieces: string[] = []
    for await (const piece of answer.body) pieces.push(new TextDecoder().decode(piece))
    expect(pieces).toEqual(['one', 'two'])
    expect(log).toEqual(['closed', 'ok 6'])
  })

  it('left early count as a caller that went away', async () => {
    const log: string[] = []
    const answer = await testClient(streamApp(log)).http.get('/stream', { stream: true })
    for await (const _ of answer.body) break
    expect(log).toContain('aborted')
    expect(log).toContain('closed')
    expect(log).toContain('aborted 3')
  })

  it('nobody reads are broken off when the client closes', async () => {
    const log: string[] = []
    const client = testClient(streamApp(log))
    const answer = await client.http.get('/stream', { stream: true })
    await answer.body[Symbol.asyncIterator]().next()
    await client.close()
    expect(log).toContain('aborted')
    expect(log).toContain('closed')
  })

  it('that fail reject, and are recorded as failed', async () => {
    const log: string[] = []
    const { http } = testClient(streamApp(log, true))
    await expect(http.get('/stream')).rejects.toThrow('The answer (200) broke off after 1 pieces')
    expect(log).toEqual(expect.arrayContaining(['closed', 'failed 3']))
  })

  it('a signal aborts a call in flight, whose handler is told; it is recorded as aborted', async () => {
    const recorded = Promise.withResolvers<string>()
    const app = createApp({ ...QUIET, log: { access: ({ outcome }) => recorded.resolve(outcome) } })
    const told = vi.fn()
    const reached = Promise.withResolvers<void>()
    app.get('/wait', {}, (_, call) => {
      call.signal.addEventListener('abort', told)
      reached.resolve()
      return new Promise((resolve) => call.signal.addEventListener('abort', () => resolve(null)))
    })
    const abort = new AbortController()
    const answer = testClient(app).http.get('/wait', { signal: abort.signal })
    await reached.promise
    abort.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    expect(told).toHaveBeenCalledOnce()
    expect(await recorded.promise).toBe('aborted')
  })
})

describe('cookies (TEST-4)', () => {
  /** @param headers receives the Cookie headers; handlers do not see them, authenticators do */
  function cookieApp(headers: (string | null)[] = []) {
    const app = createApp({
      ...QUIET,
      auth: [
        {
          surfaces: ['api'],
          authenticate: (request) => {
            headers.push(request.headers.get('cookie'))
            return new AuthContext({ subject: 'ada' })
          },
        },
      ],
    })
    app.get('/login', {}, () => reply('in', { cookies: { sid: 's1', old: null, plain: 'p' } }))
    app.get('/logout', {}, () => reply('out', { cookies: { sid: null } }))
    app.get(
      '/sent',
      {
        params: {
          sid: cookie(z.string().default('none')),
          plain: cookie(z.string().default('none')),
        },
      },
      (args) => args,
    )
    return app
  }

  it('are kept, sent back, replaced for one request, and removed by Max-Age=0', async () => {
    const headers: (string | null)[] = []
    const { http } = testClient(cookieApp(headers))
    const login = await http.get('/login')
    expect(login.cookies).toEqual({ sid: 's1', plain: 'p' })
    expect((await http.get('/sent')).json()).toEqual({ sid: 's1', plain: 'p' })
    const own = await http.get('/sent', { cookies: { sid: 'mine' } })
    expect(own.json()).toEqual({ sid: 'mine', plain: 'p' })
    expect(headers.at(-1)).toBe('plain=p; sid=mine')
    expect(http.cookies.get('sid')).toBe('s1')
    await http.get('/logout')
    expect((await http.get('/sent')).json()).toEqual({ sid: 'none', plain: 'p' })
  })

  it('a Cookie header of its own switches the jar off for that request', async () => {
    const { http } = testClient(cookieApp())
    await http.get('/login')
    const headers = { cookie: 'sid=raw' }
    expect((await http.get('/sent', { headers })).json()).toEqual({ sid: 'raw', plain: 'none' })
    await http.get('/logout', { headers })
    expect(http.cookies.get('sid')).toBe('s1')
  })

  it('Secure ones need https where the host is not a local name', async () => {
    const app = createApp({ ...QUIET, edge: { hosts: ['shop.example.com'] } })
    app.get('/login', {}, () => reply('in', { cookies: { sid: 's1' } }))
    const host = 'shop.example.com'
    const plain = testClient(app, { host })
    await plain.http.get('/login')
    expect(plain.http.cookies.list()).toEqual([])
    const secure = testClient(app, { host, scheme: 'https' })
    await secure.http.get('/login')
    expect(secure.http.cookies.get('sid')).toBe('s1')
  })
})

describe('redirects (W-48)', () => {
  function redirectApp() {
    const app = createApp(QUIET)
    const to = (status: number, location: string) => () =>
      reply('', { status, headers: { location } })
    for (const status of [301, 302, 303, 307, 308])
      app.post(`/r${status}`, {}, to(status, 'end?x=1'))
    app.get('/loop', {}, to(302, '/loop'))
    app.get('/out', {}, to(302, 'https://evil.test/'))
    app.get('/cookie', {}, () =>
      reply('', { status: 302, headers: { location: '/end' }, cookies: { seen: 'yes' } }),
    )
    app.get(
      '/end',
      { params: { seen: cookie(z.string().default('none')) } },
      ({ seen }) => `GET ${seen}`,
    )
    app.post('/end', { params: { a: z.number() } }, ({ a }) => `POST ${a}`)
    return app
  }

  it('are not followed unless asked', async () => {
    const { http } = testClient(redirectApp())
    expect((await http.get('/loop')).status).toBe(302)
  })

  it.each([
    [301, 'GET none'],
    [302, 'GET none'],
    [303, 'GET none'],
    [307, 'POST 7'],
    [308, 'POST 7'],
  ])('%d leads to %s', async (status, wanted) => {
    const { http } = testClient(redirectApp())
    const answer = await http.post(`/r${status}`, { json: { a: 7 }, redirect: 'follow' })
    expect(answer.text).toBe(wanted)
  })

  it('take cookies along, end after 20, and never leave the app', async () => {
    const { http } = testClient(redirectApp())
    expect((await http.get('/cookie', { redirect: 'follow' })).text).toBe('GET yes')
    await expect(http.get('/loop', { redirect: 'follow' })).rejects.toThrow(
      'More than 20 redirects',
    )
    await expect(http.get('/out', { redirect: 'follow' })).rejects.toThrow(
      'The redirect leads out of the app: https://evil.test/',
    )
  })
})

describe('start-up and shutdown (TEST-1)', () => {
  function hookApp(log: string[], fail = false) {
    const app = createApp(QUIET)
    app.onStartup(() => {
      log.push('up')
      if (fail) throw new Error('no database')
    })
    app.onShutdown(() => void log.push('down'))
    app.get('/', {}, () => 'ok')
    return app
  }

  it('run once, on first use and at the end of the block', async () => {
    const log: string[] = []
    const client = testClient(hookApp(log))
    expect(log).toEqual([])
    await Promise.all([client.http.get('/'), client.http.get('/')])
    expect(log).toEqual(['up'])
    // What `await using` calls; Node 22 has the symbol, not the syntax.
    await client[Symbol.asyncDispose]()
    expect(log).toEqual(['up', 'down'])
  })

  it('do not run with `lifespan: false`, nor for a client that was never used', async () => {
    const log: string[] = []
    const unmanaged = testClient(hookApp(log), { lifespan: false })
    expect((await unmanaged.http.get('/')).text).toBe('ok')
    await unmanaged.close()
    await testClient(hookApp(log)).close()
    expect(log).toEqual([])
  })

  it('a start-up that fails is what the first request throws', async () => {
    const client = testClient(hookApp([], true))
    await expect(client.http.get('/')).rejects.toThrow('no database')
    await client.close()
  })

  it('nothing is sent after close, which may be repeated', async () => {
    const log: string[] = []
    const client = testClient(hookApp(log))
    await client.http.get('/')
    await client.close()
    await client.close()
    expect(log).toEqual(['up', 'down'])
    await expect(client.http.get('/')).rejects.toThrow('The test client is closed')
    await expect(client.cli.manifest({ local: true })).rejects.toThrow('The test client is closed')
  })
})
