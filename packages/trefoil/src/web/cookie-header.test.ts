import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDeleteCookie, formatSetCookie, SentCookies } from './cookie-header.ts'

const readCookie = (header: string, name: string) => new SentCookies(['cookie', header]).last(name)

describe('reading', () => {
  test.each([
    ['a=1; b=2', 'b', '2'],
    ['a=1;a=2', 'a', '2'],
    ['a="quoted"', 'a', '"quoted"'],
    ['a=x=y', 'a', 'x=y'],
    ['a=', 'a', ''],
    [' a = 1 ', 'a', '1'],
    ['broken; a=1; =x', 'a', '1'],
    ['Path=/; a=1', 'Path', '/'],
    ['a=1', 'A', undefined],
    ['ab=1', 'a', undefined],
    ['', 'a', undefined],
    ['a', 'a', undefined],
  ])('BIND-10: %o has %s = %o', (header, name, value) => {
    expect(readCookie(header, name)).toBe(value)
  })

  test('BIND-10: no header makes it throw (property)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (header, name) => {
        const value = readCookie(header, name)
        if (value !== undefined) expect(header).toContain(value)
      }),
    )
  })
})

test('FND-19: a header is taken apart once, however many cookies are asked for', () => {
  let reads = 0
  const raw = ['cookie', '']
  Object.defineProperty(raw, 1, {
    get: () => {
      reads++
      return 'a=1; b=2; a=3'
    },
  })
  const cookies = new SentCookies(raw)
  expect(reads).toBe(0)
  expect([cookies.last('a'), cookies.last('b'), cookies.last('c')]).toEqual(['3', '2', undefined])
  expect(cookies.all('a')).toEqual(['1', '3'])
  expect(reads).toBe(1)
})

describe('writing', () => {
  test('RESP-5: attributes in their order', () => {
    const expires = new Date(1_700_000_000_000)
    expect(
      formatSetCookie('s', 'v', { maxAge: 60, expires, domain: 'e.com', sameSite: 'none' }),
    ).toBe(
      's=v; Max-Age=60; Expires=Tue, 14 Nov 2023 22:13:20 GMT; Path=/; Domain=e.com; Secure; HttpOnly; SameSite=None',
    )
  })

  test('RESP-5: a cookie is closed unless said otherwise', () => {
    expect(formatSetCookie('s', 'v')).toBe('s=v; Path=/; Secure; HttpOnly; SameSite=Lax')
    const open = { secure: false, httpOnly: false, sameSite: 'strict', path: '/a' } as const
    expect(formatSetCookie('s', 'v', open)).toBe('s=v; Path=/a; SameSite=Strict')
  })

  test.each(['', 'a b', 'a;b', 'a=b', 'a:b', 'é', 'a\r\nb'])('RESP-6: %o is no name', (name) => {
    expect(() => formatSetCookie(name, 'v')).toThrow('A cookie name must be a token')
  })

  test.each(['a b', 'a;b', 'a,b', '"a"', 'a\\b', 'é', 'a\r\nSet-Cookie: x=y'])(
    'RESP-6: %o is no value',
    (value) => {
      expect(() => formatSetCookie('s', value)).toThrow("The value of cookie 's' must be text")
    },
  )

  test.each([
    [{ path: '/; Domain=evil.test' }, "path of cookie 's' must be text that begins with '/'"],
    [{ path: 'x' }, "path of cookie 's' must be text that begins with '/'"],
    [{ path: '' }, "path of cookie 's' must be text that begins with '/'"],
    [{ domain: 'a\nb' }, "domain of cookie 's' must be a host name"],
    [{ domain: '' }, "domain of cookie 's' must be a host name"],
    [{ domain: '.' }, "domain of cookie 's' must be a host name"],
    [{ domain: 'e.com.' }, "domain of cookie 's' must be a host name"],
    [{ domain: 'e..com' }, "domain of cookie 's' must be a host name"],
    [{ domain: 'https://e.com' }, "domain of cookie 's' must be a host name"],
    [{ domain: 'e.com:443' }, "domain of cookie 's' must be a host name"],
    [{ maxAge: 1.5 }, "maxAge of cookie 's' must be a whole number of seconds"],
    [{ expires: new Date(Number.NaN) }, "expires of cookie 's' must be a valid date"],
    [{ expires: 'soon' as unknown as Date }, "expires of cookie 's' must be a valid date"],
    [
      { sameSite: 'none', secure: false } as const,
      "SameSite=None of cookie 's' requires the Secure attribute",
    ],
  ])('RESP-6: %j is refused', (options, message) => {
    expect(() => formatSetCookie('s', 'v', options)).toThrow(message)
  })

  test('RESP-6: a SameSite that is none is refused, names of Object included', () => {
    for (const sameSite of ['x', 'toString', 'Lax']) {
      // @ts-expect-error: what JavaScript callers may hand over
      expect(() => formatSetCookie('s', 'v', { sameSite })).toThrow(
        "sameSite of cookie 's' must be lax, strict or none",
      )
    }
  })

  test.each([
    ['__Host-s', { path: '/a' }, 'requires Path=/ and no Domain'],
    ['__host-s', { domain: 'e.com' }, 'requires Path=/ and no Domain'],
    ['__Host-s', { secure: false }, 'requires the Secure attribute'],
    ['__Secure-s', { secure: false }, 'requires the Secure attribute'],
    ['__Host-Http-s', { httpOnly: false }, 'requires the HttpOnly attribute'],
    ['s', { partitioned: true, secure: false }, 'requires the Secure attribute'],
  ] as const)('RESP-6: %s with %j is refused, as browsers drop it', (name, options, message) => {
    expect(() => formatSetCookie(name, 'v', options)).toThrow(message)
  })

  test('RESP-6: prefixes are written when their promises are kept', () => {
    expect(formatSetCookie('__Host-s', 'v', { partitioned: true })).toBe(
      '__Host-s=v; Path=/; Secure; HttpOnly; SameSite=Lax; Partitioned',
    )
    expect(formatSetCookie('__Secure-s', 'v', { path: '/a', domain: 'e.com' })).toContain('/a')
    expect(formatDeleteCookie('__Host-s')).toContain('Max-Age=0')
  })

  test('RESP-6: a life of more than 400 days is cut, a pair of more than 4096 bytes refused', () => {
    expect(formatSetCookie('s', 'v', { maxAge: 999_999_999 })).toContain('Max-Age=34560000;')
    expect(formatSetCookie('s', 'v'.repeat(4095))).toContain('Path')
    expect(() => formatSetCookie('s', 'v'.repeat(4096))).toThrow('larger than 4096 bytes')
  })

  test('RESP-7: deleting keeps the attributes that name the cookie', () => {
    expect(formatDeleteCookie('s', { path: '/a', domain: 'e.com', maxAge: 9 })).toBe(
      's=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/a; Domain=e.com; Secure; HttpOnly; SameSite=Lax',
    )
  })

  test('RESP-6: nothing that is written has a line break or a second attribute (property)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        let written: string
        try {
          written = formatSetCookie(name, value)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          return
        }
        expect(written).not.toMatch(/[\r\n]/)
        expect(written.split(';')).toHaveLength(5)
      }),
    )
  })
})
