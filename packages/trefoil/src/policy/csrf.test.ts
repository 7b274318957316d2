import { describe, expect, it } from 'vitest'
import { type CsrfFacts, type CsrfOptions, decideCsrf, readCsrf } from './csrf.ts'

const COOKIE = ['Cookie', 'session=1']

function decide(
  raw: string[],
  options: CsrfOptions = {},
  method = 'POST',
  more: Partial<CsrfFacts> = {},
): string | undefined {
  const corsAllows = () => 'no' as const
  const facts: CsrfFacts = {
    ...{ method, raw, scheme: 'https', host: 'shop.example', isOpen: false, corsAllows },
    ...more,
  }
  return decideCsrf(facts, options)?.code
}

describe('decideCsrf (HTTP-8)', () => {
  it.each<[string, string[]]>([
    ['no cookie: nothing is ambient', ['Sec-Fetch-Site', 'cross-site']],
    [
      'an Authorization header no other site can set',
      [...COOKIE, 'Authorization', 'Bearer x', 'Sec-Fetch-Site', 'cross-site'],
    ],
    [
      'a page of this origin',
      [...COOKIE, 'Sec-Fetch-Site', 'same-origin', 'Origin', 'https://shop.example'],
    ],
    ['typed by the user', [...COOKIE, 'Sec-Fetch-Site', 'none']],
    ['older browser, own origin', [...COOKIE, 'Origin', 'https://shop.example']],
    ['no browser at all', COOKIE],
  ])('passes: %s', (_, raw) => {
    expect(decide(raw)).toBeUndefined()
  })

  it.each<[string, string[]]>([
    ['another site', [...COOKIE, 'Sec-Fetch-Site', 'cross-site', 'Origin', 'https://evil.example']],
    [
      'a sibling domain',
      [...COOKIE, 'Sec-Fetch-Site', 'same-site', 'Origin', 'https://blog.shop.example'],
    ],
    [
      'a browser that says other, with our name as Origin',
      [...COOKIE, 'Sec-Fetch-Site', 'cross-site', 'Origin', 'https://shop.example'],
    ],
    ['an opaque origin', [...COOKIE, 'Origin', 'null']],
    ['older browser, other origin', [...COOKIE, 'Origin', 'https://evil.example']],
    ['the plain-text twin of this origin', [...COOKIE, 'Origin', 'http://shop.example']],
    ['a suffix', [...COOKIE, 'Origin', 'https://shop.example.evil.example']],
    ['Fetch-Metadata nobody knows', [...COOKIE, 'Sec-Fetch-Site', 'made-up']],
  ])('refuses: %s', (_, raw) => {
    expect(decide(raw)).toBe('csrf_refused')
  })

  it('safe methods pass', () => {
    const raw = [...COOKIE, 'Sec-Fetch-Site', 'cross-site']
    expect(decide(raw, {}, 'GET')).toBeUndefined()
    expect(decide(raw, {}, 'DELETE')).toBe('csrf_refused')
  })

  it('a trusted origin passes', () => {
    const raw = [...COOKIE, 'Sec-Fetch-Site', 'same-site', 'Origin', 'https://app.shop.example']
    expect(decide(raw, { trustedOrigins: ['https://app.shop.example'] })).toBeUndefined()
  })

  it('requireToken: header and cookie must be equal', () => {
    const cookie = ['Cookie', 'session=1; csrf_token=abc']
    const options = { requireToken: true }
    expect(decide([...cookie, 'X-CSRF-Token', 'abc'], options)).toBeUndefined()
    expect(decide([...cookie, 'X-CSRF-Token', 'abd'], options)).toBe('csrf_refused')
    expect(decide(cookie, options)).toBe('csrf_refused')
    expect(decide(['Cookie', 'csrf_token=', 'X-CSRF-Token', ''], options)).toBe('csrf_refused')
  })

  it('an open surface is protected without cookies too: the network is the credential', () => {
    const crossSite = ['Sec-Fetch-Site', 'cross-site', 'Origin', 'https://evil.example']
    expect(decide(crossSite, {}, 'POST', { isOpen: true })).toBe('csrf_refused')
    expect(decide([], {}, 'POST', { isOpen: true })).toBeUndefined()
    expect(decide([], { requireToken: true }, 'POST', { isOpen: true })).toBeUndefined()
  })

  it('pages that CORS lets in may call; a wildcard does not lend them cookies', () => {
    const page = ['Sec-Fetch-Site', 'cross-site', 'Origin', 'https://app.example']
    const by = (granted: 'exactly' | 'everybody') => ({ isOpen: true, corsAllows: () => granted })
    expect(decide([...COOKIE, ...page], {}, 'POST', by('exactly'))).toBeUndefined()
    expect(decide(page, {}, 'POST', by('everybody'))).toBeUndefined()
    expect(decide([...COOKIE, ...page], {}, 'POST', by('everybody'))).toBe('csrf_refused')
  })

  it.each([
    'Basic eDp5',
    '',
    ' ',
    'Bearer',
    'Bearer ',
    'Negotiate YII=',
    'NTLM TlR=',
    'Digest a="b"',
  ])(
    'SW-33: Authorization %j, which a browser may add by itself, changes nothing',
    (authorization) => {
      const raw = [...COOKIE, 'Authorization', authorization, 'Sec-Fetch-Site', 'cross-site']
      expect(decide(raw)).toBe('csrf_refused')
      expect(decide(raw.slice(2), {}, 'POST', { isOpen: true })).toBe('csrf_refused')
    },
  )

  it.each<[string, string, 'http' | 'https']>([
    ['shop.example:443', 'https://shop.example', 'https'],
    ['shop.example', 'https://shop.example:443', 'https'],
    ['Shop.Example', 'https://shop.example', 'https'],
    ['shop.example.', 'https://shop.example', 'https'],
    ['shop.example:80', 'http://shop.example', 'http'],
    ['[2001:DB8:0::1]:443', 'https://[2001:db8::1]', 'https'],
    ['shop.example:8443', 'https://shop.example:8443', 'https'],
  ])('HTTP-8: Host %s is the origin %s', (host, origin, scheme) => {
    expect(decide([...COOKIE, 'Origin', origin], {}, 'POST', { host, scheme })).toBeUndefined()
  })

  it.each<[string, string]>([
    ['shop.example:443', 'http://shop.example:443'],
    ['shop.example:80', 'https://shop.example'],
    ['shop.example', 'https://shop.example:8443'],
    ['', 'https://'],
    ['shop.example', 'https://shop.example/x'],
  ])('HTTP-8: Host %s is not the origin %s', (host, origin) => {
    expect(decide([...COOKIE, 'Origin', origin], {}, 'POST', { host })).toBe('csrf_refused')
  })
})

describe('readCsrf (APP-7, APP-12)', () => {
  it('false switches it off, nothing is the default', () => {
    expect(readCsrf(false)).toBeNull()
    expect(readCsrf(undefined)).toEqual({})
    expect(readCsrf({ trustedOrigins: ['https://a.example'], requireToken: true })).toEqual({
      trustedOrigins: ['https://a.example'],
      requireToken: true,
    })
  })

  it.each<[unknown, string]>([
    [true, 'csrf must be an object of options, or false for no protection, got true'],
    [null, 'csrf must be an object of options, or false for no protection, got null'],
    [['https://a.example'], 'csrf must be an object'],
    [{ trustedOrigin: [] }, "csrf: unknown option 'trustedOrigin'; did you mean 'trustedOrigins'?"],
    [{ requireToken: 'false' }, "csrf.requireToken must be true or false, got 'false'"],
    [{ trustedOrigins: 'https://a.example' }, 'csrf.trustedOrigins must be a list of strings'],
    [{ trustedOrigins: ['a.example'] }, "csrf.trustedOrigins: 'a.example' is not an origin"],
    [{ trustedOrigins: ['https://a.example/'] }, "browsers write it 'https://a.example'"],
    [{ trustedOrigins: ['HTTPS://A.example:443'] }, "browsers write it 'https://a.example'"],
    [{ trustedOrigins: ['https://a.example/path'] }, 'is not an origin'],
    [{ trustedOrigins: ['*'] }, 'is not an origin'],
    [{ trustedOrigins: ['null'] }, 'is not an origin'],
  ])('refuses %j', (given, reason) => {
    expect(() => readCsrf(given)).toThrow(reason)
  })
})
