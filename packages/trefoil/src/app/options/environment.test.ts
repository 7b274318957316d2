import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Logger } from '../../contract/call/logger.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { createApp } from '../create-app.ts'
import type { AppOptions } from './app-options.ts'
import { readConfig } from './config.ts'
import { strayVariables } from './environment.ts'
import { APP_VARIABLES } from './environment-variables.ts'

function read(env: Record<string, string>, options: AppOptions = {}) {
  return readConfig({ ...options, env })
}

function mistake(env: Record<string, string>, options: AppOptions = {}): string {
  try {
    read(env, options)
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    return error.message
  }
  return 'none'
}

/** Something valid for every variable, other than the default. */
const EVERY: Readonly<Record<string, string>> = {
  TREFOIL_NAME: 'store',
  TREFOIL_VERSION: '1.2.3',
  TREFOIL_DESCRIPTION: 'A store.',
  TREFOIL_DEBUG: 'on',
  TREFOIL_SECURITY: 'web',
  TREFOIL_ALLOWED_HOSTS: 'shop.example, *.shop.example',
  TREFOIL_CONTENT_SECURITY_POLICY: "default-src 'none'",
  TREFOIL_HSTS_MAX_AGE: '31536000',
  TREFOIL_HSTS_INCLUDE_SUB_DOMAINS: 'yes',
  TREFOIL_HSTS_PRELOAD: 'true',
  TREFOIL_TRUSTED_PROXIES: '10.0.0.0/8',
  TREFOIL_PROXY_HEADERS: 'forwarded',
  TREFOIL_CORS_ALLOW_ORIGINS: 'https://a.example,https://b.example',
  TREFOIL_CORS_ALLOW_ORIGIN_REGEX: 'https://[a-z]+\\.c\\.example',
  TREFOIL_CORS_ALLOW_METHODS: 'GET,POST',
  TREFOIL_CORS_ALLOW_HEADERS: 'x-one',
  TREFOIL_CORS_EXPOSE_HEADERS: 'x-two',
  TREFOIL_CORS_ALLOW_CREDENTIALS: 'yes',
  TREFOIL_CORS_MAX_AGE: '600',
  TREFOIL_CSRF_TRUSTED_ORIGINS: 'https://a.example',
  TREFOIL_CSRF_REQUIRE_TOKEN: '1',
  TREFOIL_COMPRESSION: 'true',
  TREFOIL_MAX_IN_FLIGHT: '7',
  TREFOIL_MAX_BODY_SIZE: '3mb',
  TREFOIL_MAX_JSON_DEPTH: '33',
  TREFOIL_MAX_JSON_MEMBERS: '44',
  TREFOIL_MAX_FORM_PARTS: '8',
  TREFOIL_MAX_FORM_FIELD_SIZE: '9kb',
  TREFOIL_MAX_FILE_SIZE: '10kb',
  TREFOIL_UPLOAD_SPOOL_SIZE: '0b',
  TREFOIL_MAX_TOOL_RESPONSE_SIZE: '11kb',
  TREFOIL_MAX_ACTION_RESPONSE_SIZE: '12kb',
  TREFOIL_TIMEOUT: '30s',
  TREFOIL_REQUEST_ID_HEADER: 'X-Trace',
  TREFOIL_MCP_ALLOWED_ORIGINS: 'https://m.example',
  TREFOIL_OPENAPI_PATH: '/api.json',
  TREFOIL_DOCS_PATH: '/api',
  TREFOIL_MCP_DOCS_PATH: 'none',
  TREFOIL_PUBLIC_DOCS: 'on',
  TREFOIL_LOG_LEVEL: 'silent',
}

const PREFLIGHT = ['origin', 'https://b.example', 'access-control-request-method', 'GET']

describe('APP-5: explicit option, then variable, then default', () => {
  test('every variable arrives', () => {
    expect(Object.keys(EVERY)).toEqual(APP_VARIABLES.map(({ variable }) => variable))
    const config = read(EVERY)
    expect(config).toMatchObject({
      name: 'store',
      version: '1.2.3',
      description: 'A store.',
      debug: true,
      security: 'web',
      allowedHosts: ['shop.example', '*.shop.example'],
      proxies: { headers: 'forwarded' },
      csrf: { trustedOrigins: ['https://a.example'], requireToken: true },
      compression: { threshold: 1024 },
      maxInFlight: 7,
      maxBodySize: 3 * 1024 * 1024,
      json: { maxDepth: 33, maxMembers: 44 },
      maxFormParts: 8,
      maxFormFieldSize: 9 * 1024,
      maxFileSize: 10 * 1024,
      uploadSpoolSize: 0,
      maxToolResponseSize: 11 * 1024,
      maxActionResponseSize: 12 * 1024,
      timeout: 30_000,
      requestIdHeader: 'x-trace',
      openapiPath: '/api.json',
      docsPath: '/api',
      mcpDocsPath: null,
      publicDocs: true,
    })
    expect([...config.mcpAllowedOrigins]).toEqual(['https://m.example'])
    expect(config.headers.https).toContain("default-src 'none'")
    expect(config.headers.https).toContain('max-age=31536000; includeSubDomains; preload')
  })

  test('an option given in code wins, also when it says none', () => {
    const options: AppOptions = {
      name: 'code',
      debug: false,
      maxBodySize: '10b',
      allowedHosts: [],
      docsPath: null,
      mcpDocsPath: '/tools',
      requestIdHeader: null,
      csrf: false,
      hsts: false,
    }
    const config = read(EVERY, options)
    expect(config).toMatchObject({
      name: 'code',
      debug: false,
      maxBodySize: 10,
      allowedHosts: [],
      docsPath: null,
      mcpDocsPath: '/tools',
      requestIdHeader: null,
      csrf: null,
    })
    expect(config.headers.https).not.toContain('strict-transport-security')
  })

  test('a variable whose option is given is not read at all', () => {
    expect(read({ TREFOIL_MAX_BODY_SIZE: 'nonsense' }, { maxBodySize: '10b' }).maxBodySize).toBe(10)
  })

  test('an empty environment reads none, and by default it is that of the process', () => {
    process.env['TREFOIL_NAME'] = 'from the process'
    try {
      expect(readConfig({ env: {} }).name).toBe('trefoil')
      expect(readConfig({}).name).toBe('from the process')
      expect(createApp({}).name).toBe('from the process')
    } finally {
      delete process.env['TREFOIL_NAME']
    }
  })

  test('it is read once: later changes of the environment change nothing', () => {
    const env = { TREFOIL_NAME: 'before' }
    const app = createApp({ env })
    env.TREFOIL_NAME = 'after'
    expect(app.name).toBe('before')
    expect(app.catalogue.name).toBe('before')
  })
})

describe('wrong texts name the variable', () => {
  test.each<[string, string, string]>([
    ['TREFOIL_MAX_BODY_SIZE', '', 'must not be empty'],
    ['TREFOIL_ALLOWED_HOSTS', ' ', 'must not be empty'],
    ['TREFOIL_ALLOWED_HOSTS', 'a.example,,b.example', 'cannot contain empty values'],
    ['TREFOIL_ALLOWED_HOSTS', 'a.example,', 'cannot contain empty values'],
    ['TREFOIL_CSRF_TRUSTED_ORIGINS', 'https://a.example,,', 'cannot contain empty values'],
    ...['2', 'mb', '2tb', '-1mb', '1 mb'].map((text): [string, string, string] => [
      'TREFOIL_MAX_FILE_SIZE',
      text,
      "must be integer bytes or a string like '2mb' (b, gb, kb, mb)",
    ]),
    ['TREFOIL_MAX_FORM_PARTS', '0', 'must be greater than 0'],
    ['TREFOIL_MAX_FORM_PARTS', '01', 'must be a positive integer'],
    ['TREFOIL_MAX_IN_FLIGHT', '1e3', 'must be a positive integer'],
    ['TREFOIL_DEBUG', 'maybe', 'must be 1, true, yes or on, or 0, false, no or off'],
    ['TREFOIL_CORS_MAX_AGE', '10m', 'must be a whole number of seconds'],
    ['TREFOIL_TIMEOUT', '30', "must be a duration such as '30s'"],
    ['TREFOIL_SECURITY', 'relaxed', 'must be one of strict, web, off'],
    ['TREFOIL_DOCS_PATH', 'docs', "must start with '/'"],
    ['TREFOIL_LOG_LEVEL', 'hunter2', 'must be one of debug, info, warn, error, silent'],
    ['TREFOIL_REQUEST_ID_HEADER', 'a b', 'must be a valid HTTP header name'],
  ])('APP-3, APP-4, APP-5: %s=%j', (variable, text, message) => {
    const origins = { TREFOIL_CORS_ALLOW_ORIGINS: 'https://a.example' }
    expect(mistake({ ...origins, [variable]: text })).toBe(`${variable} ${message}`)
  })

  test('APP-7, APP-11: what only the reader of the option can know', () => {
    expect(mistake({ TREFOIL_ALLOWED_HOSTS: 'https://a.example' })).toBe(
      "TREFOIL_ALLOWED_HOSTS: 'https://a.example' is not a host name or pattern",
    )
    expect(mistake({ TREFOIL_TRUSTED_PROXIES: 'proxy' })).toMatch(
      /^TREFOIL_TRUSTED_PROXIES must contain IP/,
    )
    expect(mistake({ TREFOIL_MCP_DOCS_PATH: '/docs' })).toBe(
      "TREFOIL_MCP_DOCS_PATH conflicts with docsPath: '/docs'",
    )
    expect(mistake({ TREFOIL_CORS_ALLOW_ORIGINS: 'a.example' })).toMatch(
      /^TREFOIL_CORS_ALLOW_ORIGINS: 'a.example' is not an origin/,
    )
  })

  test('an option that came from the code keeps its name', () => {
    expect(mistake({ TREFOIL_NAME: 'x' }, { docsPath: 'docs' })).toBe(
      "docsPath must start with '/'",
    )
  })

  test('all of them at once, and never the text itself', () => {
    expect(mistake({ TREFOIL_DEBUG: 'hunter2', TREFOIL_MAX_FILE_SIZE: 'hunter2' })).toBe(
      'TREFOIL_DEBUG must be 1, true, yes or on, or 0, false, no or off\n' +
        "TREFOIL_MAX_FILE_SIZE must be integer bytes or a string like '2mb' (b, gb, kb, mb)",
    )
  })
})

describe('FND-34: the log level', () => {
  afterEach(() => vi.restoreAllMocks())

  /** The levels that the default logger writes. */
  function levels(env: Record<string, string>, options: AppOptions = {}): readonly unknown[] {
    const lines: unknown[] = []
    vi.spyOn(console, 'error').mockImplementation((line) => {
      lines.push(JSON.parse(String(line)).level)
    })
    const { logger } = read(env, options)
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('x')
    return lines
  }

  test('comes from the option, then the variable, and is info', () => {
    expect(levels({})).toEqual(['info', 'warn', 'error'])
    expect(levels({ TREFOIL_LOG_LEVEL: ' DEBUG ' })).toEqual(['debug', 'info', 'warn', 'error'])
    expect(levels({ TREFOIL_LOG_LEVEL: 'silent' })).toEqual([])
    expect(levels({ TREFOIL_LOG_LEVEL: 'debug' }, { logLevel: 'error' })).toEqual(['error'])
  })

  test("a logger of the app's own has its own, and reads the variable as it likes", () => {
    const lines: unknown[] = []
    const write = (...line: unknown[]) => void lines.push(line)
    const own: Logger = { debug: write, info: write, warn: write, error: write }
    const { logger } = read({ TREFOIL_LOG_LEVEL: 'trace' }, { logger: own })
    logger.debug({}, 'x')
    expect(lines).toEqual([[{}, 'x']])
  })
})

describe('CORS', () => {
  test('S-CORS-1: nothing without origins, lists are trimmed', () => {
    expect(read({ TREFOIL_CORS_ALLOW_METHODS: 'GET' }).cors).toBeNull()
    const { cors } = read({ TREFOIL_CORS_ALLOW_ORIGINS: ' https://a.example , https://b.example ' })
    expect([...(cors?.exactOrigins ?? [])]).toEqual(['https://a.example', 'https://b.example'])
  })

  test('S-CORS-2: members not given in code come from the environment', () => {
    const { cors } = read(EVERY, { cors: { maxAge: 5 } })
    const headers = cors?.preflightHeaders(PREFLIGHT) ?? []
    expect(headers[headers.indexOf('access-control-max-age') + 1]).toBe('5')
    expect(headers[headers.indexOf('access-control-allow-methods') + 1]).toBe('GET, POST')
    expect(headers[headers.indexOf('access-control-allow-headers') + 1]).toBe('x-one')
    expect(headers[headers.indexOf('access-control-allow-credentials') + 1]).toBe('true')
    expect(cors?.headers(['origin', 'https://x.c.example'])).toContain('https://x.c.example')
  })

  test('S-CORS-2: origins given in code are all there are, a pattern does not add to them', () => {
    const { cors } = read(EVERY, { cors: { allowedOrigins: ['https://code.example'] } })
    for (const origin of ['https://a.example', 'https://x.c.example']) {
      expect(cors?.headers(['origin', origin])).not.toContain('access-control-allow-origin')
    }
    expect(cors?.headers(['origin', 'https://code.example'])).toContain('https://code.example')
  })

  test('S-CORS-2: every method is written *', () => {
    const env = { TREFOIL_CORS_ALLOW_ORIGINS: '*', TREFOIL_CORS_ALLOW_METHODS: '*' }
    const headers = read(env).cors?.preflightHeaders(PREFLIGHT) ?? []
    expect(headers[headers.indexOf('access-control-allow-methods') + 1]).toBe(
      'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
    )
  })

  test('X-16: the wildcard with credentials is refused, and both variables are named', () => {
    const env = { TREFOIL_CORS_ALLOW_ORIGINS: '*', TREFOIL_CORS_ALLOW_CREDENTIALS: 'on' }
    expect(mistake(env)).toBe(
      'CORS wildcard origins cannot be used with credentials (TREFOIL_CORS_ALLOW_ORIGINS, TREFOIL_CORS_ALLOW_CREDENTIALS)',
    )
  })
})

describe('variables that nobody reads', () => {
  test('are named with the nearest that exists, those of the program and sessions are not', () => {
    const known = ['APP', 'TOKEN', 'HOME', 'ENV', 'LOG_LEVEL', 'SESSION_SECRET', 'NAME']
    const env = Object.fromEntries(known.map((name) => [`TREFOIL_${name}`, 'x']))
    expect(strayVariables(env)).toEqual([])
    expect(
      strayVariables({ ...env, TREFOIL_MAX_BODYSIZE: '1', TREFOIL_WHATEVER_ELSE: '1', OTHER: '1' }),
    ).toEqual([
      'Environment variable TREFOIL_MAX_BODYSIZE is not one that Trefoil reads; did you mean TREFOIL_MAX_BODY_SIZE?',
      'Environment variable TREFOIL_WHATEVER_ELSE is not one that Trefoil reads',
    ])
  })

  test('start-up warns about them', async () => {
    const lines: string[] = []
    const silent = () => {}
    const logger: Logger = {
      debug: silent,
      info: silent,
      error: silent,
      warn: (_fields, message = '') => void lines.push(message),
    }
    const app = createApp({ logger, env: { TREFOIL_ALOWED_HOSTS: 'a.example' } })
    expect(lines).toEqual([])
    await app.startup()
    expect(lines).toEqual([
      'Environment variable TREFOIL_ALOWED_HOSTS is not one that Trefoil reads; did you mean TREFOIL_ALLOWED_HOSTS?',
    ])
  })
})

test('APP-6: before the list of what is unfit for production, once', async () => {
  const lines: string[] = []
  const silent = () => {}
  const warn = (_fields: object, message: string) => void lines.push(message)
  const logger: Logger = { debug: silent, info: silent, error: silent, warn }
  const app = createApp({ logger, env: { TREFOIL_ALOWED_HOSTS: 'a.example' } })
  expect(() => app.validateProduction()).toThrow('allowedHosts must be configured')
  expect(() => app.validateProduction()).toThrow('allowedHosts must be configured')
  await app.startup()
  expect(lines.filter((line) => line.includes('TREFOIL_ALOWED_HOSTS'))).toHaveLength(1)
})

describe('what only JavaScript can hand over', () => {
  test('APP-7, W-44: text for truth and for lists', () => {
    const wrong = (options: object) => mistake({}, options as AppOptions)
    expect(wrong({ debug: 'false' })).toBe('debug must be true or false')
    expect(wrong({ publicDocs: 1 })).toBe('publicDocs must be true or false')
    expect(wrong({ auth: { surfaces: ['api'] } })).toBe('auth must be a list of AuthConfig')
    // As text, every origin that is a part of it would be trusted.
    expect(wrong({ csrf: { trustedOrigins: 'https://a.example' } })).toBe(
      'csrf.trustedOrigins must be a list of strings',
    )
  })
})
