import { describe, expect, it } from 'vitest'
import { readOptions } from '../contract/options/read-options.ts'
import type { CallerRule, Unshown } from './caller-rule.ts'
import { CSRF, type CsrfFacts, type CsrfOptions, decideCsrf } from './csrf.ts'

const COOKIE = ['Cookie', 'session=1']
const CROSS = ['Sec-Fetch-Site', 'cross-site', 'Origin', 'https://evil.example']
const by = (unshown: Unshown, ...keyHeaders: string[]): CallerRule => ({ unshown, keyHeaders })
const page = (granted: 'exactly' | 'everybody') => ({ cors: { grants: () => granted } })

function decide(
  raw: string[],
  options: CsrfOptions = {},
  method = 'POST',
  more: Partial<CsrfFacts> = {},
): string | undefined {
  const facts: CsrfFacts = {
    ...{ method, raw, scheme: 'https', host: 'shop.example', caller: by('nobody'), cors: null },
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
    ['a token bound to a key', [...COOKIE, 'Authorization', 'DPoP x', ...CROSS]],
    ['a program with a password', ['Authorization', 'Basic eDp5']],
    [
      'the own page, with a password the browser keeps',
      ['Authorization', 'Basic eDp5', 'Sec-Fetch-Site', 'same-origin'],
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
    const caller = by('everybody')
    expect(decide(CROSS, {}, 'POST', { caller })).toBe('csrf_refused')
    expect(decide([], {}, 'POST', { caller })).toBeUndefined()
    expect(decide([], { requireToken: true }, 'POST', { caller })).toBeUndefined()
  })

  it('FND-24: an authenticator that says nothing of itself may know the caller by anything', () => {
    const caller = by('somebody', 'x-key')
    expect(decide(CROSS, {}, 'POST', { caller })).toBe('csrf_refused')
    expect(decide([], {}, 'POST', { caller })).toBeUndefined()
    expect(decide(['Sec-Fetch-Site', 'same-origin'], {}, 'POST', { caller })).toBeUndefined()
    expect(decide([...CROSS, 'X-Key', 'k'], {}, 'POST', { caller })).toBeUndefined()
    expect(decide([...CROSS, 'X-Key', ''], {}, 'POST', { caller })).toBe('csrf_refused')
    expect(decide([...CROSS, 'X-Other', 'k'], {}, 'POST', { caller })).toBe('csrf_refused')
    expect(decide(CROSS, {}, 'POST', { caller, ...page('exactly') })).toBeUndefined()
    expect(decide(CROSS, {}, 'POST', { caller, ...page('everybody') })).toBe('csrf_refused')
  })

  it('pages that CORS lets in may call; a wildcard does not lend them cookies', () => {
    const facts = { caller: by('everybody') }
    const granted = (raw: string[], to: 'exactly' | 'everybody') =>
      decide(raw, {}, 'POST', { ...facts, ...page(to) })
    expect(granted([...COOKIE, ...CROSS], 'exactly')).toBeUndefined()
    expect(granted(CROSS, 'everybody')).toBeUndefined()
    expect(granted([...COOKIE, ...CROSS], 'everybody')).toBe('csrf_refused')
    expect(granted(['Authorization', 'Basic eDp5', ...CROSS], 'everybody')).toBe('csrf_refused')
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
      expect(decide(raw.slice(2), {}, 'POST', { caller: by('everybody') })).toBe('csrf_refused')
      // FND-24: nor does it need a cookie beside it.
      expect(decide(raw.slice(2))).toBe('csrf_refused')
      expect(decide(raw.slice(2, 4))).toBeUndefined()
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

describe('options of csrf (APP-7, APP-12)', () => {
  it.each<[unknown, string]>([
    [true, 'browser.csrf must be an object of options, got true'],
    [null, 'browser.csrf must be an object of options, got null'],
    [['https://a.example'], 'browser.csrf must be an object'],
    [{ trustedOrigin: [] }, "csrf: unknown option 'trustedOrigin'; did you mean 'trustedOrigins'?"],
    [
      { requireToken: 'false' },
      'csrf.requireToken must be true or false, got text of 5 characters',
    ],
    [{ trustedOrigins: 'https://a.example' }, 'csrf.trustedOrigins must be a list of text'],
    [{ trustedOrigins: ['a.example'] }, 'csrf.trustedOrigins has a wrong entry: number 1 is not'],
    [{ trustedOrigins: ['https://a.example/'] }, "browsers write it 'https://a.example'"],
    [{ trustedOrigins: ['HTTPS://A.example:443'] }, "browsers write it 'https://a.example'"],
    [{ trustedOrigins: ['https://a.example/path'] }, 'is not an origin'],
    [{ trustedOrigins: ['*'] }, 'is not an origin'],
    [{ trustedOrigins: ['null'] }, 'is not an origin'],
  ])('refuses %j', (given, reason) => {
    expect(() => readOptions(CSRF, given)).toThrow(reason)
  })
})
