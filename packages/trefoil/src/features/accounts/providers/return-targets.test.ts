import { describe, expect, it } from 'vitest'
import { ReturnTargets, withQuery } from './return-targets.ts'

const targets = new ReturnTargets(
  'https://shop.example',
  ['https://spa.example', 'http://localhost:3000'],
  '/home',
)

describe('where a browser may be sent on to', () => {
  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    '//evil.com',
    '/\\evil.com',
    '\\\\evil.com',
    'https://localhost@evil.com',
    'https://evil.com\\@localhost',
    '\thttps://evil.com',
    ' https://evil.com',
    // SW-23, and what a browser makes of it.
    'https:evil.com',
    'https:/evil.com',
    'https:///evil.com',
    'HTTPS://evil.com',
    '/\t/evil.com',
    '/\n/evil.com',
    '///evil.com',
    'https://shop.example.evil.com',
    'https://shop.example%2eevil.com',
    'https://shop.example:8443/',
    'http://shop.example/',
    'http://localhost/',
    'http://localhost:3000@evil.com',
    'https://user:pass@shop.example/',
    'ftp://shop.example/',
    'blob:https://shop.example/1',
    'home',
    '?a=1',
    '#x',
    '',
    `/${'x'.repeat(2048)}`,
  ])('V-16: not %j', (next) => {
    expect(targets.check(next)).toBeNull()
  })

  it.each([
    ['/ok', 'https://shop.example/ok'],
    ['/ok?x=1#y', 'https://shop.example/ok?x=1#y'],
    ['/a/../b', 'https://shop.example/b'],
    ['/grüße', 'https://shop.example/gr%C3%BC%C3%9Fe'],
    ['https://spa.example', 'https://spa.example/'],
    ['HTTPS://SPA.EXAMPLE/a', 'https://spa.example/a'],
    ['https://spa.example:443/a', 'https://spa.example/a'],
    ['http://localhost:3000/a', 'http://localhost:3000/a'],
  ])('V-16: %s', (next, target) => {
    expect(targets.check(next)).toBe(target)
    // As a browser reads it that is on some page of ours.
    expect(new URL(next, 'https://shop.example/a/b').href).toBe(target)
  })

  it('SW-23: adds to a query that is there, and before a fragment', () => {
    expect(withQuery('https://a.example/x?b=1#c', { oauth_code: 'd&e' })).toBe(
      'https://a.example/x?b=1&oauth_code=d%26e#c',
    )
    // What was there under the name is not ours.
    expect(withQuery('https://a.example/?oauth_code=old', { oauth_code: 'new' })).toBe(
      'https://a.example/?oauth_code=new',
    )
  })

  it.each([
    ['http://spa.example', 'returnOrigins'],
    ['https://spa.example/path', 'returnOrigins'],
    ['https://*.example', 'returnOrigins'],
    ['spa.example', 'returnOrigins'],
    ['null', 'returnOrigins'],
    ['https://user@spa.example', 'returnOrigins'],
  ])('refuses %s at start-up', (origin, word) => {
    expect(() => new ReturnTargets('https://shop.example', [origin], '/')).toThrow(word)
  })

  it('refuses a returnTo that is nobody of ours', () => {
    expect(() => new ReturnTargets('https://shop.example', [], '//evil.com')).toThrow('returnTo')
  })
})
