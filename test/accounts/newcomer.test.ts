import { createApp, type ProductionRisk } from 'trefoil'
import { type AccountsOptions, accounts } from 'trefoil/accounts'
import { keyRing } from 'trefoil/auth'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { expect, test, vi } from 'vitest'

const GOOD = 'Zk3v9QpL0sXw7RtB2nHc5JyMdUeFgA1o'

function made(more: Partial<AccountsOptions> = {}) {
  const data = database({ url: ':memory:' })
  const jobs = jobQueue({ data, work: 'never' })
  const mailer = { send: () => undefined }
  const people = accounts({ data, jobs, mailer, keys: GOOD, appUrl: 'https://a.example', ...more })
  return { data, jobs, people }
}

function mistake(run: () => unknown): string {
  try {
    run()
    return 'nothing'
  } catch (error) {
    return error instanceof Error ? error.message : 'no error'
  }
}

async function started(more: Partial<AccountsOptions> = {}) {
  const { data, jobs, people } = made(more)
  const lines: string[] = []
  const warn = (...entry: unknown[]) => void lines.push(String(entry.at(-1)))
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger: { debug() {}, info() {}, warn, error() {} } },
    auth: [{ authenticate: people.sessionAuth, surfaces: ['api', 'mcp', 'cli'] }],
    parts: [data, jobs, people],
    edge: { hosts: ['a.example'] },
  })
  app.post('/orders', (_args, call) => ({ by: call.auth.subject }))
  await app.startup()
  let issues: readonly ProductionRisk[] = []
  try {
    app.validateProduction()
  } catch (error) {
    issues = Object(error).issues
  }
  await app.shutdown()
  return { lines, issues }
}

test('an app without agents is told nothing of them because it has accounts', async () => {
  const { lines, issues } = await started()
  expect(lines).toEqual([])
  expect(issues).toEqual([])
})

test('operators over the CLI and tools are for the app to say', async () => {
  const { lines, issues } = await started({ tools: true })
  expect(lines.join('\n')).toContain("over 'mcp' and nobody is asked: end_all_sessions")
  expect(issues.map(({ code }) => code)).toEqual(['agent_writes_unsaid'])
})

test('SW-37: what all keys are derived from is no short secret, whichever way it comes', () => {
  const words = (option: string) =>
    `accounts(): ${option} must be at least 32 bytes, got 31; make one with: openssl rand -base64 48`
  const short = GOOD.slice(1)
  expect(mistake(() => made({ keys: short }))).toBe(words('keys'))
  expect(mistake(() => made({ keys: keyRing(GOOD, [short]) }))).toBe(words('keys'))
  expect(mistake(() => made({ pepper: short }))).toBe(words('pepper'))
  const ring = keyRing(GOOD)
  made({ keys: ring })
  expect(mistake(() => ring.replace(short))).toBe(words('keys'))
  // It only looks like a ring.
  expect(mistake(() => made({ keys: { replace() {} } as never }))).toContain('accounts(): keys')
  vi.stubEnv('TREFOIL_AUTH_JWT__SECRET', short)
  expect(mistake(() => made({ keys: undefined as never }))).toBe(words('keys'))
  vi.unstubAllEnvs()
})

test('whoever forgot the secret is told of accounts, not of an authenticator that he does not use', () => {
  vi.stubEnv('TREFOIL_AUTH_JWT__SECRET', '')
  expect(mistake(() => made({ keys: undefined as never }))).toBe(
    'accounts() needs keys: give keys, or set TREFOIL_AUTH_JWT__SECRET',
  )
  vi.unstubAllEnvs()
})

test('a secret that everybody would try is no secret in production', async () => {
  const { issues } = await started({ keys: 'a-secret-of-at-least-32-bytes-from-a-vault' })
  expect(issues).toEqual([
    {
      code: 'weak_secret',
      message: 'keys of accounts() must not be guessable: one is a well-known example value',
    },
  ])
})
