import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../../../../auth.ts'
import { createApp, query } from '../../../../index.ts'
import { type RunningServer, sendFile, serve, staticFiles } from '../../../../node.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const MODIFIED = 'Tue, 14 Nov 2023 22:13:20 GMT'
let folder: string
let server: RunningServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trefoil-files-'))
  const site = join(folder, 'site')
  for (const name of ['docs', 'empty', '.hidden']) mkdirSync(join(site, name), { recursive: true })
  const put = (name: string, data: string | Uint8Array) => writeFileSync(join(site, name), data)
  put('index.html', '<p>home')
  put('docs/index.html', '<p>docs')
  put('ten.txt', '0123456789')
  put('ü b.txt', 'umlaut')
  put('big.txt', 'line\n'.repeat(100_000))
  put('nothing.txt', '')
  put('.env', 'SECRET')
  put('.hidden/x.txt', 'SECRET')
  put('%2e%2e', 'odd name')
  writeFileSync(join(folder, 'secret.txt'), 'SECRET')
  symlinkSync(join(folder, 'secret.txt'), join(site, 'link.txt'))
  symlinkSync(folder, join(site, 'up'))
  symlinkSync(join(site, 'ten.txt'), join(site, 'inside.txt'))
  utimesSync(join(site, 'ten.txt'), 1_700_000_000, 1_700_000_000)
  const app = createApp({
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: silent },
    edge: { compression: true },
  })
  app.get('/', staticFiles(site))
  app.get('/s/{file:path}', staticFiles(site))
  app.get('/dots/{file:path}', staticFiles(site, { dotfiles: true, index: null }))
  const assets = { maxAge: '30d', immutable: true, etag: false, headers: { 'X-Own': '1' } } as const
  app.get('/assets/{file:path}', staticFiles(site, assets))
  app.get('/save', { params: { name: query(z.string()) } }, ({ name }) =>
    sendFile(name, { root: site, download: true, contentType: 'application/x-own' }),
  )
  app.get('/fixed', () => sendFile(join(site, 'ten.txt'), { etag: 'v1', maxAge: '1h' }))
  server = await serve(app, { port: 0, signals: false })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}${path}`, { method, headers, redirect: 'manual' })

describe('a file', () => {
  test('RESP-2: type, length, date, tag, and what caches may do', async () => {
    const sent = await get('/s/ten.txt')
    expect(sent.status).toBe(200)
    expect(Object.fromEntries(sent.headers)).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '10',
      'last-modified': MODIFIED,
      'accept-ranges': 'bytes',
      'cache-control': 'public, no-cache',
      'x-content-type-options': 'nosniff',
    })
    expect(sent.headers.get('etag')).toMatch(/^"a-[0-9a-z]+"$/)
    expect(await sent.text()).toBe('0123456789')
  })

  test('RESP-2: a large one arrives whole, an empty one empty', async () => {
    const bytes = Buffer.from(await (await get('/s/big.txt')).arrayBuffer())
    const hash = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
    expect(hash(bytes)).toBe(hash('line\n'.repeat(100_000)))
    const empty = await get('/s/nothing.txt')
    expect(empty.headers.get('content-length')).toBe('0')
    expect(await empty.text()).toBe('')
  })

  test('RFC 9110 §9.3.2: HEAD has the same head', async () => {
    const head = await get('/s/ten.txt', { range: 'bytes=0-1' }, 'HEAD')
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe('10')
    expect(await head.text()).toBe('')
  })

  test.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=9-', 206, '9', 'bytes 9-9/10'],
    ['bytes=0-0,2-2', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
  ])('RFC 9110 §14: %s is %i', async (range, status, text, contentRange) => {
    const sent = await get('/s/ten.txt', { range })
    expect(sent.status).toBe(status)
    expect(sent.headers.get('content-range')).toBe(contentRange)
    expect(sent.headers.get('content-length')).toBe(String(text.length))
    expect(await sent.text()).toBe(text)
  })

  test('RFC 9110 §14: a range beyond the end is 416 and names the length', async () => {
    const sent = await get('/s/ten.txt', { range: 'bytes=10-' })
    expect(sent.status).toBe(416)
    expect(sent.headers.get('content-range')).toBe('bytes */10')
    expect((await sent.json()).code).toBe('range_not_satisfiable')
  })

  test('RFC 9110 §13.1.5: If-Range gives the part of the same bytes, else the whole', async () => {
    const etag = (await get('/s/ten.txt')).headers.get('etag') ?? ''
    for (const [condition, status] of [
      [etag, 206],
      [MODIFIED, 206],
      ['"other"', 200],
      ['Tue, 14 Nov 2023 22:13:21 GMT', 200],
    ] as const) {
      const sent = await get('/s/ten.txt', { range: 'bytes=0-0', 'if-range': condition })
      expect(sent.status, condition).toBe(status)
      await sent.text()
    }
  })

  test('RFC 9110 §13: conditional requests', async () => {
    const etag = (await get('/s/ten.txt')).headers.get('etag') ?? ''
    for (const [headers, status] of [
      [{ 'if-none-match': etag }, 304],
      [{ 'if-modified-since': MODIFIED }, 304],
      [{ 'if-none-match': '"other"', 'if-modified-since': MODIFIED }, 200],
      [{ 'if-none-match': etag, range: 'bytes=99-' }, 304],
      [{ 'if-match': '"other"' }, 412],
      [{ 'if-unmodified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' }, 412],
    ] as const) {
      const sent = await get('/s/ten.txt', headers)
      expect(sent.status, JSON.stringify(headers)).toBe(status)
      await sent.text()
    }
  })

  test('RESP-2: a download has a name, a type of its own, and caches of the caller only', async () => {
    const sent = await get('/save?name=%C3%BC%20b.txt')
    expect(sent.headers.get('content-type')).toBe('application/x-own')
    expect(sent.headers.get('cache-control')).toBe('private, no-cache')
    expect(sent.headers.get('content-disposition')).toBe(
      'attachment; filename="_ b.txt"; filename*=UTF-8\'\'%C3%BC%20b.txt',
    )
    expect(await sent.text()).toBe('umlaut')
    const fixed = await get('/fixed')
    expect(fixed.headers.get('etag')).toBe('"v1"')
    expect(fixed.headers.get('cache-control')).toBe('private, max-age=3600')
  })

  test('RFC 9110 §8.4: compressed when the client may, ranges of it never', async () => {
    const headers = { 'accept-encoding': 'gzip' }
    const app = await get('/s/big.txt', headers)
    expect(app.headers.get('content-encoding')).toBe('gzip')
    expect(app.headers.get('vary')).toBe('accept-encoding')
    expect(app.headers.has('content-length')).toBe(false)
    expect((await app.text()).length).toBe(500_000)
    const part = await get('/s/big.txt', { ...headers, range: 'bytes=0-4' })
    expect(part.status).toBe(206)
    expect(part.headers.has('content-encoding')).toBe(false)
    expect(part.headers.get('etag')).toMatch(/^"/)
    expect(await part.text()).toBe('line\n')
    expect(() => gunzipSync('line\n')).toThrow()
  })
})

describe('a folder', () => {
  test.each([
    ['/', '<p>home'],
    ['/s/docs', '<p>docs'],
    ['/s/docs/', '<p>docs'],
    ['/s/docs/index.html', '<p>docs'],
    ['/s/%C3%BC%20b.txt', 'umlaut'],
    ['/s/inside.txt', '0123456789'],
    ['/s/%252e%252e', 'odd name'],
    ['/dots/.hidden/x.txt', 'SECRET'],
  ])('ADAPT-1: %s is served', async (path, text) => {
    const sent = await get(path)
    expect(sent.status).toBe(200)
    expect(await sent.text()).toBe(text)
  })

  test.each([
    '/s/%2e%2e/secret.txt',
    '/s/..%2fsecret.txt',
    '/s/docs/%2e%2e/%2e%2e/secret.txt',
    '/s/..%5csecret.txt',
    '/s/%5c..%5csecret.txt',
    '/s/link.txt',
    '/s/up/secret.txt',
    '/s/up',
    '/s/.env',
    '/s/%2eenv',
    '/s/.hidden/x.txt',
    '/s/empty',
    '/s/missing.txt',
    '/s/ten.txt/x',
    '/s/ten.txt.',
    '/s/NUL',
    '/s/C:%5cwindows',
    `/s/${'a'.repeat(300)}`,
    '/dots/docs',
    '/dots/%2e%2e/secret.txt',
    '/save?name=../secret.txt',
    '/save?name=/etc/hostname',
    '/save?name=link.txt',
    '/save?name=docs',
    '/save?name=.env',
    '/save?name=ten.txt%00.png',
  ])('ADAPT-1: %s is not there', async (path) => {
    const sent = await get(path)
    expect(sent.status).toBe(404)
    const text = await sent.text()
    expect(text).not.toContain('SECRET')
    expect(text).not.toContain(folder)
  })

  test('ROUTE-8: a NUL in the path is refused before', async () => {
    expect((await get('/s/ten.txt%00')).status).toBe(400)
  })

  test('RESP-2: immutable files with headers of their own', async () => {
    const sent = await get('/assets/ten.txt')
    expect(sent.headers.get('cache-control')).toBe('public, max-age=2592000, immutable')
    expect(sent.headers.get('x-own')).toBe('1')
    expect(sent.headers.has('etag')).toBe(false)
    await sent.text()
  })

  test('HTTP-5: what needs a login is not kept by caches that others share', async () => {
    const app = createApp({
      log: { logger: silent },
      publicSurfaces: ['mcp', 'cli'],
      auth: [{ authenticate: (_request) => new AuthContext({ subject: 'a' }), surfaces: ['api'] }],
    })
    app.get('/{file:path}', staticFiles(join(folder, 'site'), { maxAge: '1h' }))
    const sent = await app.fetch(new Request('http://localhost/ten.txt'))
    expect(sent.headers.get('cache-control')).toBe('private, max-age=3600')
    expect(await sent.text()).toBe('0123456789')
  })

  test('HTTP-5: a file that comes with a cookie is for its caller alone', async () => {
    const app = createApp({ log: { logger: silent }, publicSurfaces: ['api', 'mcp', 'cli'] })
    const path = join(folder, 'site', 'ten.txt')
    app.get('/', () => sendFile(path, { shared: true, maxAge: '1h', cookies: { a: '1' } }))
    const sent = await app.fetch(new Request('http://localhost/'))
    expect(sent.headers.get('cache-control')).toBe('private, no-cache')
    await sent.text()
  })

  test('ADAPT-1: a folder that is none stops the start', () => {
    expect(() => staticFiles(join(folder, 'none'))).toThrow('is not a folder')
    expect(() => staticFiles(join(folder, 'secret.txt'))).toThrow('is not a folder')
  })

  test('ADAPT-1: a file swapped between check and sending is not sent', async () => {
    const path = join(folder, 'swapped.txt')
    writeFileSync(path, 'harmless')
    const made = await sendFile(path)
    rmSync(path)
    symlinkSync(join(folder, 'secret.txt'), path)
    const pieces = async () => {
      for await (const piece of made.value) expect(String(piece)).not.toContain('SECRET')
    }
    await expect(pieces()).rejects.toThrow('The file changed')
  })
})
