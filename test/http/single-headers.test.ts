// SW-17, S-HDR-1: what is set later replaces what was set before; several cookies survive.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import type { CreateAppOptions } from '../../packages/trefoil/src/index.ts'
import { createApp, HttpError, reply } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'

type Options = Omit<CreateAppOptions<readonly [], object, object>, 'auth'>

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const PAGE = 'https://a.example'

function makeApp(options: Options = {}) {
  const app = createApp({ log: { logger: quiet }, env: {}, ...options })
  const headers = { 'Content-Type': 'text/html', 'X-Request-Id': 'mine', 'x-page': 'yes' }
  app.get('/plain', () => 'text')
  app.get('/empty', { headers }, () => null)
  app.get('/typed', { headers }, () => '<p>text</p>')
  app.get('/untyped', { headers: { 'content-type': null } }, () => 'text')
  app.get('/typed-twice', { headers }, () =>
    reply('x', { headers: { 'content-type': 'a/b', 'x-request-id': 'theirs' } }),
  )
  app.get('/cased', () => reply('x', { headers: { 'X-A': '1', 'x-a': '2', 'X-B': ['1', '2'] } }))
  app.get('/failing', { headers }, () => {
    throw new HttpError(404, 'No', {
      headers: {
        'Content-Type': 'text/html',
        'x-frame-options': 'SAMEORIGIN',
        'X-Request-Id': 'mine',
        'X-A': '1',
        'x-a': '2',
      },
    })
  })
  app.get('/cookies', { headers: { 'Set-Cookie': 'route=1' } }, () =>
    reply('x', {
      headers: { 'Set-Cookie': ['one=1', 'two=2'], 'set-cookie': 'three=3' },
      cookies: { four: '4' },
    }),
  )
  app.get('/tagged', () => reply({ a: 1 }, { etag: 'v1' }))
  app.get('/tagged-text', { headers: { 'x-page': 'yes' } }, () => reply('a', { etag: 'v1' }))
  app.get('/untaggable', () => reply({ a: 1 }, { etag: 'a"b' }))
  app.get('/open', () =>
    reply('x', {
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-credentials': 'true',
        vary: 'Accept',
      },
    }),
  )
  return app
}

async function get(app: ReturnType<typeof makeApp>, path: string, headers = {}): Promise<Headers> {
  const response = await app.fetch(new Request(`http://localhost${path}`, { headers }))
  await response.text()
  return response.headers
}

const id = /^[0-9a-f]{32}$/

describe('SW-17: no header twice', () => {
  it('the type that a route sets is the only one, on success', async () => {
    expect((await get(makeApp(), '/typed')).get('content-type')).toBe('text/html')
    expect((await get(makeApp(), '/typed-twice')).get('content-type')).toBe('a/b')
    expect((await get(makeApp(), '/empty')).has('content-type')).toBe(false)
    expect((await get(makeApp(), '/plain')).get('content-type')).toBe('text/plain; charset=utf-8')
  })

  it('S-HDR-1: null removes the type', async () => {
    const app = makeApp()
    const answer = await app.fetch(new Request('http://localhost/untyped'))
    expect(answer.headers.get('content-type')).not.toBe('text/plain; charset=utf-8')
    expect((await get(app, '/untyped')).get('x-frame-options')).toBe('DENY')
  })

  it('a problem document says what it is, whatever route and error say', async () => {
    const headers = await get(makeApp(), '/failing')
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(headers.get('x-page')).toBe('yes')
    expect(headers.get('x-a')).toBe('2')
    const text = await get(makeApp(), '/failing', { accept: 'text/plain' })
    expect(text.get('content-type')).toBe('text/plain; charset=utf-8')
  })

  it.each(['/tagged', '/tagged-text', '/untaggable'])(
    'a problem found after the answer was encoded has one type (%s)',
    async (path) => {
      for (const security of ['strict', 'web', 'off'] as const) {
        const app = makeApp({ edge: { security } })
        const headers = await get(app, path, { 'if-match': '"v2"' })
        expect(headers.get('content-type')).toBe('application/problem+json')
        expect(headers.get('etag')).toBeNull()
        const text = await get(app, path, { 'if-match': '"v2"', accept: 'text/plain' })
        expect(text.get('content-type')).toBe('text/plain; charset=utf-8')
      }
    },
  )

  it('names differ in more than their letters’ case', async () => {
    const headers = await get(makeApp(), '/cased')
    expect(headers.get('x-a')).toBe('2')
    expect(headers.get('x-b')).toBe('1, 2')
  })

  it('OBS-1: the id of the request is the framework’s', async () => {
    const app = makeApp({ edge: { headers: { 'X-Request-Id': 'fixed' } } })
    for (const path of ['/plain', '/typed', '/typed-twice', '/failing', '/none']) {
      expect((await get(app, path)).get('x-request-id'), path).toMatch(id)
    }
    const without = makeApp({
      edge: { requestIdHeader: null, headers: { 'X-Request-Id': 'fixed' } },
    })
    expect((await get(without, '/plain')).get('x-request-id')).toBe('fixed')
    expect((await get(without, '/typed-twice')).get('x-request-id')).toBe('theirs')
  })

  it('every cookie is kept', async () => {
    const app = makeApp({ edge: { headers: { 'set-cookie': 'app=1' } } })
    const names = (await get(app, '/cookies')).getSetCookie().map((line) => line.split('=')[0])
    expect(names.sort()).toEqual(['app', 'four', 'one', 'route', 'three', 'two'])
    expect((await get(app, '/plain')).getSetCookie()).toEqual(['app=1'])
  })

  it('a type for the whole app stands for values, not for problems', async () => {
    const app = makeApp({ edge: { headers: { 'Content-Type': 'text/html', allow: 'x' } } })
    expect((await get(app, '/plain')).get('content-type')).toBe('text/html')
    expect((await get(app, '/typed-twice')).get('content-type')).toBe('a/b')
    expect((await get(app, '/none')).get('content-type')).toBe('application/problem+json')
    expect((await get(app, '/openapi.json')).get('content-type')).not.toContain('text/html')
    const options = await app.fetch(new Request('http://localhost/plain', { method: 'OPTIONS' }))
    expect(options.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
    expect(options.headers.has('content-type')).toBe(false)
  })

  it('HTTP-5: what is one caller’s is not stored, whatever the app says of its answers', async () => {
    const authenticate = (_request: unknown) => new AuthContext({ subject: 'u1' })
    const app = createApp({
      log: { logger: quiet },
      env: {},
      auth: [{ authenticate, surfaces: ['api'] }],
      edge: { headers: { 'cache-control': 'public, max-age=60' } },
    })
    app.get('/mine', () => 'mine')
    app.get('/all', { public: true }, () => 'all')
    const ask = (path: string) => app.fetch(new Request(`http://localhost${path}`))
    expect((await ask('/mine')).headers.get('cache-control')).toBe('no-store')
    expect((await ask('/all')).headers.get('cache-control')).toBe('public, max-age=60')
  })
})

describe('CORS-5: headers of cors and of a handler', () => {
  const cors = { allowedOrigins: [PAGE] }

  it('the granted origin replaces what the handler said, credentials included', async () => {
    const headers = await get(makeApp({ browser: { cors } }), '/open', { origin: PAGE })
    expect(headers.get('access-control-allow-origin')).toBe(PAGE)
    expect(headers.has('access-control-allow-credentials')).toBe(false)
    expect(headers.get('vary')).toBe('Accept, Origin')
  })

  it('who is not granted anything gets what the handler said', async () => {
    const headers = await get(makeApp({ browser: { cors } }), '/open', {
      origin: 'https://b.example',
    })
    expect(headers.get('access-control-allow-origin')).toBe('*')
  })

  it('headers of the app are extended, preflights included', async () => {
    const responseHeaders = { vary: 'Cookie', 'access-control-allow-origin': 'https://x.example' }
    const app = makeApp({ browser: { cors }, edge: { headers: responseHeaders } })
    expect((await get(app, '/plain', { origin: PAGE })).get('vary')).toBe('Cookie, Origin')
    const asking = { origin: PAGE, 'access-control-request-method': 'GET' }
    const preflight = await app.fetch(
      new Request('http://localhost/plain', { method: 'OPTIONS', headers: asking }),
    )
    expect(preflight.headers.get('vary')).toBe('Cookie, Origin, Access-Control-Request-Headers')
    expect(preflight.headers.get('access-control-allow-origin')).toBe(PAGE)
  })
})

describe('APP-12: attributes of a cookie', () => {
  it('one that is misspelt is not left out in silence', async () => {
    const app = makeApp()
    const cookie = { value: '1', httponly: true } as { value: string }
    app.get('/cookie', () => reply('x', { cookies: { sid: cookie } }))
    const response = await app.fetch(new Request('http://localhost/cookie'))
    expect(response.status).toBe(500)
    expect(response.headers.has('set-cookie')).toBe(false)
  })
})

describe('RESP-3: headers that say where an answer ends are the server’s', () => {
  it.each(['Content-Length', 'transfer-encoding', 'Connection', 'upgrade', 'keep-alive'])(
    '%s is refused at start-up',
    (name) => {
      const headers = { [name]: '5' }
      expect(() => makeApp({ edge: { headers: headers } })).toThrow(
        `edge.headers: '${name}' is written by the server alone`,
      )
      const app = makeApp()
      app.get('/framed', { headers }, () => 1)
      expect(() => app.catalogue).toThrow(`headers: '${name}' is written by the server alone`)
      expect(() => makeApp({ edge: { requestIdHeader: name } })).toThrow('requestIdHeader')
    },
  )
})

describe('W-29: preflights that were refused say whom they depend on', () => {
  const cors = { allowedOrigins: [PAGE] }
  const asking = { origin: PAGE, 'access-control-request-method': 'GET' }
  const preflight = (path: string, headers: Record<string, string> = {}, options: Options = {}) =>
    makeApp({ browser: { cors }, ...options }).fetch(
      new Request(`http://localhost${path}`, {
        method: 'OPTIONS',
        headers: { ...asking, ...headers },
      }),
    )

  it.each<[string, string, Record<string, string>, number]>([
    ['another host', '/plain', { host: 'evil.example' }, 400],
    ['a path that is none', '/%zz', {}, 400],
    ['a body too large', '/plain', { 'content-length': '99' }, 413],
  ])('%s', async (_, path, headers, status) => {
    const response = await preflight(path, headers, { limits: { body: '10b' } })
    expect(response.status).toBe(status)
    expect(response.headers.get('vary')).toBe('Accept, Origin')
    expect(response.headers.get('access-control-allow-origin')).toBe(PAGE)
  })

  it('too many at once', async () => {
    let leave: (() => void) | undefined
    const app = makeApp({ browser: { cors }, limits: { inFlight: 1 } })
    app.get('/slow', () => new Promise<void>((resolve) => (leave = resolve)))
    const slow = app.fetch(new Request('http://localhost/slow'))
    const response = await app.fetch(
      new Request('http://localhost/plain', { method: 'OPTIONS', headers: asking }),
    )
    expect(response.status).toBe(503)
    expect(response.headers.get('vary')).toBe('Accept, Origin')
    leave?.()
    await slow
  })

  it('OPTIONS * says so too', async () => {
    const server = await serve(makeApp({ browser: { cors } }), { port: 0, signals: false })
    const { status, headers } = await new Promise<{
      status: number | undefined
      headers: IncomingHttpHeaders
    }>((resolve, reject) => {
      const options = { port: server.port, method: 'OPTIONS', path: '*', headers: asking }
      const sent = httpRequest(options, (response) => {
        response.resume()
        resolve({ status: response.statusCode, headers: response.headers })
      })
      sent.on('error', reject).end()
    })
    await server.close()
    expect(status).toBe(204)
    expect(headers.vary).toBe('Origin')
    expect(headers['access-control-allow-origin']).toBe(PAGE)
  })

  it('an answered one has its own', async () => {
    const response = await preflight('/plain')
    expect(response.status).toBe(204)
    expect(response.headers.get('vary')).toBe('Origin, Access-Control-Request-Headers')
  })
})
