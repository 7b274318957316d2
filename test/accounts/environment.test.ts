// The variables of svc-infra's accounts (S-ENV), and what became of each.
import { accounts } from 'trefoil/accounts'
import { database } from 'trefoil/database'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { VARIABLE_CATALOGUE } from '../../scripts/variable-tables.mjs'
import { readDocument } from '../docs/markdown.ts'

const THERE = [
  ...['JWT__SECRET', 'JWT__LIFETIME_SECONDS', 'JWT__OLD_SECRETS'],
  ...['PASSWORD_CLIENTS', 'REQUIRE_CLIENT_SECRET_ON_PASSWORD_LOGIN'],
  ...['MFA_DEFAULT_ENABLED_FOR_NEW_USERS', 'MFA_ENFORCE_FOR_ALL_USERS', 'MFA_ENFORCE_FOR_TENANTS'],
  ...['MFA_ISSUER', 'MFA_PRE_TOKEN_LIFETIME_SECONDS', 'MFA_RECOVERY_CODES'],
  'MFA_RECOVERY_CODE_LENGTH',
  ...['EMAIL_OTP_TTL_SECONDS', 'EMAIL_OTP_COOLDOWN_SECONDS', 'EMAIL_OTP_ATTEMPTS'],
  ...['SMTP_HOST', 'SMTP_PORT', 'SMTP_USERNAME', 'SMTP_PASSWORD', 'SMTP_FROM'],
  'AUTO_VERIFY_IN_DEV',
  ...['GOOGLE', 'GITHUB', 'MS', 'LI'].flatMap((one) => [
    `${one}_CLIENT_ID`,
    `${one}_CLIENT_SECRET`,
  ]),
  ...['MS_TENANT', 'OIDC_PROVIDERS', 'POST_LOGIN_REDIRECT', 'REDIRECT_ALLOW_HOSTS_RAW'],
  ...['SESSION_COOKIE_NAME', 'AUTH_COOKIE_NAME', 'SESSION_COOKIE_SECURE'],
  ...['SESSION_COOKIE_SAMESITE', 'SESSION_COOKIE_DOMAIN', 'SESSION_COOKIE_MAX_AGE_SECONDS'],
  // Of the guide.
  ...['PASSWORD_MIN_LENGTH', 'PASSWORD_REQUIRE_SYMBOL', 'PASSWORD_BREACH_CHECK'],
].map((name) => `AUTH_${name}`)

const KNOWN = new Set(
  (VARIABLE_CATALOGUE as readonly { rows: readonly { name: string }[] }[]).flatMap(({ rows }) =>
    rows.map(({ name }) => name),
  ),
)
const ROWS = readDocument('docs/differences.md')
  .text.split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

afterEach(() => vi.unstubAllEnvs())

const KEYS = 'k'.repeat(32)
const made = (given: object = { keys: KEYS }) => accounts({ data: database(':memory:'), ...given })

describe('variables of svc-infra', () => {
  it.each(THERE)('S-ENV-1, S-ENV-3: %s has a counterpart, or it is said why not', (name) => {
    const row = ROWS.find(([, there]) => there?.includes(`\`${name}\``))
    const [, , here = '', why = ''] = row ?? expect.fail('it is in no table')
    const named = [...here.matchAll(/TREFOIL_\w+/g)].map(([one]) => one)
    expect(named.filter((one) => !KNOWN.has(one))).toEqual([])
    if (named.length === 0) expect(why).not.toBe('')
  })

  it('S-ENV-2: without a secret nothing starts, whatever the environment is called', () => {
    for (const env of ['development', 'production', 'prod', 'staging', 'test', undefined]) {
      vi.stubEnv('TREFOIL_ENV', env)
      vi.stubEnv('TREFOIL_AUTH_JWT__SECRET', undefined)
      // Its names without our prefix are not read.
      vi.stubEnv('AUTH_JWT_SECRET', KEYS)
      vi.stubEnv('JWT_SECRET', KEYS)
      expect(() => made({})).toThrow('TREFOIL_AUTH_JWT__SECRET')
    }
  })

  it('S-ENV-3: old secrets with commas between them verify', () => {
    vi.stubEnv('TREFOIL_AUTH_JWT__SECRET', KEYS)
    vi.stubEnv('TREFOIL_AUTH_JWT__OLD_SECRETS', `${'o'.repeat(32)}, ${'p'.repeat(32)}`)
    expect(made({}).name).toBe('accounts')
    vi.stubEnv('TREFOIL_AUTH_JWT__OLD_SECRETS', `["${'o'.repeat(32)}"]`)
    expect(made({}).name).toBe('accounts')
    vi.stubEnv('TREFOIL_AUTH_JWT__OLD_SECRETS', '["unclosed')
    expect(() => made({})).toThrow('TREFOIL_AUTH_JWT__OLD_SECRETS must be secrets with commas')
  })

  it('S-ENV-2: what is no development prints no mails and leads no links to localhost', () => {
    for (const env of ['production', 'prod', 'staging', 'preview', 'uat']) {
      vi.stubEnv('TREFOIL_ENV', env)
      expect(made, env).toThrow('TREFOIL_AUTH_SMTP_HOST')
      const sent = { keys: KEYS, mailer: { send() {} } }
      expect(() => made(sent), env).toThrow('TREFOIL_AUTH_APP_URL')
    }
    for (const env of ['development', 'test']) {
      vi.stubEnv('TREFOIL_ENV', env)
      expect(made().name).toBe('accounts')
    }
  })
})
