import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bearerToken, quoted } from './bearer.ts'
import { parseMediaType, prefersPlainText } from './media-type.ts'
import {
  allHeaders,
  CREDENTIAL_HEADERS,
  firstHeader,
  HeaderView,
  isHeaderValue,
  isToken,
} from './raw-headers.ts'

describe('bearer', () => {
  test.each([
    ['Bearer abc.def-_~+/=', 'abc.def-_~+/='],
    ['bearer abc', 'abc'],
    ['BEARER   abc  ', 'abc'],
  ])('PW-11: %o carries %s', (header, token) => {
    expect(bearerToken(header)).toBe(token)
  })

  test.each([
    null,
    undefined,
    '',
    'abc',
    'Bearer',
    'Bearer ',
    'Basic dXNlcjpwYXNz',
    'Bearer a b',
    'Bearer a,b',
    'Bearer é',
    'XBearer abc',
    'Bearerabc',
    'Bearer a\r\nb',
  ])('PW-11: %o carries none', (header) => {
    expect(bearerToken(header)).toBeNull()
  })

  test('PW-11: the quick way and the rule agree (property)', () => {
    const rule = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i
    const piece = fc.constantFrom(
      'a',
      'Z9',
      '_',
      '-',
      '.',
      '~',
      '+',
      '/',
      '=',
      ' ',
      ',',
      '\n',
      'é',
      'ſ',
    )
    const start = fc.constantFrom(
      'Bearer ',
      'Bearer ',
      'bearer ',
      'Bearer',
      'Bearer  ',
      'Basic ',
      '',
    )
    const rest = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(start, rest, (scheme, token) => {
        expect(bearerToken(scheme + token)).toBe(rule.exec(scheme + token)?.[1] ?? null)
      }),
      { numRuns: 1000 },
    )
  })

  test('W-32: a header as long as they come takes no time, however it ends', () => {
    for (const filling of ['-', 'a', 'a-', '--a']) {
      expect(bearerToken(`Bearer a${filling.repeat(20_000)},`)).toBeNull()
    }
  })

  test('RESP-3: quoted text keeps its quotes inside and drops what a header cannot carry', () => {
    expect(quoted('a "b" \\ c\r\nX: y é')).toBe('"a \\"b\\" \\\\ cX: y "')
  })
})

describe('media types', () => {
  test('BIND-16: type and parameters, names in lower case, quotes off', () => {
    const type = parseMediaType(' Multipart/Form-Data ; Boundary="aB c"; charset=UTF-8; x')
    expect(type?.essence).toBe('multipart/form-data')
    expect([...(type?.parameters ?? [])]).toEqual([
      ['boundary', 'aB c'],
      ['charset', 'UTF-8'],
    ])
  })

  test.each(['', 'text', '/', 'text/', '/plain', 'text/pl ain', 'text/plain/x'])(
    'BIND-16: %o is no media type',
    (text) => {
      expect(parseMediaType(text)).toBeNull()
    },
  )

  test.each([
    ['text/plain', true],
    ['TEXT/Plain', true],
    ['text/plain, application/json;q=0.5', true],
    ['application/json;q=0.9, text/plain;q=0.8', false],
    ['application/json, text/plain', false],
    ['application/json, text/plain, */*', false],
    ['application/problem+json;q=1, text/plain;q=0.2', false],
    ['text/plain;q=0', false],
    ['text/plain;q=x', false],
    ['text/html', false],
    ['*/*', false],
    ['', false],
    [undefined, false],
  ])('X-11: Accept %o prefers plain text: %o', (accept, expected) => {
    expect(prefersPlainText(accept)).toBe(expected)
  })
})

describe('raw headers', () => {
  const raw = [
    'Host',
    'a',
    'X-Tag',
    '1',
    'x-tag',
    '2',
    'Authorization',
    'Bearer t',
    'COOKIE',
    's=1',
  ]

  test('SEC-1: duplicates are seen, in any case', () => {
    expect(allHeaders(raw, 'x-tag')).toEqual(['1', '2'])
    expect(firstHeader(raw, 'x-tag')).toBe('1')
    expect(firstHeader(raw, 'x-none')).toBeUndefined()
    expect(firstHeader(['etag', 'x-tag', 'x-tag', 'v'], 'x-tag')).toBe('v')
    expect(allHeaders(raw, '1')).toEqual([])
  })

  test('PW-02: credentials cannot be read through a view that hides them', () => {
    const view = new HeaderView(
      [...raw, 'X-API-Key', 'k', 'Proxy-Authorization', 'Basic x'],
      CREDENTIAL_HEADERS,
    )
    for (const name of [
      'authorization',
      'Authorization',
      'cookie',
      'x-api-key',
      'proxy-authorization',
    ]) {
      expect(view.get(name)).toBeNull()
      expect(view.has(name)).toBe(false)
    }
    expect(view.get('X-TAG')).toBe('1, 2')
    expect(view.has('host')).toBe(true)
    expect(JSON.stringify(view)).toBe('{}')
  })

  test('RESP-3: header names are tokens, values have no control characters', () => {
    for (const name of ['x-a', "!#$%&'*+.^_`|~09Az"]) expect(isToken(name)).toBe(true)
    for (const name of ['', ':path', 'a b', 'a\n', 'é', 'a,b']) expect(isToken(name)).toBe(false)
    for (const value of ['', 'a b\tc', 'caf\u00e9']) expect(isHeaderValue(value)).toBe(true)
    for (const value of ['a\r\nb: c', 'a\0', '\x7f', '☃']) expect(isHeaderValue(value)).toBe(false)
  })
})
