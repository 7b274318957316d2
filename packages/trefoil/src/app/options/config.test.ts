import { describe, expect, test } from 'vitest'
import type { AuthConfig } from '../../contract/auth/authenticator.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readConfig } from './config.ts'
import { MOVED_OPTIONS } from './moved-options.ts'

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

/** Options with one of them set: `at('limits.body', '1mb')`. */
function at(path: string, value: unknown): object {
  const [name = '', ...rest] = path.split('.')
  return { [name]: rest.length === 0 ? value : at(rest.join('.'), value) }
}

test('APP-1: defaults', () => {
  expect(readConfig({ env: {} })).toMatchObject({
    name: 'trefoil',
    version: '0.0.0',
    description: null,
    debug: false,
    auth: {},
    approval: null,
    edge: { security: 'strict', hosts: [], requestIdHeader: 'x-request-id', compression: null },
    limits: {
      body: 2_097_152,
      jsonDepth: 32,
      jsonMembers: 1000,
      formParts: 1000,
      formField: 1_048_576,
      file: 2_097_152,
      spool: 1_048_576,
      inFlight: null,
      timeout: null,
      close: 10_000,
    },
    docs: { openapiPath: '/openapi.json', path: '/docs', public: false, tags: {} },
    mcp: { allowedOrigins: [], docsPath: '/mcp/docs', maxResponseSize: 1_048_576 },
    cli: { maxResponseSize: 1_048_576 },
    log: { level: 'info', access: null, onCall: null },
    proxies: null,
    cors: null,
    csrf: { trustedOrigins: [], requireToken: false },
  })
})

test('APP-2: the result is frozen, and lists are copied', () => {
  const hosts = ['a.example']
  const { edge, ...config } = readConfig({ edge: { hosts } })
  hosts.push('b.example')
  expect(edge.hosts).toEqual(['a.example'])
  const parts = [edge, edge.hosts, edge.headers, config.limits, config.docs, config.docs.tags]
  for (const part of [readConfig({}), ...parts]) expect(Object.isFrozen(part)).toBe(true)
})

describe('sizes and times', () => {
  const SIZES = [
    ...['limits.body', 'limits.formField', 'limits.file', 'limits.spool'],
    ...['mcp.maxResponseSize', 'cli.maxResponseSize'],
  ]
  test.each(SIZES)(
    'APP-3: %s is a size with a unit, and names itself when it is none',
    (option) => {
      expect(mistake(at(option, '5mb'))).toBe('none')
      for (const value of ['2 mb', '', 'x', true, null, [], -1, 1.5]) {
        expect(mistake(at(option, value))).toMatch(
          new RegExp(`^${option} must be a size such as '2mb' \\(b, kb, mb, gb\\), got `),
        )
      }
      expect(mistake(at(option, 10))).toContain("got the number 10; write '10b' for bytes")
    },
  )

  test('W-16d: times are durations', () => {
    const { limits } = readConfig({ limits: { timeout: '30s', close: '1m' } })
    expect(limits).toMatchObject({ timeout: 30_000, close: 60_000 })
    for (const option of ['limits.timeout', 'limits.close']) {
      expect(mistake(at(option, 'soon'))).toBe(
        `${option} must be a duration such as '30s' (ms, s, m, h, d), got text of 4 characters`,
      )
    }
  })
})

describe('lists of text', () => {
  test.each([
    ...['edge.hosts', 'edge.proxies', 'mcp.allowedOrigins', 'publicSurfaces'],
    ...['browser.cors.allowedOrigins', 'browser.csrf.trustedOrigins'],
  ])('APP-7: %s', (option) => {
    expect(mistake(at(option, 'api'))).toBe(
      `${option} must be a list of text, got text of 3 characters`,
    )
    expect(mistake(at(option, { a: 1 }))).toBe(`${option} must be a list of text, got an object`)
    expect(mistake(at(option, null))).toBe(`${option} must be a list of text, got null`)
    expect(mistake(at(option, [7]))).toBe(`${option} must contain only text; entry 1 is 7`)
    expect(mistake(at(option, [' ']))).toBe(`${option} cannot contain empty values`)
  })

  test('SEC-4: hosts are patterns', () => {
    expect(mistake({ edge: { hosts: ['a.example', 'https://b.example'] } })).toBe(
      "edge.hosts has a wrong entry: number 2 is not a host name or pattern, such as 'example.com' or '*.example.com'",
    )
  })

  test('SEC-6: proxies are addresses', () => {
    expect(mistake({ edge: { proxies: ['10.0.0.0/8', 'nginx'] } })).toBe(
      "edge.proxies has a wrong entry: number 2 is not an IP address or CIDR network, such as '10.0.0.0/8'",
    )
  })

  test('AUTH-6: surfaces are surfaces', () => {
    expect(mistake({ publicSurfaces: ['web'] })).toBe(
      'publicSurfaces has a wrong entry: number 1 is not one of api, mcp, cli',
    )
  })
})

describe('paths', () => {
  const PATHS = ['docs.openapiPath', 'docs.path', 'mcp.docsPath']
  test.each(PATHS)('APP-9: %s is a literal path', (option) => {
    expect(mistake(at(option, 'docs'))).toBe(`${option} must start with '/'`)
    expect(mistake(at(option, 7))).toBe(`${option} must be a path, got a number`)
    for (const path of ['/a?b', '/a#b', '/{a}']) {
      expect(mistake(at(option, path))).toBe(
        `${option} must be a literal path without query string or fragment`,
      )
    }
  })

  test('APP-9: null switches one off; docs need the document', () => {
    expect(readConfig({ docs: { path: null } }).docs.path).toBeNull()
    expect(mistake({ docs: { openapiPath: null, path: '/docs' } })).toBe(
      'docs.path requires docs.openapiPath',
    )
    expect(mistake({ docs: { openapiPath: null } })).toBe('none')
  })

  test.each([
    [at('docs.path', '/openapi.json'), 'docs.path conflicts with docs.openapiPath: '],
    [at('docs.path', '/mcp'), 'the MCP endpoint conflicts with docs.path: '],
    [at('mcp.docsPath', '/mcp'), 'mcp.docsPath conflicts with the MCP endpoint: '],
    [at('mcp.docsPath', '/docs'), 'mcp.docsPath conflicts with docs.path: '],
  ])('APP-10: %j', (options, message) => {
    expect(mistake(options)).toContain(message)
  })
})

describe('single values', () => {
  test('APP-11: the security mode and the request id header', () => {
    expect(mistake({ edge: { security: 'x' } })).toBe(
      'edge.security must be one of strict, web, off, got text of 1 character',
    )
    const header = (requestIdHeader: string | null) =>
      readConfig({ edge: { requestIdHeader } }).edge.requestIdHeader
    expect(header('X-Trace')).toBe('x-trace')
    expect(header(null)).toBeNull()
    for (const requestIdHeader of ['', ':path', 'a b', 5]) {
      expect(mistake({ edge: { requestIdHeader } })).toBe(
        'edge.requestIdHeader must be a valid HTTP header name',
      )
    }
    expect(mistake({ edge: { requestIdHeader: 'Cookie' } })).toContain('means something else')
  })

  test('APP-8: texts are text', () => {
    for (const option of ['name', 'version', 'description']) {
      expect(mistake({ [option]: 7 })).toBe(`${option} must be non-empty text, got 7`)
    }
  })

  test('APP-4: counts are whole numbers above 0', () => {
    for (const option of ['limits.inFlight', 'limits.formParts', 'limits.jsonMembers']) {
      for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '5', null]) {
        expect(mistake(at(option, value))).toMatch(
          new RegExp(`^${option} must be a whole number, 1 or more, got `),
        )
      }
    }
    expect(mistake(at('limits.jsonDepth', 129))).toBe(
      'limits.jsonDepth must be a whole number from 1 to 128, got 129',
    )
  })

  test('objects that code alone can give', () => {
    expect(mistake({ clock: Date })).toContain('clock must be a clock with now() and elapsed()')
    expect(mistake({ random: 4 })).toBe('random must be a function, got 4')
    expect(mistake({ env: 'TREFOIL_NAME=x' })).toContain('env must be an object of variables')
    expect(mistake({ state: null })).toBe('state must be an object, got null')
    expect(mistake({ callState: {} })).toBe('callState must be a function, got an object')
  })
})

describe('FND-13: names', () => {
  test('APP-12: a misspelt option is refused, with the right one', () => {
    expect(mistake({ debgu: true })).toBe(
      "createApp(): unknown option 'debgu'; did you mean 'debug'?",
    )
    expect(mistake({ limits: { boddy: '1mb' } })).toBe(
      "limits: unknown option 'boddy'; did you mean 'body'?",
    )
    expect(mistake({ browser: { cors: { allowedOrigin: [] } } })).toBe(
      "browser.cors: unknown option 'allowedOrigin'; did you mean 'allowedOrigins'?",
    )
  })

  test('one that belongs into a group is told where', () => {
    expect(mistake({ jsonDepth: 5 })).toBe(
      "createApp(): unknown option 'jsonDepth'; did you mean 'limits.jsonDepth'?",
    )
    expect(mistake({ allowedHost: [] })).toBe(
      "createApp(): unknown option 'allowedHost'; did you mean 'edge.hosts'?",
    )
  })

  test.each(Object.entries(MOVED_OPTIONS))(
    '%s of 0.1 is refused with its new place',
    (old, { to }) => {
      expect(mistake({ [old]: null })).toBe(`createApp(): ${old} is now ${to}`)
      // There is such an option.
      expect(mistake(at(to, Symbol('wrong')))).toMatch(new RegExp(`^${to}\\b`))
    },
  )

  test('all mistakes at once', () => {
    expect(mistake({ maxBodySize: '5mb', debug: 1, edge: { host: [] } }).split('\n')).toEqual([
      'createApp(): maxBodySize is now limits.body',
      'debug must be true or false, got 1',
      "edge: unknown option 'host'; did you mean 'hosts'?",
    ])
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
      'auth.authenticate is missing. The authenticator, such as `jwtAuth({ … })`, or your own function of the request.',
    ],
    [
      'a method that is no function',
      [{ authenticate: 'hunter2', surfaces: ['api'] }],
      'auth: authenticate must be an authenticator such as jwtAuth({ … }), or a function, got text of 7 characters',
    ],
    [
      'FND-52: no surfaces',
      [{ authenticate: (_request) => null }],
      "auth.surfaces is missing. Surfaces it covers, such as `['api']`; there are `api`, `mcp` and `cli`.",
    ],
    ['nothing', [null] as never, 'auth must be an object of options, got null'],
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
      'auth.surfaces must be a list of text, got text of 3 characters',
    ],
    [
      'an unknown surface',
      [{ authenticate: (_request) => null, surfaces: ['web'] }],
      'auth.surfaces has a wrong entry: number 1 is not one of api, mcp, cli',
    ],
  ])('%s', (_, auth, message) => {
    expect(mistake({ auth })).toBe(message)
  })
})

test('APP-1: descriptions of tags keep their order; anything but text is refused', () => {
  const tags = { Orders: 'Sold.', Files: 'Kept.' }
  expect(Object.keys(readConfig({ docs: { tags } }).docs.tags)).toEqual(['Orders', 'Files'])
  expect(mistake({ docs: { tags: ['Orders'] } })).toBe(
    "docs.tags must be an object such as { Orders: '…' }, got a list",
  )
  expect(mistake({ docs: { tags: { Orders: 1 } } })).toBe(
    "docs.tags 'Orders' must be non-empty text, got a number",
  )
})
