import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Logger } from '../../contract/call/logger.ts'
import { variablesOf, variableWarnings } from '../../contract/options/environment.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { createApp } from '../create-app.ts'
import { APP, type AppOptions } from './app-options.ts'
import { readConfig } from './config.ts'
import { KNOWN_VARIABLES } from './known-variables.ts'
import { MOVED_VARIABLES } from './moved-options.ts'

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
  TREFOIL_EDGE_SECURITY: 'web',
  TREFOIL_EDGE_HOSTS: 'shop.example, *.shop.example',
  TREFOIL_EDGE_PROXIES: '10.0.0.0/8',
  TREFOIL_EDGE_PROXY_HEADERS: 'forwarded',
  TREFOIL_EDGE_REQUEST_ID_HEADER: 'X-Trace',
  TREFOIL_EDGE_COMPRESSION: 'true',
  TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS: 'https://a.example,https://b.example',
  TREFOIL_BROWSER_CORS_ALLOWED_ORIGIN_PATTERN: 'https://[a-z]+\\.c\\.example',
  TREFOIL_BROWSER_CORS_ALLOWED_METHODS: 'GET,POST',
  TREFOIL_BROWSER_CORS_ALLOWED_HEADERS: 'x-one',
  TREFOIL_BROWSER_CORS_EXPOSE_HEADERS: 'x-two',
  TREFOIL_BROWSER_CORS_ALLOW_CREDENTIALS: 'yes',
  TREFOIL_BROWSER_CORS_MAX_AGE: '10m',
  TREFOIL_BROWSER_CSRF_TRUSTED_ORIGINS: 'https://a.example',
  TREFOIL_BROWSER_CSRF_REQUIRE_TOKEN: '1',
  TREFOIL_BROWSER_CONTENT_SECURITY_POLICY: "default-src 'none'",
  TREFOIL_BROWSER_HSTS_MAX_AGE: '365d',
  TREFOIL_BROWSER_HSTS_INCLUDE_SUB_DOMAINS: 'yes',
  TREFOIL_BROWSER_HSTS_PRELOAD: 'true',
  TREFOIL_LIMITS_BODY: '3mb',
  TREFOIL_LIMITS_JSON_DEPTH: '33',
  TREFOIL_LIMITS_JSON_MEMBERS: '44',
  TREFOIL_LIMITS_FORM_PARTS: '8',
  TREFOIL_LIMITS_FORM_FIELD: '9kb',
  TREFOIL_LIMITS_FILE: '10kb',
  TREFOIL_LIMITS_SPOOL: '0b',
  TREFOIL_LIMITS_IN_FLIGHT: '7',
  TREFOIL_LIMITS_CONCURRENCY: '0',
  TREFOIL_LIMITS_TIMEOUT: '30s',
  TREFOIL_LIMITS_CLOSE: '40s',
  TREFOIL_ASKING_LIFETIME: '20m',
  TREFOIL_LIMITS_CACHE: '3kb',
  TREFOIL_LIMITS_RATE: '9/min',
  TREFOIL_LIMITS_RATE_FAILURE: 'open',
  TREFOIL_LIMITS_RATE_HEADERS: 'legacy',
  TREFOIL_LIMITS_BACKGROUND_RUNNING: '3',
  TREFOIL_LIMITS_BACKGROUND_WAITING: '4',
  TREFOIL_DOCS_OPENAPI_PATH: '/api.json',
  TREFOIL_DOCS_PATH: '/api',
  TREFOIL_DOCS_PUBLIC: 'on',
  TREFOIL_MCP_ALLOWED_ORIGINS: 'https://m.example',
  TREFOIL_MCP_AUTHORIZATION_RESOURCE: 'https://shop.example/mcp',
  TREFOIL_MCP_AUTHORIZATION_SERVERS: 'https://id.example,https://two.example',
  TREFOIL_MCP_AUTHORIZATION_SCOPES: 'orders:read',
  TREFOIL_MCP_AUTHORIZATION_DOCUMENTATION: 'https://docs.example',
  TREFOIL_MCP_DOCS_PATH: 'none',
  TREFOIL_MCP_MAX_RESPONSE_SIZE: '11kb',
  TREFOIL_MCP_PAGE_SIZE: '25',
  TREFOIL_MCP_TOOLS_MODE: 'search',
  TREFOIL_CLI_MAX_RESPONSE_SIZE: '12kb',
  TREFOIL_LOG_LEVEL: 'silent',
  TREFOIL_LOG_CALLS: 'all',
  TREFOIL_LOG_TRACE: 'continue',
}

const KIB = 1024

/** What {@link EVERY} comes to. */
const ALL_OF_IT = {
  name: 'store',
  version: '1.2.3',
  description: 'A store.',
  debug: true,
  edge: {
    security: 'web',
    hosts: ['shop.example', '*.shop.example'],
    requestIdHeader: 'x-trace',
    compression: { threshold: KIB },
  },
  proxies: { headers: 'forwarded' },
  csrf: { trustedOrigins: ['https://a.example'], requireToken: true },
  limits: {
    body: 3 * KIB * KIB,
    jsonDepth: 33,
    jsonMembers: 44,
    formParts: 8,
    formField: 9 * KIB,
    file: 10 * KIB,
    spool: 0,
    inFlight: 7,
    concurrency: 0,
    timeout: 30_000,
    close: 40_000,
    cache: 3 * KIB,
    rate: [{ rate: { limit: 9, period: 60_000, burst: 9 }, per: 'caller' }],
    rateFailure: 'open',
    rateHeaders: 'legacy',
    background: { running: 3, waiting: 4 },
  },
  asking: { lifetime: 1_200_000 },
  docs: { openapiPath: '/api.json', path: '/api', public: true },
  mcp: {
    allowedOrigins: ['https://m.example'],
    authorization: {
      resource: 'https://shop.example/mcp',
      servers: ['https://id.example', 'https://two.example'],
      scopes: ['orders:read'],
      documentation: 'https://docs.example',
    },
    docsPath: null,
    maxResponseSize: 11 * KIB,
    tools: { mode: 'search' },
  },
  cli: { maxResponseSize: 12 * KIB },
  log: { level: 'silent', calls: 'all', trace: 'continue' },
}

const PREFLIGHT = ['origin', 'https://b.example', 'access-control-request-method', 'GET']

describe('APP-5: explicit option, then variable, then default', () => {
  test('every variable arrives', () => {
    expect(new Set(Object.keys(EVERY))).toEqual(variablesOf(APP).names)
    const config = read(EVERY)
    expect(config).toMatchObject(ALL_OF_IT)
    expect(config.headers.https).toContain("default-src 'none'")
    expect(config.headers.https).toContain('max-age=31536000; includeSubDomains; preload')
  })

  test('and so does each by the name it had in 0.1, with a warning that names the new one', () => {
    const old = Object.fromEntries(
      [...MOVED_VARIABLES].map(([name, { to }]) => [name, EVERY[to] ?? 'no such variable']),
    )
    // Bare numbers were seconds.
    old['TREFOIL_HSTS_MAX_AGE'] = '31536000'
    const kept = { ...EVERY }
    for (const { to } of MOVED_VARIABLES.values()) delete kept[to]
    const config = read({ ...kept, ...old })
    expect(config).toMatchObject(ALL_OF_IT)
    expect(config.headers.https).toContain('max-age=31536000; includeSubDomains; preload')
    expect(variableWarnings({ ...kept, ...old }, KNOWN_VARIABLES)).toHaveLength(
      MOVED_VARIABLES.size,
    )
    expect(variableWarnings({ TREFOIL_MAX_BODY_SIZE: '1mb' }, KNOWN_VARIABLES)).toEqual([
      'Environment variable TREFOIL_MAX_BODY_SIZE is now TREFOIL_LIMITS_BODY; the old name works until 1.0',
    ])
  })

  test('of an old and a new name the new one counts', () => {
    const env = { TREFOIL_MAX_BODY_SIZE: '1mb', TREFOIL_LIMITS_BODY: '2kb' }
    expect(read(env).limits.body).toBe(2 * KIB)
  })

  test('an option given in code wins, also when it says none', () => {
    const config = read(EVERY, {
      name: 'code',
      debug: false,
      limits: { body: '10b' },
      edge: { hosts: [], requestIdHeader: null },
      docs: { path: null },
      mcp: { docsPath: '/tools' },
      browser: { csrf: false, hsts: false },
    })
    expect(config).toMatchObject({
      name: 'code',
      debug: false,
      limits: { body: 10, file: 10 * KIB },
      edge: { hosts: [], requestIdHeader: null, security: 'web' },
      docs: { path: null },
      mcp: { docsPath: '/tools' },
      csrf: null,
    })
    expect(config.headers.https).not.toContain('strict-transport-security')
  })

  test('a variable whose option is given is not read at all', () => {
    const options: AppOptions = { limits: { body: '10b' } }
    expect(read({ TREFOIL_LIMITS_BODY: 'nonsense' }, options).limits.body).toBe(10)
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
    ['TREFOIL_LIMITS_BODY', '', 'must not be empty'],
    ['TREFOIL_MAX_BODY_SIZE', '', 'must not be empty'],
    ['TREFOIL_EDGE_HOSTS', ' ', 'must not be empty'],
    ['TREFOIL_EDGE_HOSTS', 'a.example,,b.example', 'cannot contain empty values'],
    ['TREFOIL_EDGE_HOSTS', 'a.example,', 'cannot contain empty values'],
    ['TREFOIL_BROWSER_CSRF_TRUSTED_ORIGINS', 'https://a.example,,', 'cannot contain empty values'],
    ...['2', 'mb', '2tb', '-1mb', '1 mb'].map((text): [string, string, string] => [
      'TREFOIL_LIMITS_FILE',
      text,
      "must be a size such as '2mb' (b, kb, mb, gb), got text",
    ]),
    ['TREFOIL_LIMITS_FORM_PARTS', '0', 'must be a whole number, 1 or more'],
    ['TREFOIL_LIMITS_FORM_PARTS', '01', 'must be a whole number, 1 or more'],
    ['TREFOIL_LIMITS_IN_FLIGHT', '1e3', 'must be a whole number, 1 or more'],
    ['TREFOIL_MCP_PAGE_SIZE', '0', 'must be a whole number from 1 to 10000'],
    ['TREFOIL_MCP_PAGE_SIZE', '10001', 'must be a whole number from 1 to 10000'],
    ['TREFOIL_DEBUG', 'maybe', 'must be 1, true, yes or on, or 0, false, no or off'],
    ['TREFOIL_BROWSER_CORS_MAX_AGE', '600', "must be a duration such as '30s'"],
    ['TREFOIL_BROWSER_CORS_MAX_AGE', '1500ms', 'must be whole seconds'],
    ['TREFOIL_LIMITS_TIMEOUT', '30', "must be a duration such as '30s'"],
    ['TREFOIL_EDGE_SECURITY', 'relaxed', 'must be one of strict, web, off'],
    ['TREFOIL_DOCS_PATH', 'docs', "must start with '/'"],
    ['TREFOIL_LOG_LEVEL', 'hunter2', 'must be one of debug, info, warn, error, silent'],
    ['TREFOIL_EDGE_REQUEST_ID_HEADER', 'a b', 'must be a valid HTTP header name'],
    ['TREFOIL_EDGE_COMPRESSION', 'gzip', 'must be 1, true, yes or on'],
  ])('APP-3, APP-4, APP-5: %s=%j', (variable, text, message) => {
    const origins = { TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS: 'https://a.example' }
    const said = mistake({ ...origins, [variable]: text })
    expect(said.startsWith(`${variable} ${message}`), said).toBe(true)
  })

  test('APP-7, APP-11: what only the reader of the option can know', () => {
    expect(mistake({ TREFOIL_EDGE_HOSTS: 'https://a.example' })).toMatch(
      /^TREFOIL_EDGE_HOSTS has a wrong entry: number 1 is not a host name/,
    )
    expect(mistake({ TREFOIL_EDGE_PROXIES: 'proxy' })).toMatch(
      /^TREFOIL_EDGE_PROXIES has a wrong entry: number 1 is not an IP address/,
    )
    expect(mistake({ TREFOIL_MCP_DOCS_PATH: '/docs' })).toBe(
      "TREFOIL_MCP_DOCS_PATH conflicts with docs.path: '/docs'",
    )
    expect(mistake({ TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS: 'a.example' })).toMatch(
      /^TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS has a wrong entry: number 1 is not an origin/,
    )
    expect(mistake({ TREFOIL_BROWSER_CONTENT_SECURITY_POLICY: 'a\nb' })).toBe(
      'TREFOIL_BROWSER_CONTENT_SECURITY_POLICY has characters a header cannot carry',
    )
    // Set under its old name, and that is where somebody has to look.
    expect(mistake({ TREFOIL_HSTS_PRELOAD: 'on', TREFOIL_HSTS_MAX_AGE: '60' })).toBe(
      'TREFOIL_HSTS_PRELOAD needs includeSubDomains and a maxAge of a year or more',
    )
  })

  test('an option that came from the code keeps its name', () => {
    expect(mistake({ TREFOIL_NAME: 'x' }, { docs: { path: 'docs' } })).toBe(
      "docs.path must start with '/'",
    )
  })

  test('all of them at once, and never the text itself', () => {
    expect(mistake({ TREFOIL_DEBUG: 'hunter2', TREFOIL_LIMITS_FILE: 'hunter2' })).toBe(
      'TREFOIL_DEBUG must be 1, true, yes or on, or 0, false, no or off\n' +
        "TREFOIL_LIMITS_FILE must be a size such as '2mb' (b, kb, mb, gb), got text of 7 characters",
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
    expect(levels({ TREFOIL_LOG_LEVEL: 'debug' }, { log: { level: 'error' } })).toEqual(['error'])
  })

  test("a logger of the app's own has its own, and reads the variable as it likes", () => {
    const lines: unknown[] = []
    const write = (...line: unknown[]) => void lines.push(line)
    const own: Logger = { debug: write, info: write, warn: write, error: write }
    const { logger } = read({ TREFOIL_LOG_LEVEL: 'trace' }, { log: { logger: own } })
    logger.debug({}, 'x')
    expect(lines).toEqual([[{}, 'x']])
  })
})

describe('CORS', () => {
  test('S-CORS-1: nothing without origins, lists are trimmed', () => {
    expect(read({ TREFOIL_BROWSER_CORS_ALLOWED_METHODS: 'GET' }).cors).toBeNull()
    const { cors } = read({
      TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS: ' https://a.example , https://b.example ',
    })
    expect([...(cors?.exactOrigins ?? [])]).toEqual(['https://a.example', 'https://b.example'])
  })

  test('S-CORS-2: members not given in code come from the environment', () => {
    const { cors } = read(EVERY, { browser: { cors: { maxAge: '5s' } } })
    const headers = cors?.preflightHeaders(PREFLIGHT) ?? []
    expect(headers[headers.indexOf('access-control-max-age') + 1]).toBe('5')
    expect(headers[headers.indexOf('access-control-allow-methods') + 1]).toBe('GET, POST')
    expect(headers[headers.indexOf('access-control-allow-headers') + 1]).toBe('x-one')
    expect(headers[headers.indexOf('access-control-allow-credentials') + 1]).toBe('true')
    expect(cors?.headers(['origin', 'https://x.c.example'])).toContain('https://x.c.example')
  })

  test('S-CORS-2: origins given in code are all there are, a pattern does not add to them', () => {
    const { cors } = read(EVERY, {
      browser: { cors: { allowedOrigins: ['https://code.example'] } },
    })
    for (const origin of ['https://a.example', 'https://x.c.example']) {
      expect(cors?.headers(['origin', origin])).not.toContain('access-control-allow-origin')
    }
    expect(cors?.headers(['origin', 'https://code.example'])).toContain('https://code.example')
  })

  test('S-CORS-2: every method is written *', () => {
    const env = {
      TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS: '*',
      TREFOIL_BROWSER_CORS_ALLOWED_METHODS: '*',
    }
    const headers = read(env).cors?.preflightHeaders(PREFLIGHT) ?? []
    expect(headers[headers.indexOf('access-control-allow-methods') + 1]).toBe(
      'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT',
    )
  })

  test('X-16: the wildcard with credentials is refused, and both variables are named', () => {
    const env = {
      TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS: '*',
      TREFOIL_BROWSER_CORS_ALLOW_CREDENTIALS: 'on',
    }
    expect(mistake(env)).toBe(
      "TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS cannot have '*' together with TREFOIL_BROWSER_CORS_ALLOW_CREDENTIALS",
    )
  })
})

describe('variables that nobody reads', () => {
  test('are named with the nearest that exists, those of the program and sessions are not', () => {
    const known = ['APP', 'TOKEN', 'HOME', 'ENV', 'LOG_LEVEL', 'SESSION_SECRET', 'NAME']
    const env = Object.fromEntries(known.map((name) => [`TREFOIL_${name}`, 'x']))
    expect(variableWarnings(env, KNOWN_VARIABLES)).toEqual([])
    expect(
      variableWarnings(
        { ...env, TREFOIL_LIMIT_BODY: '1', TREFOIL_WHATEVER_ELSE: '1', OTHER: '1' },
        KNOWN_VARIABLES,
      ),
    ).toEqual([
      'Environment variable TREFOIL_LIMIT_BODY is not one that Trefoil reads; did you mean TREFOIL_LIMITS_BODY?',
      'Environment variable TREFOIL_WHATEVER_ELSE is not one that Trefoil reads',
    ])
  })

  test('those of a ready-made part that the app does not have are said to be', () => {
    const env = { TREFOIL_DATABASE_URL: 'app.db' }
    expect(variableWarnings(env, KNOWN_VARIABLES)).toEqual([
      'Environment variable TREFOIL_DATABASE_URL is for database(), a part that this app does not have',
    ])
    expect(
      variableWarnings(
        { TREFOIL_AUTH_SMTP_HOST: 'a', TREFOIL_AUTH_JWT__SECRETS: 'a' },
        KNOWN_VARIABLES,
      ),
    ).toEqual([
      'Environment variable TREFOIL_AUTH_JWT__SECRETS is not one that Trefoil reads; did you mean TREFOIL_AUTH_JWT__SECRET?',
      'Environment variable TREFOIL_AUTH_SMTP_HOST is for accounts(), a part that this app does not have',
    ])
    const known = { ...KNOWN_VARIABLES, names: new Set(['TREFOIL_DATABASE_URL']) }
    expect(variableWarnings({ TREFOIL_DATABASE_ULR: 'app.db' }, known)).toEqual([
      'Environment variable TREFOIL_DATABASE_ULR is not one that Trefoil reads; did you mean TREFOIL_DATABASE_URL?',
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
    const app = createApp({ log: { logger }, env: { TREFOIL_EDGE_HOST: 'a.example' } })
    expect(lines).toEqual([])
    await app.startup()
    expect(lines).toEqual([
      'Environment variable TREFOIL_EDGE_HOST is not one that Trefoil reads; did you mean TREFOIL_EDGE_HOSTS?',
    ])
  })
})

test('APP-6: before the list of what is unfit for production, once', async () => {
  const lines: string[] = []
  const silent = () => {}
  const warn = (_fields: object, message: string) => void lines.push(message)
  const logger: Logger = { debug: silent, info: silent, error: silent, warn }
  const app = createApp({ log: { logger }, env: { TREFOIL_EDGE_HOST: 'a.example' } })
  expect(() => app.validateProduction()).toThrow('edge.hosts must be configured')
  expect(() => app.validateProduction()).toThrow('edge.hosts must be configured')
  await app.startup()
  expect(lines.filter((line) => line.includes('TREFOIL_EDGE_HOST'))).toHaveLength(1)
})
