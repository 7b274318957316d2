import { describe, expect, test } from 'vitest'
import { parseRemoteUrl, sameOrigin } from './remote-url.ts'

describe('CLI-17: addresses of remotes', () => {
  test.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://API.example.com:443/', 'https://api.example.com'],
    ['https://api.example.com:8443/base/path//', 'https://api.example.com:8443/base/path'],
    ['http://localhost:8000/', 'http://localhost:8000'],
    ['http://127.0.0.1', 'http://127.0.0.1'],
    ['http://[::1]:80', 'http://[::1]'],
  ])('%s is kept as %s', (text, url) => {
    expect(parseRemoteUrl(text)).toEqual({ ok: true, value: url })
  })

  test.each([
    ['https://a b.com', /whitespace/],
    ['https://api.exam\nple.com', /whitespace/],
    [' https://api.example.com', /whitespace/],
    ['https://api.example.com\u0000', /whitespace/],
    ['api.example.com', /absolute/],
    ['', /absolute/],
    ['ftp://api.example.com', /absolute/],
    ['file:///etc/passwd', /absolute/],
    ['javascript:alert(1)', /absolute/],
    ['http://api.example.com', /HTTPS/],
    ['http://localhost.evil.test', /HTTPS/],
    ['http://127.0.0.2', /HTTPS/],
    ['https://user:secret@api.example.com', /credentials/],
    ['https://@api.example.com', /credentials/],
    ['https://api.example.com@evil.test', /credentials/],
    ['https://api.example.com/?a=1', /query/],
    ['https://api.example.com/?', /query/],
    ['https://api.example.com/#x', /query/],
    ['https://api.example.com/#', /query/],
  ])('%j is refused', (text, reason) => {
    const result = parseRemoteUrl(text)
    expect(result.ok ? result.value : result.error).toMatch(reason)
    expect(result.ok).toBe(false)
  })

  test('W-24: an origin is scheme, host and port', () => {
    expect(sameOrigin('https://a.test/x', 'https://a.test/y')).toBe(true)
    expect(sameOrigin('https://a.test', 'https://a.test:8443')).toBe(false)
    expect(sameOrigin('https://a.test', 'https://b.test')).toBe(false)
    expect(sameOrigin('http://localhost', 'https://localhost')).toBe(false)
  })
})
