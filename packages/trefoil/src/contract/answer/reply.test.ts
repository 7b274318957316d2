import { describe, expect, test } from 'vitest'
import { reply } from './reply.ts'

describe('reply() of a reply', () => {
  test('is one reply, of the inner value', () => {
    const made = reply(reply({ a: 1 }, { status: 201 }))
    expect(made.value).toEqual({ a: 1 })
    expect(made.options).toEqual({ status: 201 })
  })

  test('the outer options win, and what is undefined outside leaves the inner one', () => {
    const inner = reply(1, { status: 201, etag: 'v1', compress: true })
    const outer = { status: 202, etag: undefined } as object
    expect(reply(inner, outer).options).toEqual({ status: 202, etag: 'v1', compress: true })
  })

  test('headers, cookies and meta are joined by name; names of headers in any case', () => {
    const inner = reply(1, {
      headers: { 'X-A': 'inner', 'x-b': 'inner' },
      cookies: { a: 'inner', b: 'inner' },
      meta: { a: 'inner', b: 'inner' },
    })
    const made = reply(inner, {
      headers: { 'x-a': 'outer' },
      cookies: { a: null },
      meta: { a: 'outer' },
    })
    expect(made.options).toEqual({
      headers: { 'x-a': 'outer', 'x-b': 'inner' },
      cookies: { a: null, b: 'inner' },
      meta: { a: 'outer', b: 'inner' },
    })
  })

  test('SW-17: headers that set cookies add up', () => {
    const inner = reply(1, { headers: { 'set-cookie': 'a=1' } })
    const made = reply(inner, { headers: { 'Set-Cookie': ['b=2', 'c=3'] } })
    expect(made.options.headers).toEqual({ 'Set-Cookie': ['a=1', 'b=2', 'c=3'] })
  })

  test('neither the inner reply nor what was given is changed', () => {
    const inner = reply(1, { headers: { 'x-a': '1' } })
    const outer = { headers: { 'x-b': '2' } }
    reply(inner, outer)
    expect(inner.options).toEqual({ headers: { 'x-a': '1' } })
    expect(outer).toEqual({ headers: { 'x-b': '2' } })
  })
})

test('inside a value it is refused, with what to write instead', () => {
  const value = { data: reply(1, { meta: { secret: 'x' } }) }
  expect(() => JSON.stringify(value)).toThrow('return reply({ … }), not { data: reply(…) }')
})
