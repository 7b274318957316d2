import { expect, test } from 'vitest'
import { Repeated, SingleHeaders } from './single-headers.ts'

const singles = new SingleHeaders(['X-Key', 'x-request-id', 'origin'])

function read(...raw: string[]): string {
  singles.begin()
  for (let index = 0; index < raw.length; index += 2) {
    const found = singles.read(raw[index] as string, raw[index + 1] as string)
    if (found instanceof Repeated) return found.header.shown
  }
  return 'fine'
}

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT'

test.each([
  ['Content-Type', 'content-type'],
  ['ORIGIN', 'origin'],
  ['if-range', 'If-Range'],
  ['sec-fetch-user', 'Sec-Fetch-User'],
  ['X-Key', 'x-key'],
])('FND-25: %s and %s are one header, and two of it too many', (first, second) => {
  expect(read(first, 'a', second, 'a').toLowerCase()).toBe(first.toLowerCase())
  expect(read(first, 'a', 'accept', 'b')).toBe('fine')
})

test('FND-25: the next request begins anew', () => {
  expect(read('origin', 'https://a.example')).toBe('fine')
  expect(read('origin', 'https://a.example')).toBe('fine')
})

test('FND-25: lists, and names that only look alike, may be repeated', () => {
  for (const name of ['accept', 'cookie', 'if-match', 'traceparent', 'x-origin', 'drigin', '']) {
    expect(read(name, 'a', name, 'b')).toBe('fine')
  }
})

test.each([
  ['content-type', 'multipart/form-data; boundary="a,b"'],
  ['content-type', 'text/plain; x="a\\",b"'],
  ['authorization', 'Digest username="a, b", realm="c" , nonce=d'],
  ['authorization', 'AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host;date, Signature=0f'],
  ['authorization', 'Bearer a.b.c'],
  ['if-modified-since', DATE],
  ['if-modified-since', 'Sunday, 06-Nov-94 08:49:37 GMT'],
  ['if-modified-since', 'Sun Nov  6 08:49:37 1994'],
  ['if-range', '"a,b"'],
  ['if-range', DATE],
  ['range', 'bytes=0-1, 3-4'],
  ['referer', 'https://a.example/?a=1,2'],
  ['user-agent', 'Mozilla/5.0 (X11) AppleWebKit/537 (KHTML, like Gecko)'],
  ['last-event-id', '1, 2'],
  ['x-key', 'a,b'],
])('FND-25: one value with a comma: %s: %s', (name, value) => {
  expect(read(name, value)).toBe('fine')
})

test.each([
  ['content-type', 'application/json, text/plain'],
  ['content-type', 'application/json; x="a", text/plain; y="b"'],
  ['authorization', 'Bearer a, Bearer b'],
  ['authorization', 'Bearer a, '],
  ['authorization', ', Bearer a'],
  ['authorization', 'Basic YQ==, Basic Yg=='],
  ['authorization', 'Digest a="b", Digest c="d"'],
  ['if-modified-since', `${DATE}, ${DATE}`],
  ['if-modified-since', 'Sun Nov  6 08:49:37 1994, Sun Nov  6 08:49:37 1994'],
  ['if-range', '"a", "b"'],
  ['if-range', `${DATE}, "a"`],
  ['range', 'bytes=0-1, bytes=3-4'],
  ['referer', 'https://a.example/, https://b.example/'],
  ['origin', 'https://a.example, https://b.example'],
  ['sec-fetch-site', 'same-origin, cross-site'],
  ['x-key', 'a, b'],
])('FND-25: joined by a gateway, or by Headers: %s: %s', (name, value) => {
  expect(read(name, value).toLowerCase()).toBe(name)
})

test('FND-25: hostile values cost no more than they are long', () => {
  for (const name of ['authorization', 'content-type', 'date', 'if-range', 'range', 'referer']) {
    for (const piece of ['a=b, ', ' ', '"', '\\"', 'a,', 'A =\t', ',']) {
      expect(typeof read(name, `x ${piece.repeat(200_000)}`)).toBe('string')
    }
  }
})
