// Issue 11, item 7: a client typed by the handles alone, over the network, with no generated code.
import { createApp, query, reply } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { type ClientOptions, createClient, orThrow } from 'trefoil/client'
import { type RunningServer, serve } from 'trefoil/node'
import { client } from 'trefoil/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type * as store from './store.ts'
import { app as storeApp } from './store.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }
const asked: string[] = []

const authenticate = (request: { readonly headers: { get(name: string): string | null } }) => {
  const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? null
  return token === null || token === 'bad' ? null : new AuthContext({ subject: token })
}
const closed = createApp({
  log: { logger },
  auth: [{ authenticate, surfaces: ['api', 'mcp', 'cli'] }],
})
const whoAmI = closed.get('/me', { name: 'who_am_i' }, (_args, call) => call.auth.subject)
const purge = closed.action(
  'purge',
  { description: 'Purge.', cli: true, params: { days: z.int() } },
  ({ days }, call) => ({ days, by: call.auth.subject, source: call.source }),
)
const both = closed.post(
  '/both',
  { name: 'both', description: 'On both.', cli: true, params: { text: query(z.string()) } },
  ({ text }, call) => ({ text, source: call.source }),
)
const secret = closed.tool('secret', { description: 'A tool alone.' }, () => reply('x'))
type Closed = {
  readonly whoAmI: typeof whoAmI
  readonly purge: typeof purge
  readonly both: typeof both
  readonly secret: typeof secret
}

let open: RunningServer
let guarded: RunningServer
beforeAll(async () => {
  open = await serve(storeApp, { port: 0, signals: false })
  guarded = await serve(closed, { port: 0, signals: false })
})
afterAll(async () => {
  await open.close()
  await guarded.close()
})
beforeEach(() => void asked.splice(0))

const at = ({ port }: RunningServer): string => `http://localhost:${port}`
/** The platform's own, with what it was asked for. */
const watched: typeof fetch = (input, init) => {
  asked.push(`${init?.method} ${new URL(String(input)).pathname}`)
  return fetch(input, init)
}
const connect = (options: ClientOptions = {}) =>
  createClient<Closed>(at(guarded), { fetch: watched, ...options })

async function failure(call: Promise<{ readonly ok: boolean }>) {
  const result = await call
  if (result.ok || !('error' in result)) throw new Error('It succeeded')
  return result.error
}

const TABLE = 'GET /.well-known/trefoil-routes.json'

describe('a remote client', () => {
  test('calls routes by a table that it asks for once', async () => {
    const api = createClient<Pick<typeof store, 'getOrder' | 'listOrders' | 'upload'>>(at(open), {
      fetch: watched,
    })
    const [order] = await Promise.all([api.getOrder({ order_id: 'a b' }), api.listOrders()])
    expect(order).toMatchObject({ ok: true, value: { order_id: 'a b' } })
    expect(await orThrow(api.listOrders({ ids: ['a,b', 'c'] }))).toEqual({ ids: ['a,b', 'c'] })
    const photo = new File(['x'], 'x.txt')
    const sent = await orThrow(api.upload({ folder: 'a/b', photo, title: 'a\nb' }))
    expect(sent).toMatchObject({ folder: 'a/b', title: 'a\nb', text: 'x' })
    expect(asked.filter((request) => request === TABLE)).toEqual([TABLE])
    expect(asked).toContain('GET /orders/a%20b')
  })

  test('calls by name what has no route, and all of them when asked to', async () => {
    const token = 'ada'
    const call = 'POST /__trefoil__/actions/call'
    expect(await orThrow(connect({ token }).purge({ days: 7 }))).toEqual({
      days: 7,
      by: 'ada',
      source: 'cli',
    })
    expect(asked.splice(0)).toEqual([TABLE, call])
    expect(await orThrow(connect({ token }).both({ text: 'x' }))).toMatchObject({ source: 'api' })
    expect(asked.splice(0)).toEqual([TABLE, 'POST /both'])
    const byName = connect({ token, surface: 'cli' })
    expect(await orThrow(byName.both({ text: 'x' }))).toMatchObject({ source: 'cli' })
    expect(asked).toEqual([call])
  })

  test('is for one caller: a token function is asked for every call', async () => {
    const tokens = ['ada', 'ada', 'bob']
    const api = connect({ token: async () => tokens.shift() ?? 'none' })
    expect(await orThrow(api.whoAmI())).toBe('ada')
    expect(await orThrow(api.whoAmI())).toBe('bob')
    expect(await orThrow(connect({ token: 'eve' }).whoAmI())).toBe('eve')
  })

  test('sends nothing when its token function fails', async () => {
    const cause = new Error('vault is down')
    const api = connect({ token: () => Promise.reject(cause) })
    expect(await failure(api.whoAmI())).toMatchObject({
      code: 'AUTHENTICATION_ERROR',
      detail: 'The token function failed, so nothing was sent',
      cause,
    })
    const spaced = connect({ token: () => 'a b' })
    expect(await failure(spaced.whoAmI())).toMatchObject({ code: 'AUTHENTICATION_ERROR' })
    expect(asked).toEqual([])
  })

  test('waits for a token no longer than for an answer', async () => {
    const api = connect({ token: () => new Promise(() => undefined), timeout: '20ms' })
    expect(await failure(api.whoAmI())).toMatchObject({
      code: 'remote_unreachable',
      detail: 'Remote did not answer within 20 ms',
    })
  })

  test('is told that its credential is bad, and asks again with the next call', async () => {
    let token = 'bad'
    const api = connect({ token: () => token })
    expect(await failure(api.whoAmI())).toMatchObject({ code: 'AUTHENTICATION_ERROR', status: 401 })
    expect(asked.splice(0)).toEqual([TABLE])
    token = 'ada'
    expect(await orThrow(api.whoAmI())).toBe('ada')
    expect(asked).toEqual([TABLE, 'GET /me'])
  })

  test('takes the table from its options', async () => {
    const routes = {
      protocol: 'trefoil-routes.v1',
      routes: [{ name: 'who_am_i', method: 'GET', path: '/me', arguments: {} }],
    } as const
    const api = connect({ token: 'ada', routes })
    expect(await orThrow(api.whoAmI())).toBe('ada')
    expect(asked).toEqual(['GET /me'])
  })

  test('says what there is not', async () => {
    const api = createClient<{ readonly gone: typeof whoAmI }>(at(guarded), {
      token: 'ada',
      names: { gone: 'who_am_i' },
    })
    expect(await orThrow(api.gone())).toBe('ada')
    const unknown = createClient(at(guarded), { token: 'ada' }) as never as {
      readonly oldOrders: () => Promise<{ readonly ok: boolean }>
    }
    expect(await failure(unknown.oldOrders())).toMatchObject({ code: 'unknown_action' })
    const nowhere = createClient<Closed>('http://localhost:9', { timeout: '2s' })
    expect(await failure(nowhere.whoAmI())).toMatchObject({ code: 'remote_unreachable' })
  })

  test('is no promise, and has no JSON', async () => {
    const api = connect({ token: 'ada' })
    expect(await Promise.resolve(api)).toBe(api)
    expect(JSON.stringify({ api })).toBe('{"api":{}}')
    expect(asked).toEqual([])
  })

  test('never repeats a call, and goes when it is given up', async () => {
    const gone = new AbortController()
    const api = connect({ token: 'ada' })
    await api.whoAmI()
    gone.abort()
    const problem = await failure(api.whoAmI({}, { signal: gone.signal }))
    expect(problem).toMatchObject({ detail: 'Remote request was given up' })
    await expect(api.whoAmI({}, { tries: 3 } as never)).rejects.toThrow(/unknown option/)
  })
})

describe('the options', () => {
  test.each<[string, string, object, string]>([
    ['http elsewhere', 'http://example.com', {}, 'must use HTTPS'],
    ['no address', '', {}, 'url is refused'],
    ['credentials in it', 'https://a:b@example.com', {}, 'must not contain credentials'],
    [
      'a token that is none',
      'https://example.com',
      { token: 'a\nb' },
      'token must be text that a header can carry',
    ],
    ['a token of another type', 'https://example.com', { token: 7 }, 'token must be text'],
    ['a misspelt option', 'https://example.com', { tokens: 'x' }, "did you mean 'token'"],
    [
      'a surface that is none',
      'https://example.com',
      { surface: 'mcp' },
      'surface must be one of api, cli',
    ],
    ['a bare number', 'https://example.com', { timeout: 30 }, "write '30s' for seconds"],
    ['a table that is none', 'https://example.com', { routes: {} }, 'routes cannot be used'],
  ])('are checked: %s', (_what, url, options, text) => {
    const make = () => createClient(url, options as never)
    expect(make).toThrow(text)
    expect(make).not.toThrow('a\nb')
  })
})

describe('the route table', () => {
  const tableOf = async (server: RunningServer, token?: string) =>
    fetch(`${at(server)}/.well-known/trefoil-routes.json`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })

  test('is behind the authenticator of the API, and kept by nobody', async () => {
    expect((await tableOf(guarded)).status).toBe(401)
    const answer = await tableOf(guarded, 'ada')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await answer.json()).toEqual({
      protocol: 'trefoil-routes.v1',
      routes: [
        {
          name: 'both',
          method: 'POST',
          path: '/both',
          arguments: { text: { in: 'query' } },
        },
        { name: 'who_am_i', method: 'GET', path: '/me', arguments: {} },
      ],
    })
  })

  test('tells where arguments go, and no schema, description, tool or CLI action', async () => {
    const { routes } = (await (await tableOf(open)).json()) as { routes: { name: string }[] }
    const of = (name: string) => routes.find((route) => route.name === name)
    expect(of('list_orders')).toEqual({
      name: 'list_orders',
      method: 'GET',
      path: '/orders',
      arguments: { ids: { in: 'query', list: 'commas' }, tag: { in: 'query', list: 'repeated' } },
    })
    expect(of('upload')).toMatchObject({ path: '/photos/{folder:path}' })
    expect(of('replace_order')).toMatchObject({
      path: '/numbered/{order_id}',
      arguments: { if_match: { in: 'header', name: 'if-match' }, theme: { in: 'cookie' } },
    })
    expect(of('ask')).toBeUndefined()
    expect(of('purge')).toBeUndefined()
  })

  test('is public where the documentation is, and gone where it is switched off', async () => {
    const shown = createApp({
      log: { logger },
      auth: [{ authenticate, surfaces: ['api'] }],
      docs: { public: true },
    })
    shown.get('/x', () => null)
    const url = 'http://localhost/.well-known/trefoil-routes.json'
    expect((await shown.fetch(new Request(url))).status).toBe(200)
    const hidden = createApp({ log: { logger }, docs: { openapiPath: null } })
    hidden.get('/x', () => null)
    expect((await hidden.fetch(new Request(url))).status).toBe(404)
  })

  test('names no route whose name another has too (ROUTE-14), which handles can tell', async () => {
    const app = createApp({ log: { logger } })
    const one = app.get('/one', { name: 'twin' }, () => 1)
    const two = app.get('/two', { name: 'twin' }, () => 2)
    const url = 'http://localhost/.well-known/trefoil-routes.json'
    expect(await (await app.fetch(new Request(url))).json()).toMatchObject({ routes: [] })
    await using here = client(app, { one, two })
    expect([await orThrow(here.one()), await orThrow(here.two())]).toEqual([1, 2])
  })

  test('is at a path that no route can take', () => {
    const app = createApp()
    app.get('/.well-known/trefoil-routes.json', () => null)
    expect(() => app.catalogue).toThrow('is reserved by Trefoil')
  })
})
