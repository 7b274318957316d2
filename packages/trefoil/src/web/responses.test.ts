import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseEncoding } from './accept-encoding.ts'
import { attachment } from './attachment.ts'
import {
  codedTag,
  parseTagList,
  strongMatch,
  toEntityTag,
  weakMatch,
  withoutCodings,
} from './etag.ts'
import { formatHttpDate, parseHttpDate } from './http-date.ts'
import { isCompressible, mediaTypeOf } from './media-types.ts'
import { evaluatePreconditions, rangeStillFits } from './preconditions.ts'
import { parseByteRange } from './range.ts'
import { isHeaderValue } from './raw-headers.ts'
import { safeSegments } from './safe-path.ts'
import { formatSseEvent } from './sse-event.ts'

const NOW = Date.parse('2026-11-29T12:00:00Z')
const CLOCK = { now: () => NOW, elapsed: () => 0 }

describe('entity tags (RFC 9110 §8.8.3)', () => {
  test.each([
    ['v7', '"v7"'],
    ['"v7"', '"v7"'],
    ['W/"v7"', 'W/"v7"'],
    ['', null],
    ['a"b', null],
    ['a b', null],
    ['a\r\nb', null],
  ])('RFC 9110: %o becomes %o', (text, tag) => {
    expect(toEntityTag(text)).toBe(tag)
  })

  test('RFC 9110: lists are read whole, commas inside tags included', () => {
    expect(parseTagList(' * ')).toBe('*')
    expect(parseTagList('"a,b", W/"c" ,bad, ""')).toEqual(['"a,b"', 'W/"c"', '""'])
  })

  test('RFC 9110: strong and weak comparison', () => {
    expect(strongMatch('"a"', '"a"')).toBe(true)
    expect(strongMatch('W/"a"', 'W/"a"')).toBe(false)
    expect(weakMatch('W/"a"', '"a"')).toBe(true)
    expect(weakMatch('"a"', '"b"')).toBe(false)
  })

  test('RFC 9110 §8.8.3: each coding has a strong tag of its own, and they name one version', () => {
    expect(codedTag('"a"', 'gzip')).toBe('"a-gzip"')
    expect(codedTag('W/"a"', 'gzip')).toBe('W/"a"')
    const header = '"a-gzip", W/"a-br", "a", "b-gzip", "a-gzip-br"'
    expect(withoutCodings(header, '"a"', ['gzip', 'br'], '"a"')).toBe(
      '"a", W/"a", "a", "b-gzip", "a-gzip-br"',
    )
    expect(withoutCodings('"a-gzip"', '"a-gzip"', ['gzip'], '"a-gzip"')).toBe('"a-gzip"')
    expect(withoutCodings('*', '"a"', ['gzip'], '"a"')).toBe('*')
  })
})

describe('preconditions, in the order of RFC 9110 §13.2.2', () => {
  const changed = Date.UTC(2026, 0, 2)
  const before = formatHttpDate(changed - 1000)
  const same = formatHttpDate(changed)
  const state = { etag: '"now"', lastModified: changed + 400, exists: true }
  type Sent = Record<string, string>
  const none = {}
  test.each<[string, Sent, string]>([
    ['GET', none, 'proceed'],
    ['GET', { 'if-match': '"old"' }, 'failed'],
    ['GET', { 'if-match': '"now"' }, 'proceed'],
    ['PUT', { 'if-match': 'W/"now"' }, 'failed'],
    ['PUT', { 'if-match': '*' }, 'proceed'],
    ['PUT', { 'if-unmodified-since': before }, 'failed'],
    ['PUT', { 'if-unmodified-since': same }, 'proceed'],
    ['PUT', { 'if-match': '"now"', 'if-unmodified-since': before }, 'proceed'],
    ['GET', { 'if-none-match': '"now"' }, 'not-modified'],
    ['HEAD', { 'if-none-match': 'W/"now"' }, 'not-modified'],
    ['PUT', { 'if-none-match': '"now"' }, 'failed'],
    ['PUT', { 'if-none-match': '*' }, 'failed'],
    ['GET', { 'if-none-match': '"old"', 'if-modified-since': same }, 'proceed'],
    ['GET', { 'if-modified-since': same }, 'not-modified'],
    ['GET', { 'if-modified-since': before }, 'proceed'],
    ['PUT', { 'if-modified-since': same }, 'proceed'],
    ['GET', { 'if-modified-since': 'yesterday' }, 'proceed'],
    ['GET', { 'if-match': '"old"', 'if-none-match': '"now"' }, 'failed'],
  ])('RFC 9110: %s %j is %s', (method, sent, verdict) => {
    expect(evaluatePreconditions(method, (name) => sent[name] ?? null, state, CLOCK)).toBe(verdict)
  })

  test('RFC 9110: what does not exist fails If-Match: * and passes If-None-Match: *', () => {
    const absent = { etag: null, lastModified: null, exists: false }
    const read = (sent: Sent) => (name: string) => sent[name] ?? null
    expect(evaluatePreconditions('PUT', read({ 'if-match': '*' }), absent, CLOCK)).toBe('failed')
    expect(evaluatePreconditions('PUT', read({ 'if-none-match': '*' }), absent, CLOCK)).toBe(
      'proceed',
    )
  })

  test.each([
    [null, true],
    ['"now"', true],
    ['W/"now"', false],
    ['"old"', false],
    [same, true],
    [before, false],
    ['Friday, 02-Jan-26 00:00:00 GMT', true],
    ['Fri Jan  2 00:00:00 2026', true],
    ['Fri Jan  2 00:00:01 2026', false],
    ['nonsense', false],
  ])('RFC 9110: If-Range %o fits: %s', (sent, fits) => {
    expect(rangeStillFits(sent, state, CLOCK)).toBe(fits)
  })
})

const NOVEMBER = 784_111_777_000
test.each([
  ['Tue, 14 Nov 2023 22:13:20 GMT', 1_700_000_000_000],
  [' Sun, 06 Nov 1994 08:49:37 GMT ', NOVEMBER],
  ['Sunday, 06-Nov-94 08:49:37 GMT', NOVEMBER],
  ['Sun Nov  6 08:49:37 1994', NOVEMBER],
  ['Wednesday, 16-Nov-94 08:49:37 GMT', NOVEMBER + 864_000_000],
  ['Wed Nov 16 08:49:37 1994', NOVEMBER + 864_000_000],
  ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2017, 0, 1)],
  ['Thu, 29 Feb 2024 00:00:00 GMT', Date.UTC(2024, 1, 29)],
  ['Sun, 01 Jan 0099 00:00:00 GMT', Date.parse('0099-01-01T00:00:00Z')],
  ['Wed, 29 Feb 2023 00:00:00 GMT', null],
  ['Sun, 00 Nov 1994 08:49:37 GMT', null],
  ['Sun, 06 Nov 1994 24:00:00 GMT', null],
  ['Sun, 06 Nov 1994 08:60:00 GMT', null],
  ['Sun, 6 Nov 1994 08:49:37 GMT', null],
  ['Sun, 06 Nov 94 08:49:37 GMT', null],
  ['Sun, 06 nov 1994 08:49:37 GMT', null],
  ['Sun, 06 Nov 1994 08:49:37 UTC', null],
  ['Sun, 06 Nov 1994 08:49:37 +0000', null],
  ['Sun, 06-Nov-94 08:49:37 GMT', null],
  ['Sunday, 06-Nov-1994 08:49:37 GMT', null],
  ['Sun Nov 6 08:49:37 1994', null],
  ['Sun Nov  6 08:49:37 1994 GMT', null],
  ['1994-11-06T08:49:37Z', null],
  ['784111777', null],
  ['', null],
])('FND-29, RFC 9110 §5.6.7: date %o is %o', (text, ms) => {
  expect(parseHttpDate(text, NOW)).toBe(ms)
})

// Of 2026-11-29 12:00: to the second 50 years ahead, and one second more.
test.each([
  ['Sunday, 29-Nov-76 12:00:00 GMT', '2076-11-29T12:00:00Z'],
  ['Monday, 29-Nov-76 12:00:01 GMT', '1976-11-29T12:00:01Z'],
  ['Tuesday, 01-Jan-26 00:00:00 GMT', '2026-01-01T00:00:00Z'],
  ['Friday, 31-Dec-99 23:59:59 GMT', '1999-12-31T23:59:59Z'],
  ['Saturday, 01-Jan-00 00:00:00 GMT', '2000-01-01T00:00:00Z'],
])('FND-29, RFC 9110 §5.6.7: a year of two digits: %s is %s', (text, iso) => {
  expect(parseHttpDate(text, NOW)).toBe(Date.parse(iso))
})

describe('ranges (RFC 9110 §14.2)', () => {
  test.each([
    ['bytes=0-4', { start: 0, end: 4 }],
    ['bytes=5-', { start: 5, end: 9 }],
    ['bytes=-3', { start: 7, end: 9 }],
    ['bytes=-99', { start: 0, end: 9 }],
    ['bytes=2-99', { start: 2, end: 9 }],
    ['BYTES= 1-1 ', { start: 1, end: 1 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', null],
    ['bytes=-', null],
    ['bytes=0-1,3-4', null],
    ['items=0-1', null],
    ['bytes=a-b', null],
    ['bytes=0-99999999999999999999', null],
  ])('RFC 9110: %o of ten bytes is %j', (header, range) => {
    expect(parseByteRange(header, 10)).toEqual(range)
  })

  test('RFC 9110: whatever is sent, a range stays inside (property)', () => {
    const header = fc.oneof(fc.string(), fc.stringMatching(/^bytes=\d{0,4}-\d{0,4}$/))
    fc.assert(
      fc.property(header, fc.nat(2000), (text, size) => {
        const range = parseByteRange(text, size)
        if (range === null || range === 'unsatisfiable') return
        expect(range.start).toBeGreaterThanOrEqual(0)
        expect(range.end).toBeGreaterThanOrEqual(range.start)
        expect(range.end).toBeLessThan(size)
      }),
    )
  })
})

describe('accept-encoding (RFC 9110 §12.5.3)', () => {
  const offered = ['zstd', 'br', 'gzip'] as const
  test.each([
    [undefined, null],
    ['', null],
    ['gzip', 'gzip'],
    ['GZIP, deflate', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, br, zstd', 'zstd'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['gzip;q=0', null],
    ['*', 'zstd'],
    ['*, zstd;q=0', 'br'],
    ['*;q=0', null],
    ['identity, gzip;q=0.5', null],
    ['identity;q=0.5, gzip', 'gzip'],
    ['gzip;q=high', null],
    ['gzip;q=1.5', null],
    ['deflate', null],
  ])('RFC 9110: %o chooses %o', (header, chosen) => {
    expect(chooseEncoding(header, offered)).toBe(chosen)
  })
})

describe('media types', () => {
  test.each([
    ['a.html', 'text/html; charset=utf-8'],
    ['A.JS', 'text/javascript; charset=utf-8'],
    ['a.tar.gz', 'application/gzip'],
    ['a.woff2', 'font/woff2'],
    ['a', 'application/octet-stream'],
    ['a.constructor', 'application/octet-stream'],
    ['.html', 'text/html; charset=utf-8'],
  ])('RESP-2: %s is %s', (name, type) => {
    expect(mediaTypeOf(name)).toBe(type)
  })

  test.each([
    ['text/html; charset=utf-8', true],
    ['application/problem+json', true],
    ['image/svg+xml', true],
    ['image/png', false],
    ['application/octet-stream', false],
    ['video/mp4', false],
    ['application/zip', false],
    ['', false],
  ])('RFC 9110: %s is worth compressing: %s', (type, worth) => {
    expect(isCompressible(type)).toBe(worth)
  })
})

describe('safe paths', () => {
  test.each([
    'a/../b',
    '..',
    './a',
    '/etc/passwd',
    'a\0.txt',
    'a\nb',
    'a\\..\\b',
    'C:/x',
    'a.txt::$DATA',
    '.env',
    'a/.git/config',
    'secret.txt.',
    'secret.txt ',
    'con',
    'NUL.txt',
    'a/com1.log',
    'lpt¹',
    'a*',
    'x'.repeat(256),
    'a/'.repeat(1500),
    '\ud800',
  ])('ADAPT-1: %o is not safe', (path) => {
    expect(safeSegments(path, false)).toBeNull()
  })

  test('ADAPT-1: plain names are, and escapes are not decoded again', () => {
    expect(safeSegments('a/b c/ü.css', false)).toEqual(['a', 'b c', 'ü.css'])
    expect(safeSegments('%2e%2e/console.txt', false)).toEqual(['%2e%2e', 'console.txt'])
    expect(safeSegments('', false)).toEqual([])
    expect(safeSegments('.well-known/x', true)).toEqual(['.well-known', 'x'])
    expect(safeSegments('../x', true)).toBeNull()
  })

  test('ADAPT-1: no accepted path has a part that moves (property)', () => {
    const part = fc.constantFrom('a', '..', '.', '', '...', '\\', '\0', 'nul', '.a', 'b.txt', ' ')
    fc.assert(
      fc.property(fc.array(part), fc.boolean(), (parts, dotfiles) => {
        const segments = safeSegments(parts.join('/'), dotfiles)
        if (segments === null) return
        for (const name of segments) expect(['a', 'b.txt', '.a']).toContain(name)
      }),
    )
  })
})

describe('content-disposition', () => {
  test.each([
    ['report.pdf', 'attachment; filename="report.pdf"'],
    ['../../x.pdf', 'attachment; filename="x.pdf"'],
    ['a"b\r\nc', 'attachment; filename="a_b__c"; filename*=UTF-8\'\'a%22b%0D%0Ac'],
    ['ü€.txt', 'attachment; filename="__.txt"; filename*=UTF-8\'\'%C3%BC%E2%82%AC.txt'],
    ["😀'", "attachment; filename=\"__'\"; filename*=UTF-8''%F0%9F%98%80%27"],
  ])('RESP-3: %o is written %s', (name, header) => {
    expect(attachment(name)).toBe(header)
  })

  test('RESP-3: any name makes a header value (property)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(isHeaderValue(attachment(name))).toBe(true)
      }),
    )
  })
})

describe('server-sent events', () => {
  test('RESP-2: fields in their order, JSON unless text', () => {
    expect(formatSseEvent({ event: 'tick', id: '7', retry: 100, data: { a: 1 } })).toBe(
      'event: tick\nid: 7\nretry: 100\ndata: {"a":1}\n\n',
    )
  })

  test('RESP-3: line breaks in data cannot forge a field or an event', () => {
    const data = 'a\nevent: forged\r\n\r\ndata: b\rid: 9'
    expect(formatSseEvent({ data })).toBe(
      'data: a\ndata: event: forged\ndata: \ndata: data: b\ndata: id: 9\n\n',
    )
  })

  test.each([
    [{ event: 'a\ndata: x', data: 1 }],
    [{ id: 'a\rb', data: 1 }],
    [{ id: 'a\0', data: 1 }],
    [{ retry: 1.5, data: 1 }],
    [{ data: undefined }],
    [{ data: () => 1 }],
  ])('RESP-3: %o is refused', (event) => {
    expect(() => formatSseEvent(event)).toThrow(TypeError)
  })
})
