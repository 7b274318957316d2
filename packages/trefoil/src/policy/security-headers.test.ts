import { describe, expect, it } from 'vitest'
import { readOptions } from '../contract/options/read-options.ts'
import { checkHeaders } from './check-headers.ts'
import { type CspDirectives, formatCsp, NONCE } from './content-security-policy.ts'
import { HSTS, type HstsOptions, type SecurityMode, securityHeaders } from './security-headers.ts'

interface Given {
  readonly mode?: SecurityMode
  readonly contentSecurityPolicy?: string | CspDirectives
  readonly hsts?: HstsOptions
  readonly overrides?: Readonly<Record<string, string | null>>
}

function headers(options: Given, scheme: 'http' | 'https' = 'https'): Record<string, string> {
  const { mode = 'strict', contentSecurityPolicy: policy, hsts, overrides = {} } = options
  const flat = securityHeaders(
    {
      mode,
      contentSecurityPolicy: policy === undefined ? null : formatCsp(policy),
      hsts: hsts === undefined ? null : readOptions(HSTS, hsts),
      overrides: checkHeaders('edge.headers', overrides),
    },
    scheme,
  )
  const record: Record<string, string> = {}
  for (let index = 0; index < flat.length; index += 2) {
    record[flat[index] as string] = flat[index + 1] as string
  }
  expect(Object.keys(record)).toHaveLength(flat.length / 2)
  return record
}

describe('securityHeaders', () => {
  it('SEC-7: strict adds its set, HSTS over https only', () => {
    const set = {
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'x-frame-options': 'DENY',
    }
    expect(headers({}, 'http')).toEqual(set)
    expect(headers({})).toEqual({
      ...set,
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
    })
  })

  it('S-HDR: web adds the larger set, preload only when asked (X-15)', () => {
    expect(headers({ mode: 'web' })).toEqual({
      'strict-transport-security': 'max-age=63072000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'x-xss-protection': '0',
      'content-security-policy':
        "default-src 'self'; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; img-src 'self' data: https:; connect-src 'self'; font-src 'self' https://cdn.jsdelivr.net; frame-ancestors 'none'; base-uri 'self'; form-action 'self'",
    })
    expect(headers({ mode: 'web', hsts: { preload: true } })['strict-transport-security']).toBe(
      'max-age=63072000; includeSubDomains; preload',
    )
  })

  it('off adds none', () => {
    expect(headers({ mode: 'off' })).toEqual({})
  })

  it('S-HDR-1: overrides come last, null removes', () => {
    const overrides = { 'X-Frame-Options': null, 'Referrer-Policy': 'no-referrer' }
    expect(headers({ overrides }, 'http')).toEqual({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  })

  it('S-HDR-1, RESP-3: a header is set once, and not one of the framing', () => {
    expect(() => headers({ overrides: { 'X-A': '1', 'x-a': '2' } })).toThrow("'x-a' is there twice")
    expect(() => headers({ overrides: { 'Content-Length': '5' } })).toThrow(
      "edge.headers: 'Content-Length' is written by the server alone",
    )
  })

  it('S-HDR-2: preload without the conditions browsers ask for is refused', () => {
    expect(() => headers({ hsts: { preload: true, maxAge: '1h' } })).toThrow('hsts.preload')
    expect(() => headers({ hsts: { preload: true, includeSubDomains: false } })).toThrow(
      'hsts.preload',
    )
    expect(() => headers({ hsts: { maxAge: '1500ms' } })).toThrow('hsts.maxAge')
  })

  it('builds a policy from directives and keeps the mark of the nonce', () => {
    const contentSecurityPolicy = { 'default-src': ["'none'"], 'script-src': ["'self'", NONCE] }
    expect(headers({ contentSecurityPolicy })['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self' 'nonce-{nonce}'",
    )
  })

  it.each([
    [{ 'script-src': ["'self'; report-uri https://evil.example"] }, 'not a source'],
    [{ 'script src': ["'self'"] }, 'not a directive'],
    ['  ', 'must not be empty'],
    ['default-src x\r\nset-cookie: a=b', 'cannot carry'],
  ])('refuses %j', (contentSecurityPolicy, reason) => {
    expect(() => headers({ contentSecurityPolicy })).toThrow(reason)
  })

  it('RESP-3: an override that is no header is refused', () => {
    expect(() => headers({ overrides: { 'x-a': 'b\r\nc: d' } })).toThrow('x-a')
    expect(() => headers({ overrides: { 'x a': 'b' } })).toThrow('x a')
  })
})
