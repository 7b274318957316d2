// Nothing of a login with a provider that opens anything is written down: log, access log, audit, database.
import { expect, it } from 'vitest'
import { accounts, oidcProvider } from '../../packages/trefoil/src/accounts.ts'
import { auditLog } from '../../packages/trefoil/src/audit.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { jobQueue } from '../../packages/trefoil/src/jobs.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { hostileProvider } from '../support/hostile-provider.ts'

const SECRET = 'CANARY the secret of the client'
const KEYS = 'a key of tests that is long enough, 0123456789'

it('LOG-1, SW-22: what a login goes by stands in no sink', async () => {
  await using bad = await hostileProvider()
  const lines: string[] = []
  const write = (...words: unknown[]) => void lines.push(JSON.stringify(words, plain))
  const logger = { debug: write, info: write, warn: write, error: write }
  const data = database({ url: ':memory:', migrate: 'start' })
  const jobs = jobQueue({ data, work: 'never' })
  const audit = auditLog({ keys: KEYS, data })
  const people = accounts({
    data,
    jobs,
    audit,
    keys: KEYS,
    appUrl: 'https://shop.example',
    mailer: { send: () => {} },
    providers: {
      idp: oidcProvider({
        issuer: bad.issuer,
        clientId: 'shop',
        clientSecret: SECRET,
        trustsEmail: true,
      }),
    },
  })
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger, access: (entry) => write(entry) },
    auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
    publicSurfaces: ['mcp', 'cli'],
    parts: [data, jobs, audit, people],
  })
  await using client = testClient(app)
  const secrets: string[] = [SECRET, encodeURIComponent(SECRET).replaceAll('%20', '+')]
  const tokens: string[] = []
  bad.tamper = (token) => {
    tokens.push(token, token.split('.')[2] ?? '')
    return token
  }
  bad.more = { email: 'ada@example.com', email_verified: true }
  const ways: (() => void)[] = [
    () => {},
    () =>
      Object.assign(bad, { tokens: { error: 'CANARY error', error_description: 'CANARY words' } }),
    () => Object.assign(bad, { tokens: {}, head: { alg: 'ES256', kid: 'CANARY kid' } }),
    () =>
      Object.assign(bad, { head: { alg: 'ES256', kid: 'k1' }, more: { aud: 'CANARY audience' } }),
    () => Object.assign(bad, { more: { sub: 'CANARY\u0000' } }),
    () =>
      Object.assign(bad.answers, {
        '/token': (_: unknown, r: { end(text: string): void }) => r.end('CANARY {'),
      }),
  ]
  for (const change of ways) {
    change()
    const sent = await client.http.get('/auth/oauth/idp/login')
    const url = new URL(sent.headers.get('location') ?? '')
    const state = url.searchParams.get('state') ?? ''
    bad.nonce = url.searchParams.get('nonce') ?? ''
    const code = `the-code-${secrets.length}`
    secrets.push(state, bad.nonce, code)
    for (const answer of [
      sent,
      await client.http.get(
        `/auth/oauth/idp/callback?state=${state}&code=${code}&error_description=CANARY`,
      ),
    ]) {
      secrets.push(
        ...answer.headers.getSetCookie().map((line) => /=([^;]{20,});/.exec(line)?.[1] ?? 'CANARY'),
      )
      expect(answer.text).not.toContain('CANARY')
    }
  }
  secrets.push(...tokens, 'their access token', 'CANARY')
  const rows: string[] = []
  for (const table of [
    'trefoil_account_oauth',
    'trefoil_accounts_identities',
    'trefoil_accounts',
    'trefoil_audit',
  ]) {
    const found = await data
      .unit((unit) => data.statements(unit).run(`select * from ${table}`, []))
      .catch(() => [])
    rows.push(JSON.stringify(found))
  }
  const text = [...lines, ...rows].join('\n')
  expect(lines.length).toBeGreaterThan(5)
  expect(rows.join()).toContain('ada@example.com')
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([])
})

function plain(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  return { ...value, name, message, stack, cause }
}
