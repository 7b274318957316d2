import { describe, expect, it } from 'vitest'
import { addVary, type CorsOptions, createCors } from './cors.ts'

const APP = 'https://app.example.com'

function record(flat: readonly string[]): Record<string, string> {
  const entries: Record<string, string> = {}
  for (let index = 0; index < flat.length; index += 2) {
    entries[flat[index] as string] = flat[index + 1] as string
  }
  return entries
}

const actual = (options: CorsOptions, origin?: string) =>
  record(createCors(options).headers(origin === undefined ? [] : ['Origin', origin]))

const preflight = (options: CorsOptions, origin: string, ...more: string[]) =>
  record(
    createCors(options).preflightHeaders([
      'Origin',
      origin,
      'Access-Control-Request-Method',
      'PUT',
      ...more,
    ]),
  )

describe('createCors', () => {
  it('CORS-3: grants an exact origin, with Vary', () => {
    expect(
      actual({ allowedOrigins: [APP], allowCredentials: true, exposeHeaders: ['ETag'] }, APP),
    ).toEqual({
      vary: 'Origin',
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'etag',
    })
  })

  it.each([
    undefined,
    'https://evil.example',
    'https://app.example.com.evil.example',
    'https://evil-app.example.com',
    'http://app.example.com',
    'https://APP.example.com',
    'https://app.example.com:8443',
    'null',
    '',
  ])('W-29: grants nothing to %j, and still varies', (origin) => {
    expect(actual({ allowedOrigins: [APP] }, origin)).toEqual({ vary: 'Origin' })
  })

  it('a wildcard grants every origin, without Vary', () => {
    expect(actual({ allowedOrigins: ['*'] }, 'https://any.example')).toEqual({
      'access-control-allow-origin': '*',
    })
  })

  it('anchors a pattern that forgot to', () => {
    const options = { allowedOriginPattern: 'https://[a-z]+\\.example\\.com' }
    expect(actual(options, 'https://a.example.com')).toMatchObject({
      'access-control-allow-origin': 'https://a.example.com',
    })
    expect(actual(options, 'https://a.example.com.evil.net')).toEqual({ vary: 'Origin' })
    expect(
      actual({ allowedOriginPattern: 'a|https://b.example' }, 'https://evil/https://b.example'),
    ).toEqual({ vary: 'Origin' })
  })

  it('CORS-2, CORS-3: answers a preflight with methods, headers and max-age, not with exposed ones', () => {
    const options = {
      allowedOrigins: [APP],
      allowedHeaders: ['X-A'],
      exposeHeaders: ['ETag'],
      maxAge: '600s',
    }
    expect(preflight(options, APP)).toEqual({
      vary: 'Origin',
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
      'access-control-allow-headers': 'x-a',
      'access-control-max-age': '600',
    })
    expect(preflight(options, 'https://evil.example')).toEqual({ vary: 'Origin' })
  })

  it.each<[readonly string[], string, string | undefined]>([
    [[], 'X-B, x-a,X-B', 'x-b, x-a'],
    [['*'], 'X-B', 'x-b'],
    [[], 'x y', undefined],
    [['*'], 'x y', '*'],
  ])('CORS-4: with %j configured, %j becomes %j', (allowedHeaders, requested, granted) => {
    const headers = preflight(
      { allowedOrigins: [APP], allowedHeaders },
      APP,
      'Access-Control-Request-Headers',
      requested,
    )
    expect(headers['access-control-allow-headers']).toBe(granted)
    expect(headers['vary']).toBe('Origin, Access-Control-Request-Headers')
  })

  it('answers a private-network preflight only when allowed', () => {
    const ask = ['Access-Control-Request-Private-Network', 'true']
    const options = { allowedOrigins: [APP], allowPrivateNetwork: true }
    expect(preflight(options, APP, ...ask)['access-control-allow-private-network']).toBe('true')
    expect(preflight({ allowedOrigins: [APP] }, APP, ...ask)).not.toHaveProperty(
      'access-control-allow-private-network',
    )
  })

  it.each<[CorsOptions, string]>([
    [
      { allowedOrigins: ['*'], allowCredentials: true },
      "browser.cors.allowedOrigins cannot have '*' together with browser.cors.allowCredentials",
    ],
    [{ allowedOrigins: [] }, 'at least one origin'],
    [{ allowedOrigins: ['app.example.com'] }, 'number 1 is not an origin'],
    [{ allowedOrigins: ['https://a.example/'] }, 'is not an origin'],
    [{ allowedOrigins: ['https://*.a.example'] }, 'CORS takes patterns as allowedOriginPattern'],
    [
      { allowedOrigins: 'https://a.example' as never },
      'must be a list of text, got text of 17 characters',
    ],
    [{ allowedOrigins: [APP], allowedMethods: ['G T'] }, 'is not a valid HTTP method'],
    [{ allowedOrigins: [APP], allowedHeaders: ['x y'] }, 'is not a valid HTTP header name'],
    [{ allowedOrigins: [APP], maxAge: '1500ms' }, 'browser.cors.maxAge must be whole seconds'],
    [{ allowedOriginPattern: '(' }, 'regular expression'],
  ])('CORS-1, X-16: refuses %j at construction', (options, reason) => {
    expect(() => createCors(options)).toThrow(reason)
  })

  it('CORS-2: a preflight is OPTIONS with Origin and the method it asks for', () => {
    const cors = createCors({ allowedOrigins: [APP] })
    const full = ['Origin', APP, 'Access-Control-Request-Method', 'PUT']
    expect(cors.isPreflight('OPTIONS', full)).toBe(true)
    expect(cors.isPreflight('GET', full)).toBe(false)
    expect(cors.isPreflight('OPTIONS', full.slice(0, 2))).toBe(false)
  })
})

describe('APP-12, CORS-1: options of cors', () => {
  it.each<[unknown, string]>([
    [{ allowedOrigins: [APP], allowCredential: true }, "did you mean 'allowCredentials'?"],
    [
      { allowedOrigins: [APP], allowCredentials: 'false' },
      'must be true or false, got text of 5 characters',
    ],
    [{ allowedOrigins: [APP], allowPrivateNetwork: 1 }, 'must be true or false, got 1'],
    [
      { allowedOriginPattern: 5 },
      'browser.cors.allowedOriginPattern must be non-empty text, got 5',
    ],
    [{ allowedOriginPattern: '' }, 'browser.cors.allowedOriginPattern must be non-empty text'],
    [{ allowedOrigins: ['https://a.example:443'] }, "browsers write it 'https://a.example'"],
    [{ allowedOrigins: ['HTTPS://A.example'] }, "browsers write it 'https://a.example'"],
    [[], 'cors must be an object'],
    [false, 'cors must be an object'],
    [null, 'cors must be an object'],
  ])('refuses %j', (options, reason) => {
    // What JavaScript callers may hand over.
    expect(() => createCors(options as CorsOptions)).toThrow(reason)
  })
})

describe('X-16: patterns', () => {
  it.each(['https://a\\.example)|(?:https://b\\.example', 'a)(', '(?:'])(
    'CORS-1: %j is no expression of its own',
    (allowedOriginPattern) => {
      expect(() => createCors({ allowedOriginPattern })).toThrow('must be a regular expression')
    },
  )

  it.each([
    '.*',
    '.+',
    '',
    'https?://.*',
    'https://.+',
    'https://[^/]+',
    '|https://a\\.example|.*',
    'https://[a-z]+\\.[a-z]+',
    'https://.*\\.(com|net|org|example)',
    'http://.*',
    'https://\\d+\\.\\d+\\.\\d+\\.\\d+',
  ])('%j with credentials lets in everybody', (allowedOriginPattern) => {
    expect(() => createCors({ allowedOriginPattern, allowCredentials: true })).toThrow(
      'browser.cors.allowedOriginPattern',
    )
  })

  it.each([
    'https://[a-z0-9-]+\\.shop\\.example',
    'https://pr-\\d+\\.shop\\.vercel\\.app',
    'http://localhost(:\\d+)?',
    'https://shop\\.(com|net|de)',
  ])('%j with credentials names its own', (allowedOriginPattern) => {
    expect(createCors({ allowedOriginPattern, allowCredentials: true }).admitsEveryone).toBe(false)
  })

  it('an opaque origin matches no pattern', () => {
    expect(actual({ allowedOriginPattern: '.*' }, 'null')).toEqual({ vary: 'Origin' })
    const cors = createCors({ allowedOriginPattern: 'null|https://a\\.example' })
    expect(cors.grants('null')).toBe('no')
    expect(cors.grants('https://a.example')).toBe('exactly')
  })

  it('HTTP-8: a pattern for everybody lends nobody their cookies', () => {
    const cors = createCors({ allowedOriginPattern: '.*' })
    expect(cors.grants('https://evil.example')).toBe('everybody')
    expect(cors.admitsEveryone).toBe(true)
    expect(createCors({ allowedOrigins: ['*'] }).admitsEveryone).toBe(true)
  })
})

describe('addVary', () => {
  it.each([
    [[], ['vary', 'Origin']],
    [
      ['vary', 'Accept'],
      ['vary', 'Accept, Origin'],
    ],
    [
      ['vary', 'origin'],
      ['vary', 'origin'],
    ],
    [
      ['vary', '*'],
      ['vary', '*'],
    ],
  ])('CORS-5: extends %j', (before, after) => {
    const headers = [...before]
    addVary(headers, 'Origin')
    expect(headers).toEqual(after)
  })
})
