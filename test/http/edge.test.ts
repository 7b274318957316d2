import { request as httpRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import type { CreateAppOptions } from '../../packages/trefoil/src/index.ts'
import { createApp, NONCE } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'

type Options = Omit<CreateAppOptions<readonly [], object, object>, 'auth'>

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const APP = 'https://app.example.com'

function makeApp(options: Options = {}) {
  const app = createApp({ log: { logger: quiet }, ...options })
  app.get('/facts', (_args, call) => ({
    client: call.client.address,
    scheme: call.request.scheme,
    host: call.request.host,
    nonce: call.cspNonce,
  }))
  app.post('/orders', { params: { sku: z.string() } }, ({ sku }) => ({ sku }))
  app.get('/page', { headers: { 'X-Frame-Options': null, 'x-page': 'yes' } }, () => 'page')
  app.tool('ping', { description: 'Answers.' }, () => 'pong')
  return app
}

const ask = (
  app: ReturnType<typeof makeApp>,
  path: string,
  init: RequestInit = {},
  client?: string,
) =>
  app.fetch(
    new Request(`http://localhost${path}`, init),
    client === undefined ? {} : { clientAddress: client },
  )

describe('trusted proxies', () => {
  const proxied = {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
  }

  it('SEC-6, W-35: client, scheme and host come from a trusted hop', async () => {
    const app = makeApp({ edge: { proxies: ['10.0.0.0/8'], hosts: ['shop.example'] } })
    const response = await ask(app, '/facts', { headers: proxied }, '10.0.0.1')
    expect(await response.json()).toMatchObject({
      client: '203.0.113.7',
      scheme: 'https',
      host: 'shop.example',
    })
    expect(response.headers.get('strict-transport-security')).toContain('max-age=')
  })

  it('SEC-6: an untrusted peer is not believed', async () => {
    const app = makeApp({ edge: { proxies: ['10.0.0.0/8'] } })
    const response = await ask(app, '/facts', { headers: proxied }, '203.0.113.9')
    expect(await response.json()).toMatchObject({
      client: '203.0.113.9',
      scheme: 'http',
      host: 'localhost',
    })
    expect(response.headers.has('strict-transport-security')).toBe(false)
  })

  it('a forwarded host must be an allowed one', async () => {
    const app = makeApp({ edge: { proxies: ['10.0.0.1'], hosts: ['localhost'] } })
    const response = await ask(app, '/facts', { headers: proxied }, '10.0.0.1')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'INVALID_HOST' })
  })
})

describe('CORS', () => {
  const cors = { allowedOrigins: [APP], allowCredentials: true }
  const preflight = { origin: APP, 'access-control-request-method': 'PUT' }

  it.each(['/orders', '/unknown'])(
    'CORS-2: answers a preflight of %s before routing',
    async (path) => {
      const response = await ask(makeApp({ browser: { cors } }), path, {
        method: 'OPTIONS',
        headers: preflight,
      })
      expect(response.status).toBe(204)
      expect(response.headers.get('access-control-allow-origin')).toBe(APP)
      expect(response.headers.get('vary')).toBe('Origin, Access-Control-Request-Headers')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    },
  )

  it.each([
    ['/facts', 200],
    ['/unknown', 404],
    ['/orders', 405],
  ])('CORS-5: %s (%i) carries the grant', async (path, status) => {
    const response = await ask(makeApp({ browser: { cors } }), path, { headers: { origin: APP } })
    expect(response.status).toBe(status)
    expect(response.headers.get('access-control-allow-origin')).toBe(APP)
  })

  it('W-29: an answer to nobody in particular still varies', async () => {
    const response = await ask(makeApp({ browser: { cors } }), '/facts')
    expect(response.headers.get('vary')).toBe('Origin')
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })

  it('W-30: MCP has CORS of its own list, and the API none of it', async () => {
    const app = makeApp({ mcp: { allowedOrigins: [APP] } })
    const mcp = await ask(app, '/mcp', {
      method: 'OPTIONS',
      headers: { ...preflight, 'access-control-request-method': 'POST' },
    })
    expect(mcp.headers.get('access-control-allow-methods')).toBe('POST')
    const api = await ask(app, '/facts', { headers: { origin: APP } })
    expect(api.headers.has('access-control-allow-origin')).toBe(false)
  })

  it('MCP-3: exact CORS origins count for MCP, a wildcard never', async () => {
    const call = (options: Options) =>
      ask(makeApp(options), '/mcp', {
        method: 'POST',
        headers: { origin: APP, 'content-type': 'application/json' },
        body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
      })
    expect((await call({ browser: { cors } })).status).toBe(200)
    expect((await call({ browser: { cors: { allowedOrigins: ['*'] } } })).status).toBe(403)
  })
})

describe('CSRF', () => {
  const crossSite = {
    method: 'POST',
    headers: {
      cookie: 'session=1',
      'sec-fetch-site': 'cross-site',
      origin: 'https://evil.example',
      'content-type': 'text/plain',
    },
    body: '{"sku":"a"}',
  }

  it('HTTP-8: refuses a cross-site call with cookies, before authentication', async () => {
    let asked = 0
    const app = createApp({
      log: { logger: quiet },
      auth: [
        {
          surfaces: ['api'],
          authenticate: (_request) => {
            asked++
            return new AuthContext({ subject: 'u' })
          },
        },
      ],
    })
    app.post('/orders', () => 'done')
    const response = await app.fetch(new Request('http://localhost/orders', crossSite))
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'csrf_refused' })
    expect(asked).toBe(0)
  })

  it('csrf: false lets it pass', async () => {
    expect((await ask(makeApp({ browser: { csrf: false } }), '/orders', crossSite)).status).toBe(
      200,
    )
  })
})

describe('response headers', () => {
  it('a fresh nonce per answer, the same in header and handler', async () => {
    const app = makeApp({ browser: { contentSecurityPolicy: { 'script-src': [NONCE] } } })
    const seen = new Set<string>()
    for (let round = 0; round < 2; round++) {
      const response = await ask(app, '/facts')
      const { nonce } = (await response.json()) as { nonce: string }
      expect(nonce).toMatch(/^[0-9a-f]{32}$/)
      expect(response.headers.get('content-security-policy')).toBe(`script-src 'nonce-${nonce}'`)
      seen.add(nonce)
    }
    expect(seen.size).toBe(2)
  })

  it('a route replaces and removes headers', async () => {
    const { headers } = await ask(makeApp(), '/page')
    expect(headers.has('x-frame-options')).toBe(false)
    expect(headers.get('x-page')).toBe('yes')
    expect(headers.get('referrer-policy')).toBe('same-origin')
  })

  it('HTTP-5: what an authenticated caller is answered is not cached', async () => {
    const app = createApp({
      log: { logger: quiet },
      auth: [{ surfaces: ['api'], authenticate: (_request) => new AuthContext({ subject: 'u' }) }],
    })
    app.get('/mine', () => ({ a: 1 }))
    app.get('/open', { public: true }, () => ({ a: 1 }))
    const mine = await app.fetch(new Request('http://localhost/mine'))
    const open = await app.fetch(new Request('http://localhost/open'))
    expect(mine.headers.get('cache-control')).toBe('no-store')
    expect(open.headers.has('cache-control')).toBe(false)
  })
})

describe('load', () => {
  it('refuses the request beyond maxInFlight with Retry-After, and recovers', async () => {
    const app = createApp({ log: { logger: quiet }, limits: { inFlight: 1 } })
    let release = () => {}
    const entered = new Promise<void>((resolve) => {
      app.get('/slow', async () => {
        resolve()
        await new Promise<void>((go) => {
          release = go
        })
        return 'done'
      })
    })
    app.get('/quick', () => 'quick')
    const server = await serve(app, { port: 0, signals: false })
    try {
      const slow = fetch(`${server.url}/slow`)
      await entered
      const refused = await fetch(`${server.url}/quick`)
      expect(refused.status).toBe(503)
      expect(refused.headers.get('retry-after')).toBe('1')
      release()
      expect(await (await slow).text()).toBe('done')
      await expect.poll(async () => (await fetch(`${server.url}/quick`)).status).toBe(200)
    } finally {
      await server.close()
    }
  })

  it('asks for a body only when somebody wants it (Expect: 100-continue)', async () => {
    const app = createApp({ log: { logger: quiet }, limits: { body: '100b' } })
    app.post('/orders', { params: { sku: z.string() } }, ({ sku }) => ({ sku }))
    const server = await serve(app, { port: 0, signals: false })
    const send = (body: string) =>
      new Promise<{ status: number | undefined; continued: boolean }>((resolve, reject) => {
        let continued = false
        const headers = { expect: '100-continue', 'content-length': body.length }
        const request = httpRequest(`${server.url}/orders`, { method: 'POST', headers })
        request.on('continue', () => {
          continued = true
          request.end(body)
        })
        request.on('response', (response) => {
          response.resume()
          response.on('end', () => {
            resolve({ status: response.statusCode, continued })
            request.destroy()
          })
        })
        request.on('error', reject)
        request.flushHeaders()
      })
    try {
      expect(await send('{"sku":"a"}')).toEqual({ status: 200, continued: true })
      expect(await send('x'.repeat(101))).toEqual({ status: 413, continued: false })
    } finally {
      await server.close()
    }
  })
})
