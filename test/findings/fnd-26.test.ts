// FND-26: an answer made from what only its caller holds is that caller's, by whichever way it was
// read, and no shared cache may keep it; and what depends on a request header says so. A problem is
// about one request, and its form depends on Accept.
import { cookie, createApp, HttpError, header, html, reply } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { cookieSession } from 'trefoil/cookies'
import { type RunningServer, serve } from 'trefoil/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { rawRequest } from '../runtimes/raw-request.ts'
import { ENV, Lines } from './surfaces.ts'

const text = z.string().optional()
const open: RunningServer[] = []
afterAll(async () => {
  for (const server of open) await server.close()
})

type Options = NonNullable<Parameters<typeof createApp>[0]>

async function started(options: Options = {}): Promise<string> {
  const app = createApp({
    name: 'fnd-26',
    env: ENV,
    log: { logger: new Lines().logger },
    auth: [
      {
        authenticate: ({ headers }) =>
          headers.get('x-shop-key') === 'k' ? new AuthContext({ subject: 'ann' }) : null,
        surfaces: ['api', 'mcp', 'cli'],
        scheme: { type: 'apiKey', in: 'header', name: 'X-Shop-Key' },
      },
    ],
    ...options,
  })
  const session = cookieSession({ keys: 'k7Zq2vX9mB4tR8wL1nC6pH3sD5fG0jYa', env: ENV })
  const route = { public: true } as const
  app.get('/known', {}, () => 'mine')
  app.get('/session', { ...route, params: { session } }, ({ session: s }) => `${s.get('n')}`)
  app.get('/cookie', { ...route, params: { sid: cookie(text) } }, ({ sid }) => `${sid}`)
  const named = (alias: string) => ({ ...route, params: { key: header(text, { alias }) } })
  for (const name of ['X-Api-Key', 'X-Shop-Key', 'Proxy-Authorization', 'Cookie', 'X-Tenant']) {
    app.get(`/header/${name}`, named(name), ({ key }) => `${key}`)
  }
  app.get('/page', { ...named('Cookie') }, () => html('<p>mine</p>'))
  app.get('/says', route, () => reply('x', { headers: { vary: 'accept, COOKIE' } }))
  app.get('/says/language', route, () => reply('x', { headers: { vary: 'Accept-Language' } }))
  app.get('/route', { ...route, headers: { Vary: 'Authorization' } }, () => 'x')
  app.get('/own', { ...named('X-Tenant') }, () => reply('x', { headers: { vary: 'Accept' } }))
  app.get('/kept', { ...named('Cookie'), headers: { 'cache-control': 'public' } }, () => 'meant')
  app.get('/hidden', route, (_, { request }) => `${request.headers.get('cookie')}`)
  app.get('/plain', route, () => 'everybody')
  app.get('/tagged', { ...named('Cookie') }, () => reply('x', { etag: true }))
  const publicly = { 'cache-control': 'public, max-age=600' }
  app.get('/fails', { ...route, headers: publicly }, () => {
    throw new HttpError(404, 'Nothing here')
  })
  app.get('/gone', route, () => {
    throw new HttpError(410, 'Gone', { headers: publicly })
  })
  app.get('/broken', { ...route, headers: publicly }, () => {
    throw new Error('broken')
  })
  app.post('/make', { ...route, params: { a: z.string() } }, () => 'x')
  const server = await serve(app, { port: 0, signals: false })
  open.push(server)
  return server.url
}

let url = ''
beforeAll(async () => {
  url = await started()
})

async function caching(path: string, headers: Readonly<Record<string, string>> = {}, at = url) {
  const answer = await rawRequest(at, { path, headers })
  return [answer.headers['cache-control'] ?? '', answer.headers['vary'] ?? ''].join(' | ')
}

const MINE = { cookie: 'sid=ann', 'x-shop-key': 'k' }

test.each([
  ['/known', 'no-store | '],
  ['/session', 'no-store | '],
  ['/cookie', 'no-store | cookie'],
  ['/header/X-Api-Key', 'no-store | x-api-key'],
  ['/header/X-Shop-Key', 'no-store | x-shop-key'],
  ['/header/Proxy-Authorization', 'no-store | proxy-authorization'],
  ['/header/Cookie', 'no-store | cookie'],
  ['/page', 'no-store | cookie'],
  ['/says', 'no-store | accept, COOKIE'],
  ['/route', 'no-store | Authorization'],
  ['/tagged', 'private, no-cache | cookie'],
])('FND-26: %s is its caller’s alone', async (path, expected) => {
  expect(await caching(path, MINE)).toBe(expected)
  // Made from the absence of it, it is the answer of those without.
  if (path !== '/known') expect(await caching(path)).toBe(expected)
})

test('FND-26: what is everybody’s stays everybody’s, and says what it depends on', async () => {
  expect(await caching('/plain', MINE)).toBe(' | ')
  expect(await caching('/says/language', MINE)).toBe(' | Accept-Language')
  expect(await caching('/header/X-Tenant', { 'x-tenant': 'a' })).toBe(' | x-tenant')
  expect(await caching('/own')).toBe(' | Accept, x-tenant')
  expect(await caching('/kept', MINE)).toBe('public | cookie')
})

test('FND-26: a handler has no other way to a credential', async () => {
  expect((await rawRequest(url, { path: '/hidden', headers: MINE })).text).toBe('null')
})

test('FND-26: beside CORS and compression nothing is lost', async () => {
  const at = await started({
    browser: { cors: { allowedOrigins: ['https://a.example'] } },
    edge: { compression: {} },
  })
  expect(await caching('/cookie', MINE, at)).toBe('no-store | cookie, Origin')
  expect(await caching('/nope', {}, at)).toBe('no-store | Accept, Origin')
})

test('FND-26: who shows no credential has no secret that its length could tell (BREACH)', async () => {
  const at = await started({ edge: { compression: { threshold: '1b' } } })
  const coding = async (headers: Readonly<Record<string, string>>) => {
    const head = { 'accept-encoding': 'gzip', ...headers }
    return (await rawRequest(at, { path: '/page', headers: head })).headers['content-encoding']
  }
  expect(await coding({})).toBe('gzip')
  expect(await coding(MINE)).toBeUndefined()
})

test('FND-26: the app’s own Vary counts like a route’s', async () => {
  const at = await started({ edge: { headers: { vary: 'Cookie', 'cache-control': 'public' } } })
  expect(await caching('/plain', {}, at)).toBe('no-store | Cookie')
  expect(await caching('/nope', {}, at)).toBe('no-store | Cookie, Accept')
})

test.each([
  ['GET', '/nope', 404],
  ['GET', '/fails', 404],
  ['GET', '/broken', 500],
  ['GET', '/known', 401],
  ['GET', '/make', 405],
  ['GET', '/%ff', 400],
  ['POST', '/make', 400],
  ['GET', '/openapi.json', 401],
])(
  'FND-26: %s %s: a problem is kept by nobody and varies by Accept',
  async (method, path, status) => {
    for (const accept of ['text/plain', 'application/json', '*/*']) {
      const headers = { accept, 'content-type': 'application/json', 'content-length': '2' }
      const body = method === 'POST' ? { body: '{}' } : {}
      const head = method === 'POST' ? headers : { accept }
      const answer = await rawRequest(url, { method, path, headers: head, ...body })
      expect(answer.status).toBe(status)
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.headers['vary']).toBe('Accept')
      const isText = answer.headers['content-type'] === 'text/plain; charset=utf-8'
      expect(isText).toBe(accept === 'text/plain')
    }
  },
)

test('FND-26: a problem that says how long it may be kept is believed', async () => {
  expect(await caching('/gone')).toBe('public, max-age=600 | Accept')
})
