// seal(p, { expiresIn: 3600 }) lived 3.6 seconds, jwtAuth({ clockTolerance: 60 }) forgave 60 ms,
// sendFile(p, { maxAge: 3600 }) sent max-age=3, and maxAge of a cookie was seconds.

import { createApp, duration, reply, size } from 'trefoil'
import { jwtAuth } from 'trefoil/auth'
import { CookieSigner } from 'trefoil/cookies'
import { sendFile } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { forge } from '../parity/tokens.ts'
import { HANDLES, NOT_CALLED, OPTION_USES } from './option-uses.ts'
import { optionsAtDoors } from './options-at-doors.ts'

const MEMBERS = optionsAtDoors(HANDLES)
  .filter(({ at, type }) => !NOT_CALLED.test(`${at} ${type}`))
  .flatMap(({ at, type, units }) =>
    Object.entries(units).map(([name, unit]) => [`${at} ${type}`, name, unit] as const),
  )

describe('FND-14: every duration and every size at the doors', () => {
  test('has been found', () => {
    const found = new Set(MEMBERS.map(([key, name]) => `${key.split(' ')[1]}.${name}`))
    expect([...found].sort()).toMatchInlineSnapshot(`
      [
        "AccountsOptions.accessLifetime",
        "AccountsOptions.idleLifetime",
        "AccountsOptions.refreshLifetime",
        "AccountsOptions.sessionLifetime",
        "AskingOptions.lifetime",
        "AuditFileOptions.rotate",
        "AuditLogOptions.arguments",
        "AuditLogOptions.retain",
        "BreachCheckerOptions.cacheFor",
        "BreachCheckerOptions.timeout",
        "BreakerOptions.cooldown",
        "CacheOptions.for",
        "CheckpointOptions.every",
        "CliOptions.maxResponseSize",
        "CompressionOptions.threshold",
        "CookieOptions.maxAge",
        "CookieSessionOptions.maxAge",
        "CorsOptions.maxAge",
        "CreateTokenOptions.expiresIn",
        "DatabaseOptions.connect",
        "DatabaseOptions.statement",
        "DatabaseOptions.wait",
        "DevTokensOptions.expiresIn",
        "DpopOptions.lifetime",
        "EmailOtpOptions.cooldown",
        "EmailOtpOptions.ttl",
        "FormOptions.timeout",
        "GroupOptions.timeout",
        "HstsOptions.maxAge",
        "IntrospectionOptions.clockTolerance",
        "IntrospectionOptions.maxAge",
        "IntrospectionOptions.refusedFor",
        "IntrospectionOptions.timeout",
        "JobOptions.backoff",
        "JobOptions.longestBackoff",
        "JobOptions.timeout",
        "JobQueueOptions.keep",
        "JobQueueOptions.keepDead",
        "JobQueueOptions.lease",
        "JobQueueOptions.maxData",
        "JobQueueOptions.poll",
        "JwtAuthOptions.clockTolerance",
        "KeyFetchOptions.cooldown",
        "KeyFetchOptions.freshFor",
        "KeyFetchOptions.staleFor",
        "KeyFetchOptions.timeout",
        "LimitOptions.body",
        "LimitOptions.cache",
        "LimitOptions.close",
        "LimitOptions.file",
        "LimitOptions.formField",
        "LimitOptions.spool",
        "LimitOptions.timeout",
        "LockoutConfig.baseCooldown",
        "LockoutConfig.maxCooldown",
        "LockoutConfig.window",
        "MailOptions.cooldown",
        "McpOptions.maxResponseSize",
        "MfaOptions.preTokenLifetime",
        "MfaOptions.trustedDevices",
        "NewApiKey.expiresIn",
        "OidcProviderOptions.timeout",
        "OperationOptions.timeout",
        "OtlpOptions.every",
        "OtlpOptions.timeout",
        "PageOptions.timeout",
        "PagesOptions.formLifetime",
        "PasskeyOptions.challengeLifetime",
        "PasswordHashingOptions.memory",
        "RedisOptions.timeout",
        "RemoteTargetOptions.maxResponseSize",
        "RemoteTargetOptions.timeout",
        "RotateApiKeyOptions.overlap",
        "SealOptions.expiresIn",
        "SendFileOptions.maxAge",
        "SendJobOptions.delay",
        "ServeOptions.drainTimeout",
        "ServeOptions.headersTimeout",
        "ServeOptions.keepAliveTimeout",
        "ServeOptions.maxHeaderSize",
        "ServeOptions.requestTimeout",
        "ServeOptions.sendTimeout",
        "ServeOptions.shutdownTimeout",
        "SmtpOptions.timeout",
        "SseOptions.heartbeat",
        "StaticOptions.maxAge",
        "StoredApiKeyOptions.cacheFor",
        "TokenOptions.expiresIn",
        "WebhooksOptions.backoff",
        "WebhooksOptions.longestBackoff",
        "WebhooksOptions.overlap",
        "WebhooksOptions.timeout",
      ]
    `)
  })

  test.each(MEMBERS)('%s: %s refuses a bare number', async (key, name, unit) => {
    const { use, good } = OPTION_USES[key] as (typeof OPTION_USES)[string]
    const refused = async (value: unknown) => {
      await expect((async () => use({ ...good, [name]: value }))()).rejects.toThrow(
        unit === 'ms' ? /must be a duration such as '30s'/ : /must be a size such as '2mb'/,
      )
    }
    const write =
      unit === 'ms' ? /the number 3600; write '3600s'/ : /the number 3600; write '3600b'/
    await expect((async () => use({ ...good, [name]: 3600 }))()).rejects.toThrow(write)
    // Only a token may be over before it begins (P-JWT-9).
    const past = key === 'JwtAuth.createToken CreateTokenOptions' ? [] : ['-1s']
    for (const value of ['3600', ...past, '1.5h', '1 h', 'soon', '', null, true, [], {}]) {
      await refused(value)
    }
  })
})

describe('FND-14: an hour is an hour', () => {
  const SECRET = 'a secret of more than thirty-two bytes'
  const at = (now: number) => ({ now: () => now, elapsed: () => now })

  test('in a sealed payload', () => {
    const sealed = new CookieSigner(SECRET, { clock: at(0) }).seal({ a: 1 }, { expiresIn: '1h' })
    const open = (now: number) => new CookieSigner(SECRET, { clock: at(now) }).open(sealed)
    expect(open(3_599_000)).toEqual({ a: 1, exp: 3600 })
    expect(open(3_600_000)).toBeNull()
  })

  test('in a cookie, a file and a token', async () => {
    const now = Math.floor(Date.now() / 1000)
    const app = createApp({
      env: {},
      log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
      auth: [
        {
          authenticate: jwtAuth({ keys: SECRET, clockTolerance: '60s' }),
          surfaces: ['api', 'mcp', 'cli'],
        },
      ],
    })
    app.get('/cookie', () => reply(null, { cookies: { a: { value: 'v', maxAge: '1h' } } }))
    app.get('/file', () => sendFile(import.meta.filename, { maxAge: '1h' }))
    const token = forge({ key: SECRET, claims: { exp: now + 300, nbf: now + 30, iat: now } })
    const { http } = testClient(app, { headers: { authorization: `Bearer ${token}` } })
    expect((await http.get('/cookie')).headers.get('set-cookie')).toContain('Max-Age=3600;')
    expect((await http.get('/file')).headers.get('cache-control')).toBe('private, max-age=3600')
  })

  test('out of a file or a variable', () => {
    expect(duration(' 90s')).toBe('90s')
    expect(size('64KB')).toBe('64kb')
    expect(() => duration(process.env['TREFOIL_TEST_NOBODY_SETS_THIS'])).toThrow('got undefined')
    expect(() => size('64')).toThrow('got text of 2 characters')
  })
})
