import { describe, expect, it } from 'vitest'
import { type CsrfFacts, type CsrfOptions, decideCsrf } from './csrf.ts'

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
})
