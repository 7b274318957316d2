import { describe, expect, test } from 'vitest'
import type { ReplyOptions } from '../../contract/answer/reply.ts'
import { readHead } from './answer-head.ts'

const head = (options: ReplyOptions) => readHead(options).head

test('FND-59: each option is read once', () => {
  const reads: string[] = []
  const counting = new Proxy<ReplyOptions>(
    { status: 201, headers: { a: 'b' }, cookies: {}, etag: 'v1', compress: false, meta: {} },
    {
      get(target, name) {
        reads.push(String(name))
        return Reflect.get(target, name)
      },
    },
  )
  readHead(counting)
  expect(reads.sort()).toEqual([
    'compress',
    'content',
    'cookies',
    'etag',
    'headers',
    'meta',
    'status',
  ])
})

test('FND-59: what is changed afterwards changes nothing', () => {
  const headers: Record<string, string | string[]> = { 'X-Tags': ['a'] }
  const cookie = { value: 'one', path: '/' }
  const meta: Record<string, unknown> = { cost: 1 }
  const options = { status: 201, headers, cookies: { c: cookie }, meta }
  const made = readHead(options)
  const before = structuredClone({ pairs: made.head.pairs, meta: made.head.meta })
  options.status = 500
  headers['Location'] = 'https://evil.example'
  ;(headers['X-Tags'] as string[]).push('b')
  cookie.value = 'two'
  meta['cost'] = 2
  expect(made.status).toBe(201)
  expect({ pairs: made.head.pairs, meta: made.head.meta }).toEqual(before)
  expect(before.meta).toEqual({ cost: 1 })
  expect(before.pairs.join()).toContain('c=one')
})

test('nothing said is nothing chosen', () => {
  expect(readHead({})).toEqual({
    status: null,
    head: {
      hasStatus: false,
      pairs: [],
      names: new Set(),
      etag: null,
      compress: null,
      blocks: null,
      meta: null,
    },
  })
})

describe('headers', () => {
  test('SW-17: written again in another case it takes the place of the first; cookies add up', () => {
    const made = head({
      headers: {
        'X-A': '1',
        'x-a': '2',
        'Set-Cookie': 'a=1',
        'set-cookie': ['b=2', 'c=3'],
        Vary: ['x', 'y'],
      },
      cookies: { d: '4', gone: null },
    })
    expect(made.pairs).toEqual([
      ...['x-a', '2'],
      ...['set-cookie', 'a=1'],
      ...['set-cookie', 'b=2'],
      ...['set-cookie', 'c=3'],
      ...['vary', 'x'],
      ...['vary', 'y'],
      ...['set-cookie', expect.stringMatching(/^d=4(;|$)/)],
      ...['set-cookie', expect.stringMatching(/^gone=;.*(Max-Age=0|Expires=Thu, 01 Jan 1970)/)],
    ])
    expect(made.names).toEqual(new Set(['x-a', 'vary']))
  })

  test.each<[ReplyOptions['headers'], string]>([
    [{ 'content-length': '5' }, "'content-length' is written by the server alone"],
    [{ 'Transfer-Encoding': 'chunked' }, "'Transfer-Encoding' is written by the server alone"],
    [{ 'x y': '1' }, "'x y' is not a header name"],
    [{ 'x-a': '1\r\nset-cookie: a=b' }, "the value of header 'x-a' has characters"],
    [{ 'x-a': ['1', '2\n'] }, "the value of header 'x-a' has characters"],
    // What JavaScript callers may hand over.
    [{ 'x-a': [5] } as never, "the value of header 'x-a' must be text, got a number"],
  ])('RESP-3: %j is refused', (headers, text) => {
    expect(() => head({ headers: headers as NonNullable<typeof headers> })).toThrow(text)
  })
})

describe('the rest', () => {
  test.each([199, 600, 200.5, Number.NaN, '200'])('RESP-3: the status %j is refused', (status) => {
    expect(() => readHead({ status: status as number })).toThrow('an integer from 200 to 599')
  })

  test.each([200, 599])('RESP-3: the status %i is chosen', (status) => {
    expect(readHead({ status })).toMatchObject({ status, head: { hasStatus: true } })
  })

  test('an entity tag is text or true, compress is a flag, a cookie knows its options', () => {
    expect(head({ etag: 'v7' }).etag).toBe('"v7"')
    expect(head({ etag: 'W/"v7"' }).etag).toBe('W/"v7"')
    expect(head({ etag: true }).etag).toBe(true)
    expect(head({ compress: false }).compress).toBe(false)
    // What JavaScript callers may hand over.
    const wrong: readonly [object, string][] = [
      [{ etag: 'a"b' }, 'etag must be visible text'],
      [{ etag: false }, 'etag must be visible text'],
      [{ compress: 'yes' }, 'compress must be true or false'],
      [{ cookies: { a: { value: '1', maxage: 5 } } }, "did you mean 'maxAge'"],
    ]
    for (const [options, text] of wrong) expect(() => readHead(options)).toThrow(text)
  })
})
