import { describe, expect, it } from 'vitest'
import { parseCookieDate } from './cookie-date.ts'
import { CookieJar, type CookieOrigin } from './cookie-jar.ts'

const NOW = Date.UTC(2026, 0, 1)
const SECURE: CookieOrigin = { host: 'shop.example.com', path: '/a/b', secure: true }
const PLAIN: CookieOrigin = { ...SECURE, secure: false }

function jarAt(): { jar: CookieJar; at: { ms: number } } {
  const at = { ms: NOW }
  const clock = { now: () => at.ms, elapsed: () => 0 }
  return { jar: new CookieJar(clock, 'shop.example.com'), at }
}

/** What a client at `to` sends after `lines` were received at `from`. */
function sent(lines: readonly string[], from = SECURE, to: CookieOrigin = from): string {
  const { jar } = jarAt()
  for (const line of lines) jar.receive(line, from)
  return jar
    .matching(to)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
}

describe('which cookies a jar takes in (TEST-4, W-48, RFC 6265bis §5.7)', () => {
  it.each([
    ['a plain one', 'a=1', 'a=1'],
    ['a value with =', 'a=1=2', 'a=1=2'],
    ['spaces around', ' a = 1 ; Path = / ', 'a=1'],
    ['one without a name', 'bare', '=bare'],
    ['nothing at all', '=', ''],
    ['a control character', 'a=1\u0001', ''],
    ['more than 4096 bytes', `a=${'x'.repeat(4096)}`, ''],
    ['exactly 4096 bytes', `a=${'x'.repeat(4095)}`, `a=${'x'.repeat(4095)}`],
    ['its own domain', 'a=1; Domain=shop.example.com', 'a=1'],
    ['a parent domain', 'a=1; Domain=.example.com', 'a=1'],
    ['a domain in capitals', 'a=1; Domain=EXAMPLE.com', 'a=1'],
    ['a foreign domain', 'a=1; Domain=evil.test', ''],
    ['a sub-domain', 'a=1; Domain=x.shop.example.com', ''],
    ['a domain that ends alike', 'a=1; Domain=op.example.com', ''],
    ['a top-level domain', 'a=1; Domain=com', ''],
    ['SameSite=None without Secure', 'a=1; SameSite=None', ''],
    ['SameSite=None with Secure', 'a=1; SameSite=None; Secure', 'a=1'],
    ['__Secure- with Secure', '__Secure-a=1; Secure', '__Secure-a=1'],
    ['__Secure- without', '__Secure-a=1', ''],
    ['__Host- as it should be', '__Host-a=1; Secure; Path=/', '__Host-a=1'],
    ['__Host- in other letters', '__HOST-a=1; Path=/', ''],
    ['__Host- with a domain', '__Host-a=1; Secure; Path=/; Domain=shop.example.com', ''],
    ['__Host- without a path', '__Host-a=1; Secure', ''],
    ['a nameless __Host-', '=__Host-a=1; Secure; Path=/', ''],
    ['Max-Age=0', 'a=1; Max-Age=0', ''],
    ['a negative Max-Age', 'a=1; Max-Age=-1', ''],
    ['a Max-Age that is none', 'a=1; Max-Age=soon', 'a=1'],
    ['Expires in the past', 'a=1; Expires=Wed, 31 Dec 2025 23:59:59 GMT', ''],
    ['Max-Age before Expires', 'a=1; Max-Age=9; Expires=Wed, 31 Dec 2025 23:59:59 GMT', 'a=1'],
  ])('%s', (_, line, wanted) => {
    const { jar } = jarAt()
    jar.receive(line, SECURE)
    expect(jar.list().map(({ name, value }) => `${name}=${value}`)).toEqual(
      wanted === '' ? [] : [wanted],
    )
  })

  it('refuses Secure cookies from plain connections, and replacing one from there', () => {
    expect(sent(['a=1; Secure'], PLAIN, SECURE)).toBe('')
    const { jar } = jarAt()
    jar.receive('a=safe; Secure; Path=/', SECURE)
    jar.receive('a=forged; Path=/', PLAIN)
    jar.receive('a=forged; Path=/; Domain=example.com', PLAIN)
    expect(jar.matching(SECURE).map(({ value }) => value)).toEqual(['safe'])
  })
})

describe('where a jar sends cookies (RFC 6265bis §5.8.3)', () => {
  const at = (host: string, path = '/', secure = true): CookieOrigin => ({ host, path, secure })

  it.each([
    ['the same host', 'a=1', at('shop.example.com', '/a'), 'a=1'],
    ['a sub-domain of a host-only cookie', 'a=1; Path=/', at('x.shop.example.com'), ''],
    [
      'a sub-domain of a domain cookie',
      'a=1; Path=/; Domain=example.com',
      at('x.example.com'),
      'a=1',
    ],
    ['a host that ends alike', 'a=1; Path=/; Domain=example.com', at('badexample.com'), ''],
    ['the default path', 'a=1', at('shop.example.com', '/a/c'), 'a=1'],
    ['above the default path', 'a=1', at('shop.example.com', '/'), ''],
    ['a path that begins alike', 'a=1; Path=/a', at('shop.example.com', '/ab'), ''],
    ['a folder below', 'a=1; Path=/a', at('shop.example.com', '/a/b'), 'a=1'],
    ['a path that is not absolute', 'a=1; Path=a', at('shop.example.com', '/a'), 'a=1'],
    ['a secure one over plain HTTP', 'a=1; Path=/; Secure', at('shop.example.com', '/', false), ''],
  ])('%s', (_, line, to, wanted) => {
    expect(sent([line], SECURE, to)).toBe(wanted)
  })

  it('sends longer paths first, then older cookies; one set again keeps its age', () => {
    const lines = ['first=1; Path=/', 'second=2; Path=/', 'deep=3; Path=/a', 'first=4; Path=/']
    expect(sent(lines)).toBe('deep=3; first=4; second=2')
  })

  it('does not share cookies between addresses that end alike', () => {
    const { jar } = jarAt()
    jar.set('a', '1', { domain: '0.0.1' })
    expect(jar.matching(at('127.0.0.1'))).toEqual([])
  })
})

describe('a jar over time', () => {
  it('drops what has expired by the clock it was given, 400 days at most', () => {
    const { jar, at } = jarAt()
    jar.receive('short=1; Max-Age=10; Path=/', SECURE)
    jar.receive('long=1; Max-Age=99999999999; Path=/', SECURE)
    jar.receive('session=1; Path=/', SECURE)
    at.ms = NOW + 9_999
    expect(jar.get('short')).toBe('1')
    at.ms = NOW + 10_000
    expect(jar.get('short')).toBeNull()
    at.ms = NOW + 400 * 86_400_000
    expect(jar.list().map(({ name }) => name)).toEqual(['session'])
  })

  it('Max-Age=0 removes; delete and clear do too', () => {
    const { jar } = jarAt()
    for (const name of ['a', 'b', 'c']) jar.receive(`${name}=1; Path=/`, SECURE)
    jar.receive('a=; Max-Age=0; Path=/', SECURE)
    expect(jar.list().map(({ name }) => name)).toEqual(['b', 'c'])
    jar.delete('b')
    expect(jar.get('b')).toBeNull()
    jar.clear()
    expect(jar.list()).toEqual([])
  })
})

describe('dates of Expires (RFC 6265bis §5.1.1)', () => {
  it.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['Sun Nov  6 08:49:37 1994', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['1 january 2030 1:2:3', Date.UTC(2030, 0, 1, 1, 2, 3)],
    ['29 Feb 2028 00:00:00', Date.UTC(2028, 1, 29)],
    ['29 Feb 2027 00:00:00', null],
    ['31 Apr 2027 00:00:00', null],
    ['1 Jan 1600 00:00:00', null],
    ['1 Jan 2030 24:00:00', null],
    ['1 Jan 2030', null],
    ['tomorrow', null],
  ])('%s', (text, wanted) => {
    expect(parseCookieDate(text)).toBe(wanted)
  })
})
