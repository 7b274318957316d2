import { syncBuiltinESMExports } from 'node:module'
import * as zlib from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../../auth.ts'
import { PartialContent } from '../../../contract/answer/partial-content.ts'
import {
  type CompressionOptions,
  checkPreconditions,
  createApp,
  dependency,
  ImproperlyConfigured,
  reply,
  stream,
} from '../../../index.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const LONG = { list: Array.from({ length: 300 }, (_, index) => `item ${index}`) }

function call(
  handler: (args: object, call: never) => unknown,
  init: RequestInit & { readonly headers?: Record<string, string> } = {},
  compression: boolean | CompressionOptions = false,
): Promise<Response> {
  const app = createApp({
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: silent },
    edge: { compression },
  })
  app.route(init.method === 'HEAD' ? 'GET' : (init.method ?? 'GET'))('/', handler)
  return app.fetch(new Request('http://localhost/', init))
}

describe('entity tags', () => {
  test('RFC 9110 §13: a hash of the body, the same for the same value', async () => {
    const handler = () => reply({ a: 1 }, { etag: true })
    const first = await call(handler)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{27}"$/)
    const again = await call(handler, { headers: { 'if-none-match': `"x", ${etag}` } })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
    expect(again.headers.get('etag')).toBe(etag)
    expect(again.headers.has('content-type')).toBe(false)
    expect((await call(() => reply({ a: 2 }, { etag: true }))).headers.get('etag')).not.toBe(etag)
    const head = await call(handler, { method: 'HEAD', headers: { 'if-none-match': etag } })
    expect(head.status).toBe(304)
  })

  test('RFC 9110 §13: If-Match that fails is 412, as a problem', async () => {
    const sent = await call(() => reply('x', { etag: 'v2' }), { headers: { 'if-match': '"v1"' } })
    expect(sent.status).toBe(412)
    expect((await sent.json()).code).toBe('precondition_failed')
  })

  test('RFC 9110 §13: an unsafe method that ran is not taken back', async () => {
    const sent = await call(() => reply({ ok: true }, { etag: 'v2' }), {
      method: 'PUT',
      headers: { 'if-match': '"v1"' },
    })
    expect(sent.status).toBe(200)
    expect(sent.headers.get('etag')).toBe('"v2"')
  })

  test('RFC 9110 §13: failures are not cached under a tag', async () => {
    const options = { status: 404, etag: 'v1' }
    const sent = await call(() => reply('gone', options), { headers: { 'if-none-match': '"v1"' } })
    expect(sent.status).toBe(404)
  })

  test('RESP-3: a tag that cannot be written is a 500', async () => {
    for (const made of [reply('x', { etag: 'a"b' }), reply(stream(['x']).value, { etag: true })]) {
      expect((await call(() => made)).status).toBe(500)
    }
  })

  test('HTTP-5: a tag makes an authenticated answer storable by its owner, nobody else', async () => {
    const app = createApp({
      log: { logger: silent },
      publicSurfaces: ['mcp', 'cli'],
      auth: [{ authenticate: (_request) => new AuthContext({ subject: 'a' }), surfaces: ['api'] }],
    })
    app.get('/', () => reply('x', { etag: 'v1' }))
    const sent = await app.fetch(new Request('http://localhost/'))
    expect(sent.headers.get('cache-control')).toBe('private, no-cache')
  })
})

describe('W-15, RES-9: a stream whose pieces the answer does not need', () => {
  class Hello extends PartialContent {
    readonly size = 5
    readonly lastModified = 0
    select() {}
    async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('hello')
    }
  }
  const streamed = (etag: string) => reply(new Hello(), { etag })

  /** How the dependency of a call ended, and what the caller was told. */
  async function ending(
    etag: string,
    init: RequestInit,
  ): Promise<{ readonly status: number; readonly ended: string }> {
    const { promise: ended, resolve } = Promise.withResolvers<string>()
    const db = dependency(
      async function* () {
        try {
          yield 'db'
          resolve('committed')
        } catch (error) {
          resolve(String(error))
        }
      },
      { name: 'db' },
    )
    const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'], log: { logger: silent } })
    app.get('/', { params: { db } }, () => streamed(etag))
    const { status } = await app.fetch(new Request('http://localhost/', init))
    return { status, ended: await ended }
  }

  test.each<[number, RequestInit]>([
    [412, { headers: { 'if-match': '"v1"' } }],
    [412, { method: 'HEAD', headers: { 'if-match': '"v1"' } }],
    [416, { headers: { range: 'bytes=9-' } }],
    [304, { headers: { 'if-none-match': '"v2"' } }],
    [200, { method: 'HEAD' }],
  ])('%i of %j ends its dependencies as a success', async (status, init) => {
    expect(await ending('v2', init)).toEqual({ status, ended: 'committed' })
  })

  test('an answer that could not be made ends them as a failure', async () => {
    const { status, ended } = await ending('not "a" tag', {})
    expect(status).toBe(500)
    expect(ended).not.toBe('committed')
  })
})

describe('checkPreconditions()', () => {
  const put = (etag: string | null, required: boolean, headers: Record<string, string> = {}) =>
    call(
      (_, running) => {
        checkPreconditions(running, etag, { required })
        return 'changed'
      },
      { method: 'PUT', headers },
    )

  test.each([
    ['v1', false, {}, 200],
    ['v1', false, { 'if-match': '"v1"' }, 200],
    ['v1', false, { 'if-match': '"v0"' }, 412],
    ['v1', false, { 'if-match': 'W/"v1"' }, 412],
    ['v1', false, { 'if-none-match': '*' }, 412],
    [null, false, { 'if-none-match': '*' }, 200],
    [null, false, { 'if-match': '*' }, 412],
    ['v1', true, {}, 428],
    ['v1', true, { 'if-match': '"v1"' }, 200],
  ] as const)('RFC 9110 §13: stored %o, required %o, sent %j: %i', async (...row) => {
    const [etag, required, headers, status] = row
    expect((await put(etag, required, headers)).status).toBe(status)
  })
})

const gunzip = async (sent: Response, decode: (bytes: Uint8Array) => Uint8Array) =>
  new TextDecoder().decode(decode(new Uint8Array(await sent.arrayBuffer())))

describe('compression', () => {
  test.each([
    ['gzip', zlib.gunzipSync],
    ['br', zlib.brotliDecompressSync],
    ['zstd', zlib.zstdDecompressSync],
  ] as const)('RFC 9110 §8.4: %s, whole and streamed', async (encoding, decode) => {
    const headers = { 'accept-encoding': encoding }
    const whole = await call(() => LONG, { headers }, true)
    expect(whole.headers.get('content-encoding')).toBe(encoding)
    expect(whole.headers.get('vary')).toBe('accept-encoding')
    expect(JSON.parse(await gunzip(whole, decode))).toEqual(LONG)
    const big = ['x'.repeat(200_000), '', 'ü'.repeat(70_000)]
    const made = () => stream(big, { contentType: 'text/plain' })
    const streamed = await call(made, { headers }, true)
    expect(streamed.headers.get('content-encoding')).toBe(encoding)
    expect(await gunzip(streamed, decode)).toBe(big.join(''))
  })

  test('RFC 9110 §8.4: off by default', async () => {
    const sent = await call(() => LONG, { headers: { 'accept-encoding': 'gzip' } })
    expect(sent.headers.has('content-encoding')).toBe(false)
    expect(sent.headers.has('vary')).toBe(false)
  })

  const gzip = { 'accept-encoding': 'gzip' }
  const big = 'x'.repeat(5000)
  test.each<[string, () => unknown, Record<string, string>, boolean, boolean]>([
    ['plain', () => big, gzip, true, true],
    ['client says nothing', () => big, {}, false, true],
    ['small', () => 'x', gzip, false, false],
    ['refused by the reply', () => reply(big, { compress: false }), gzip, false, false],
    [
      'a picture',
      () => reply(big, { headers: { 'content-type': 'image/png' } }),
      gzip,
      false,
      false,
    ],
    ['encoded', () => reply(big, { headers: { 'content-encoding': 'x' } }), gzip, false, false],
    [
      'no-transform',
      () => reply(big, { headers: { 'cache-control': 'public, No-Transform' } }),
      gzip,
      false,
      false,
    ],
    [
      'sets a cookie',
      () => reply(big, { cookies: { a: 'b' }, compress: true }),
      gzip,
      false,
      false,
    ],
    ['caller with a cookie', () => big, { ...gzip, cookie: 'a=b' }, false, false],
    ['caller with a token', () => big, { ...gzip, authorization: 'Bearer x' }, false, false],
    [
      'caller with a cookie, allowed',
      () => reply(big, { compress: true }),
      { ...gzip, cookie: 'a=b' },
      true,
      true,
    ],
    ['partial', () => reply(big, { status: 206 }), gzip, false, false],
  ])('BREACH: %s', async (_, handler, headers, compressed, varies) => {
    const sent = await call(handler, { headers }, true)
    expect(sent.headers.get('content-encoding') === 'gzip').toBe(compressed)
    expect(sent.headers.get('vary') === 'accept-encoding').toBe(varies)
  })

  test('RFC 9110 §8.8.3: a compressed body has a strong tag of its own', async () => {
    const handler = () => reply(big, { etag: 'v1' })
    const sent = await call(handler, { headers: gzip }, true)
    expect(sent.headers.get('etag')).toBe('"v1-gzip"')
    expect((await call(handler, {}, true)).headers.get('etag')).toBe('"v1"')
    const weak = await call(() => reply(big, { etag: 'W/"v1"' }), { headers: gzip }, true)
    expect(weak.headers.get('etag')).toBe('W/"v1"')
  })

  test.each([
    [gzip, { 'if-none-match': '"v1-gzip"' }, 304],
    [gzip, { 'if-none-match': 'W/"v1-gzip"' }, 304],
    [gzip, { 'if-none-match': '*' }, 304],
    // Another coding is in the cache than this client would be sent.
    [gzip, { 'if-none-match': '"v1"' }, 200],
    [{}, { 'if-none-match': '"v1-gzip"' }, 200],
    [{}, { 'if-none-match': '"v1"' }, 304],
    [gzip, { 'if-match': '"v1"' }, 200],
    [gzip, { 'if-match': '"v1-br"' }, 200],
    [{}, { 'if-match': '"v1-gzip"' }, 200],
    [gzip, { 'if-match': '"v2-gzip"' }, 412],
  ])('RFC 9110 §13.1: %j with %j is %i', async (accepted, condition, status) => {
    const headers = { ...accepted, ...condition } as Record<string, string>
    const sent = await call(() => reply(big, { etag: 'v1' }), { headers }, true)
    expect(sent.status).toBe(status)
    if (status === 412) return
    expect(sent.headers.get('etag')).toBe('accept-encoding' in accepted ? '"v1-gzip"' : '"v1"')
    expect(sent.headers.get('vary')).toBe('accept-encoding')
  })

  test('RFC 9110 §13.1.1: what was read compressed can be changed, once', async () => {
    let version = 1
    const app = createApp({
      publicSurfaces: ['api', 'mcp', 'cli'],
      log: { logger: silent },
      edge: { compression: true },
    })
    app.get('/', () => reply(big, { etag: `v${version}` }))
    app.put('/', (_, running) => {
      checkPreconditions(running, `v${version}`, { required: true })
      version++
      return null
    })
    const url = 'http://localhost/'
    for (const coding of ['gzip', 'br', 'zstd', 'identity']) {
      const read = await app.fetch(new Request(url, { headers: { 'accept-encoding': coding } }))
      const change = { method: 'PUT', headers: { 'if-match': read.headers.get('etag') ?? '' } }
      expect((await app.fetch(new Request(url, change))).status).toBe(204)
      expect((await app.fetch(new Request(url, change))).status).toBe(412)
    }
  })

  test('RFC 9110 §12.5.3: a coding that the runtime does not have is not offered', async () => {
    const { createZstdCompress, zstdCompress } = zlib.default
    const compress = zlib.default as Partial<typeof zlib.default>
    delete compress.createZstdCompress
    delete compress.zstdCompress
    syncBuiltinESMExports()
    try {
      const headers = { 'accept-encoding': 'zstd, gzip;q=0.5' }
      const sent = await call(() => big, { headers }, true)
      expect([sent.status, sent.headers.get('content-encoding')]).toEqual([200, 'gzip'])
      const only = await call(() => big, { headers }, { encodings: ['zstd'] })
      expect([only.status, only.headers.has('content-encoding')]).toEqual([200, false])
      expect(await only.text()).toBe(big)
    } finally {
      Object.assign(compress, { createZstdCompress, zstdCompress })
      syncBuiltinESMExports()
    }
  })

  test('RFC 9110 §9.3.2: HEAD has the headers of GET', async () => {
    const get = await call(() => big, { headers: gzip }, true)
    const head = await call(() => big, { method: 'HEAD', headers: gzip }, true)
    expect(head.headers.get('content-encoding')).toBe('gzip')
    const size = (await get.arrayBuffer()).byteLength
    expect(head.headers.get('content-length')).toBe(String(size))
    expect(await head.text()).toBe('')
  })

  test('RFC 9110 §12.5.5: Vary keeps what it says', async () => {
    const options = { headers: { vary: 'Accept' } }
    const sent = await call(() => reply(big, options), { headers: gzip }, true)
    expect(sent.headers.get('vary')).toBe('Accept, accept-encoding')
  })

  test('ADAPT-2: every piece is flushed, and a client that leaves reaches the source', async () => {
    const { promise: gone, resolve: left } = Promise.withResolvers<void>()
    const source = {
      [Symbol.asyncIterator]: () => {
        let sent = 0
        return {
          next: () =>
            sent++ === 0
              ? Promise.resolve({ done: false as const, value: 'first' })
              : new Promise<IteratorResult<string>>(() => {}),
          return: async () => {
            left()
            return { done: true as const, value: undefined }
          },
        }
      },
    }
    const made = () => stream(source, { contentType: 'text/plain' })
    const sent = await call(made, { headers: gzip }, true)
    const reader = sent.body?.getReader()
    const piece = (await reader?.read())?.value ?? new Uint8Array()
    const options = { finishFlush: zlib.constants.Z_SYNC_FLUSH }
    expect(zlib.gunzipSync(piece, options).toString()).toBe('first')
    await reader?.cancel()
    await gone
  })

  test.each<[CompressionOptions, string]>([
    [{ threshold: 'big' }, 'compression.threshold'],
    [{ encodings: [] }, 'compression.encodings'],
    [{ encodings: ['deflate' as 'br'] }, 'number 1 is not one of zstd, br, gzip'],
    [{ treshold: 1 } as CompressionOptions, "unknown option 'treshold'"],
  ])('APP-3: %j stops the start', (compression, message) => {
    expect(() => createApp({ edge: { compression } })).toThrow(ImproperlyConfigured)
    expect(() => createApp({ edge: { compression } })).toThrow(message)
  })
})

test('BREACH: a credential in a header of one’s own keeps an answer from being compressed', async () => {
  const scheme = { type: 'apiKey', in: 'header', name: 'X-Own-Token' } as const
  const app = createApp({
    log: { logger: silent },
    edge: { compression: true },
    auth: [{ authenticate: (_request) => null, surfaces: ['api', 'mcp', 'cli'], scheme }],
  })
  app.get('/', { name: 'open', public: true }, () => LONG)
  const coding = async (headers: Record<string, string>) => {
    const request = new Request('http://localhost/', {
      headers: { 'accept-encoding': 'gzip', ...headers },
    })
    return (await app.fetch(request)).headers.get('content-encoding')
  }
  expect(await coding({})).toBe('gzip')
  expect(await coding({ 'x-own-token': 't' })).toBeNull()
})
