import { describe, expect, test } from 'vitest'
import type { AuthConfig } from '../../contract/auth/authenticator.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readConfig } from './config.ts'

function mistake(options: object): string {
  try {
    // What JavaScript callers may hand over.
    readConfig(options as Parameters<typeof readConfig>[0])
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    return error.message
  }
  return 'none'
}

function checkedBy(name: string, ...surfaces: AuthConfig['surfaces'][number][]): AuthConfig {
  return { authenticate: (_request) => null, surfaces, name }
}

test('APP-1: defaults', () => {
  expect(readConfig({})).toMatchObject({
    name: 'trefoil',
    version: '0.0.0',
    debug: false,
    security: 'strict',
    allowedHosts: [],
    maxBodySize: 2_097_152,
    maxToolResponseSize: 1_048_576,
    maxActionResponseSize: 1_048_576,
    timeout: 0,
    requestIdHeader: 'x-request-id',
    auth: {},
    approval: null,
    openapiPath: '/openapi.json',
    docsPath: '/docs',
    mcpDocsPath: '/mcp/docs',
  })
})

test('APP-2: the result is frozen, and lists are copied', () => {
  const allowedHosts = ['a.example']
  const config = readConfig({ allowedHosts })
  allowedHosts.push('b.example')
  expect(config.allowedHosts).toEqual(['a.example'])
  expect(Object.isFrozen(config)).toBe(true)
  expect(Object.isFrozen(config.allowedHosts)).toBe(true)
})

describe('sizes and times', () => {
  test('APP-3: sizes as numbers and as text', () => {
    expect(readConfig({ maxBodySize: '5mb', maxToolResponseSize: 10 })).toMatchObject({
      maxBodySize: 5 * 1024 * 1024,
      maxToolResponseSize: 10,
    })
  })

  test.each(['maxBodySize', 'maxToolResponseSize', 'maxActionResponseSize'])(
    'APP-3: %s names itself when it is no size',
    (option) => {
      expect(mistake({ [option]: '2 mb' })).toBe(
        `${option} must be integer bytes or a string like '2mb' (b, gb, kb, mb), got "2 mb"`,
      )
      for (const value of [-1, 1.5, '', 'x', true, null]) {
        expect(mistake({ [option]: value })).toMatch(new RegExp(`^${option} must be integer bytes`))
      }
    },
  )

  test('W-16d: the timeout is a duration', () => {
    expect(readConfig({ timeout: '30s' }).timeout).toBe(30_000)
    expect(mistake({ timeout: 'soon' })).toBe("timeout must be a duration such as '30s'")
  })
})

describe('lists of text', () => {
  test.each(['allowedHosts', 'mcpAllowedOrigins', 'publicSurfaces'])('APP-7: %s', (option) => {
    expect(mistake({ [option]: 'api' })).toBe(`${option} must be a list of strings, not string`)
    expect(mistake({ [option]: { a: 1 } })).toBe(`${option} must be a list of strings, not object`)
    expect(mistake({ [option]: [7] })).toBe(`${option} must contain only strings`)
    expect(mistake({ [option]: [' '] })).toBe(`${option} cannot contain empty values`)
  })

  test('SEC-4: hosts are patterns', () => {
    expect(mistake({ allowedHosts: ['a.example', 'https://b.example'] })).toBe(
      "allowedHosts: 'https://b.example' is not a host name or pattern",
    )
  })

  test('AUTH-6: surfaces are surfaces', () => {
    expect(mistake({ publicSurfaces: ['web'] })).toBe(
      "publicSurfaces: Unknown surface 'web'; expected one of api, mcp, cli",
    )
  })
})

describe('paths', () => {
  test.each(['openapiPath', 'docsPath', 'mcpDocsPath'])('APP-9: %s is a literal path', (option) => {
    expect(mistake({ [option]: 'docs' })).toBe(`${option} must start with '/'`)
    for (const path of ['/a?b', '/a#b', '/{a}']) {
      expect(mistake({ [option]: path })).toBe(
        `${option} must be a literal path without query string or fragment`,
      )
    }
  })

  test('APP-9: null switches one off; docs need the document', () => {
    expect(readConfig({ docsPath: null }).docsPath).toBeNull()
    expect(mistake({ openapiPath: null, docsPath: '/docs' })).toBe('docsPath requires openapiPath')
    expect(mistake({ openapiPath: null })).toBe('none')
  })

  test.each([
    [{ docsPath: '/openapi.json' }, "docsPath conflicts with openapiPath: '/openapi.json'"],
    [{ docsPath: '/mcp' }, "mcpEndpoint conflicts with docsPath: '/mcp'"],
    [{ mcpDocsPath: '/mcp' }, "mcpDocsPath conflicts with mcpEndpoint: '/mcp'"],
    [{ mcpDocsPath: '/docs' }, "mcpDocsPath conflicts with docsPath: '/docs'"],
  ])('APP-10: %j', (options, message) => {
    expect(mistake(options)).toBe(message)
  })
})

describe('single values', () => {
  test('APP-11: the security mode and the request id header', () => {
    expect(mistake({ security: 'x' })).toBe("Unsupported security mode: 'x'")
    expect(readConfig({ requestIdHeader: 'X-Trace' }).requestIdHeader).toBe('x-trace')
    expect(readConfig({ requestIdHeader: null }).requestIdHeader).toBeNull()
    for (const requestIdHeader of ['', ':path', 'a b']) {
      expect(mistake({ requestIdHeader })).toBe('requestIdHeader must be a valid HTTP header name')
    }
  })

  test('APP-8: texts are text', () => {
    for (const option of ['name', 'version', 'description']) {
      expect(mistake({ [option]: 7 })).toBe(`${option} must be non-empty text`)
    }
  })

  test('APP-12: a misspelt option is refused', () => {
    expect(mistake({ allowedHost: [] })).toContain('allowedHosts')
  })
})

describe('AUTH-2: authenticators', () => {
  test('one per surface, by surface', () => {
    const [a, b] = [checkedBy('a', 'api', 'cli'), checkedBy('b', 'mcp')]
    const { auth } = readConfig({ auth: [a, b] })
    expect(auth).toMatchObject({ api: { name: 'a' }, cli: { name: 'a' }, mcp: { name: 'b' } })
    expect(auth.api).toBe(auth.cli)
  })

  test.each<[string, object[], string]>([
    [
      'no function',
      [{ surfaces: ['api'] }],
      'auth: authenticate must be an authenticator such as jwtAuth({ … }), or a function, got undefined',
    ],
    ['no surface', [checkedBy('a')], 'AuthConfig must cover at least one surface'],
    [
      'a surface twice',
      [checkedBy('a', 'api', 'api')],
      "AuthConfig lists surface 'api' more than once",
    ],
    [
      'two on one surface',
      [checkedBy('a', 'api'), checkedBy('b', 'api')],
      "Surface 'api' is covered by more than one AuthConfig ('a' and 'b'). Cover each surface with exactly one; to take several kinds of credentials, write firstOf(a, b).",
    ],
    [
      'text for surfaces',
      [{ authenticate: (_request) => null, surfaces: 'api' }],
      "auth surfaces must be a list of surface names, got 'api'",
    ],
    [
      'an unknown surface',
      [{ authenticate: (_request) => null, surfaces: ['web'] }],
      "auth surfaces: Unknown surface 'web'; expected one of api, mcp, cli",
    ],
  ])('%s', (_, auth, message) => {
    expect(mistake({ auth })).toBe(message)
  })
})

test('APP-1: descriptions of tags keep their order; anything but text is refused', () => {
  const tagDescriptions = { Orders: 'Sold.', Files: 'Kept.' }
  expect([...readConfig({ tagDescriptions }).tagDescriptions.keys()]).toEqual(['Orders', 'Files'])
  expect(mistake({ tagDescriptions: ['Orders'] })).toBe(
    "tagDescriptions must be an object such as { Orders: '…' }",
  )
  expect(mistake({ tagDescriptions: { Orders: 1 } })).toBe(
    "tagDescriptions 'Orders' must be non-empty text",
  )
})
