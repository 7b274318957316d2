import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { type CompressionOptions, createApp } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'
import { rawRequest } from '../runtimes/raw-request.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

interface Site {
  readonly compression?: boolean | CompressionOptions
  /** Every surface authenticates, by a header of its own making. */
  readonly closed?: boolean
  readonly publicDocs?: boolean
}

function site({ compression = true, closed = false, publicDocs = false }: Site = {}) {
  const authenticate = (request: { headers: { get(name: string): string | null } }) =>
    request.headers.get('x-badge') === 'ok' ? new AuthContext({ subject: 'u1' }) : null
  const app = createApp({
    log: { logger: silent },
    edge: { compression },
    docs: { public: publicDocs },
    publicSurfaces: ['api', 'mcp', 'cli'],
    auth: closed ? [{ surfaces: ['api', 'mcp', 'cli'], authenticate }] : [],
  })
  for (const name of ['read', 'list', 'count']) {
    app.get(
      `/${name}/{id}`,
      {
        name,
        description: `What ${name} does, in so many words that it is worth compressing. `.repeat(5),
        tool: true,
        cli: true,
        params: { id: z.string() },
      },
      ({ id }) => ({ id }),
    )
  }
  return (path: string, headers: Record<string, string> = {}, method = 'GET', body?: string) =>
    app.fetch(
      new Request(`http://localhost${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      }),
    )
}

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: zlib.gunzipSync,
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
}

async function decoded(answer: Response): Promise<string> {
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const decode = DECODERS[answer.headers.get('content-encoding') ?? '']
  return new TextDecoder().decode(decode === undefined ? bytes : decode(bytes))
}

const PATHS = ['/openapi.json', '/docs', '/mcp/docs']
const GZIP = { 'accept-encoding': 'gzip' }
/** Pages have a nonce of their own. */
const withoutNonces = (text: string) => text.replaceAll(/nonce(?:="|-)[0-9a-f]{32}/g, 'nonce')

describe('RFC 9110 §8.4: descriptions that anybody may read are compressed', () => {
  it.each(PATHS.flatMap((path) => Object.keys(DECODERS).map((name) => [path, name] as const)))(
    '%s as %s, again and again',
    async (path, encoding) => {
      const ask = site()
      const plain = await ask(path)
      expect(plain.headers.has('content-encoding')).toBe(false)
      expect(plain.headers.get('vary')).toBe('accept-encoding')
      const text = withoutNonces(await plain.text())
      for (let round = 0; round < 2; round++) {
        const smaller = await ask(path, { 'accept-encoding': encoding })
        expect(smaller.headers.get('content-encoding')).toBe(encoding)
        expect(smaller.headers.get('vary')).toBe('accept-encoding')
        expect(smaller.headers.get('content-type')).toBe(plain.headers.get('content-type'))
        expect(smaller.headers.get('x-content-type-options')).toBe('nosniff')
        expect(withoutNonces(await decoded(smaller))).toBe(text)
      }
    },
  )

  it('also where callers are known, when the descriptions are public', async () => {
    const ask = site({ closed: true, publicDocs: true })
    for (const path of PATHS) {
      expect((await ask(path, GZIP)).headers.get('content-encoding'), path).toBe('gzip')
    }
  })

  it('not without `compression`, nor below its threshold', async () => {
    for (const compression of [false, { threshold: '1mb' }] as const) {
      const ask = site({ compression })
      for (const path of PATHS) {
        const answer = await ask(path, GZIP)
        expect(answer.headers.has('content-encoding')).toBe(false)
        expect(answer.headers.has('vary')).toBe(false)
      }
    }
  })

  it('CORS-5: beside what else the answer varies on, in a 304 too', async () => {
    const app = createApp({
      log: { logger: silent },
      edge: { compression: true },
      browser: { cors: { allowedOrigins: ['https://a.example'] } },
    })
    for (let index = 0; index < 20; index++) app.get(`/many/${index}`, () => index)
    for (const headers of [GZIP, { ...GZIP, 'if-none-match': '*' }]) {
      const answer = await app.fetch(new Request('http://localhost/openapi.json', { headers }))
      expect(answer.headers.get('vary')).toBe('accept-encoding, Origin')
    }
  })

  it('on a server: HEAD announces what GET sends', async () => {
    const app = createApp({ log: { logger: silent }, edge: { compression: { threshold: '1b' } } })
    app.get('/a', () => 'a')
    const server = await serve(app, { port: 0, signals: false })
    try {
      for (const headers of [GZIP, {}]) {
        const spec = { path: '/openapi.json', headers }
        const get = await rawRequest(server.url, spec)
        const head = await rawRequest(server.url, { ...spec, method: 'HEAD' })
        expect(get.headers['content-encoding']).toBe(headers === GZIP ? 'gzip' : undefined)
        expect(head.status).toBe(200)
        expect(head.text).toBe('')
        for (const name of ['content-length', 'content-encoding', 'etag', 'vary']) {
          expect(head.headers[name], name).toBe(get.headers[name])
        }
      }
    } finally {
      await server.close()
    }
  })
})

describe('BREACH: what a known caller reads beside its secrets is never compressed', () => {
  it.each(PATHS)('%s, by whatever header the caller is known', async (path) => {
    const ask = site({ closed: true })
    expect((await ask(path, GZIP)).status).toBe(401)
    const answer = await ask(path, { ...GZIP, 'x-badge': 'ok' })
    expect(answer.status).toBe(200)
    expect(answer.headers.has('content-encoding')).toBe(false)
  })

  it.each(['authorization', 'cookie', 'x-api-key'])('nor where %s was sent', async (name) => {
    for (const path of PATHS) {
      const answer = await site()(path, { ...GZIP, [name]: 'Bearer x' })
      expect(answer.headers.has('content-encoding')).toBe(false)
    }
  })

  it('nor what agents are answered', async () => {
    const ask = site({ compression: { threshold: '1b' } })
    const json = { ...GZIP, 'content-type': 'application/json' }
    const rpc = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    const answers = [
      await ask('/mcp', json, 'POST', rpc),
      await ask('/.well-known/trefoil-actions.json', GZIP),
      await ask('/__trefoil__/actions/call', json, 'POST', '{"action":"read","arguments":{}}'),
    ]
    for (const answer of answers) {
      expect(answer.headers.has('content-encoding')).toBe(false)
      expect(answer.headers.has('etag')).toBe(false)
    }
  })
})

describe('RFC 9110 §13: OpenAPI is asked for again', () => {
  it('under its entity tag, which is another one for what is compressed', async () => {
    const ask = site()
    const plain = (await ask('/openapi.json')).headers.get('etag') ?? ''
    expect(plain).toMatch(/^"[\w-]{27}"$/)
    const coded = (await ask('/openapi.json', GZIP)).headers.get('etag') ?? ''
    expect(coded).toBe(plain.replace(/"$/, '-gzip"'))
    for (const etag of [coded, `W/${coded}`, '*', `"x", ${coded}`]) {
      for (const method of ['GET', 'HEAD']) {
        const again = await ask('/openapi.json', { ...GZIP, 'if-none-match': etag }, method)
        expect(again.status).toBe(304)
        expect(again.headers.get('etag')).toBe(coded)
        expect(again.headers.get('vary')).toBe('accept-encoding')
        expect(again.headers.has('content-type')).toBe(false)
        expect(await again.text()).toBe('')
      }
    }
    expect((await ask('/openapi.json', { 'if-none-match': '"old"' })).status).toBe(200)
  })

  it('with If-Match, a failed one is a problem like any other', async () => {
    const answer = await site()('/openapi.json', { 'if-match': '"old"' })
    expect(answer.status).toBe(412)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await answer.json()).toMatchObject({
      code: 'precondition_failed',
      request_id: answer.headers.get('x-request-id'),
    })
  })

  it('another app has another tag, the same app the same', async () => {
    const tag = async (ask: ReturnType<typeof site>) =>
      (await ask('/openapi.json')).headers.get('etag')
    expect(await tag(site())).toBe(await tag(site({ compression: false })))
    expect(await tag(site())).not.toBe(await tag(site({ closed: true, publicDocs: true })))
  })

  it('HTTP-5: by a known caller, out of its own cache only, and never before it is known', async () => {
    const ask = site({ closed: true })
    const first = await ask('/openapi.json', { 'x-badge': 'ok' })
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"/)
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    const again = await ask('/openapi.json', { 'x-badge': 'ok', 'if-none-match': etag })
    expect(again.status).toBe(304)
    expect(again.headers.get('cache-control')).toBe('private, no-cache')
    expect((await ask('/openapi.json', { 'if-none-match': etag })).status).toBe(401)
  })

  it('pages have a nonce in each answer and no tag', async () => {
    for (const path of ['/docs', '/mcp/docs']) {
      const page = await site()(path, { 'if-none-match': '*' })
      expect(page.status).toBe(200)
      expect(page.headers.has('etag')).toBe(false)
      expect(page.headers.get('cache-control')).toBe('no-store')
    }
  })
})
