// Who attacks: whoever reads the database, the logs or the audit log, and whoever sends what nobody expects.

import { createApp } from 'trefoil'
import { accounts } from 'trefoil/accounts'
import { auditLog } from 'trefoil/audit'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { testClient } from 'trefoil/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const KEYS = 'a key of tests that is long enough, 0123456789'
const PASSWORD = 'canary-quartz-bramble-57'
const OTHER = 'canary-sandpiper-lintel-91'
const WRONG = 'canary-wrong-one-33'
const EMAIL = 'ada@example.com'

const lines: string[] = []
const mails: string[] = []
const log = (facts: unknown, text?: string) => void lines.push(JSON.stringify([facts, text]))
const data = database<Record<string, Record<string, unknown>>>({
  url: ':memory:',
  migrate: 'start',
})
const jobs = jobQueue({ data })
const people = accounts({
  data,
  jobs,
  keys: KEYS,
  appUrl: 'https://shop.example',
  mail: { cooldown: '1ms' },
  rates: { mail: false, confirm: false },
  mailer: { send: ({ text }) => void mails.push(text) },
  usernames: true,
  clients: { partner: { secret: 'canary-client-secret' } },
})
const app = createApp({
  name: 'shop',
  env: {},
  log: { logger: { debug: log, info: log, warn: log, error: log }, access: log },
  auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
  parts: [data, jobs, people, auditLog({ data, keys: KEYS })],
})
const client = testClient(app, { lifespan: false })

async function post(path: string, json: unknown, token?: string) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return client.http.post(`/auth${path}`, { json, headers })
}

async function newestToken(): Promise<string> {
  await client.idle()
  await jobs.runDue()
  const token = /#token=([A-Za-z0-9._~-]+)/.exec(mails.at(-1) ?? '')?.[1]
  if (token === undefined) throw new Error('There is no link in the newest mail')
  return token
}

beforeAll(() => app.startup())
afterAll(() => app.shutdown())

describe('what people send to accounts()', () => {
  it('stands in no table, no line of a log and no entry of the audit log', async () => {
    const secrets = [PASSWORD, OTHER, WRONG, 'canary-client-secret']
    const ask = async (path: string, json: Record<string, unknown>, token?: string) => {
      const { status, text } = await post(path, json, token)
      return { status, body: text === '' ? {} : JSON.parse(text) }
    }
    await ask('/register', { email: EMAIL, password: PASSWORD })
    const link = await newestToken()
    secrets.push(link.slice(link.indexOf('.')))
    await ask('/verify-email', { token: link })
    await ask('/login', { email: EMAIL, password: WRONG })
    await ask('/login', {
      email: EMAIL,
      password: WRONG,
      client_id: 'partner',
      client_secret: WRONG,
    })
    const { body } = await ask('/login', {
      email: EMAIL,
      password: PASSWORD,
      client_id: 'partner',
      client_secret: 'canary-client-secret',
    })
    secrets.push(body.access_token, body.refresh_token, body.device_token)
    await ask('/forgot-password', { email: EMAIL })
    const reset = await newestToken()
    secrets.push(reset.slice(reset.indexOf('.')))
    const change = { current_password: WRONG, password: OTHER }
    await ask('/change-password', change, body.access_token)
    await ask('/reset-password', { token: reset, password: 'short' })
    expect((await ask('/reset-password', { token: reset, password: OTHER })).status).toBe(200)
    // Forms that are not what they should be are told of, and not what stands in them.
    await ask('/login', { email: EMAIL, password: { text: WRONG } })
    await ask('/login', { email: EMAIL, password: [WRONG] })
    await client.idle()
    await jobs.runDue()

    const kept: string[] = [...lines]
    for (const run of [data.queries(), null]) {
      const tables = `select name from sqlite_schema where type = 'table' and name like ?`
      const names = await (run === null
        ? data.state.run(tables, ['trefoil%'])
        : data.unit((unit) => data.statements(unit).run(tables, ['trefoil%'])))
      for (const { name } of names) {
        const all = `select * from ${String(name)} where ? = 1`
        const rows = await (run === null
          ? data.state.run(all, [1])
          : data.unit((unit) => data.statements(unit).run(all, [1])))
        kept.push(JSON.stringify(rows))
      }
    }
    expect(kept.length).toBeGreaterThan(10)
    const all = kept.join('\n')
    expect(all).toContain(EMAIL)
    expect(all).toContain('argon2id')
    expect(secrets.every((secret) => typeof secret === 'string' && secret.length > 10)).toBe(true)
    expect(secrets.filter((secret) => all.includes(secret))).toEqual([])
  })
})

describe('what nobody expects', () => {
  const STRANGE: readonly unknown[] = [
    null,
    true,
    0,
    -1,
    1e308,
    [],
    {},
    ['a@example.com'],
    { $gt: '' },
    '',
    ' ',
    '\0',
    '\u{d800}',
    '__proto__',
    'constructor',
    "' or 1=1 --",
    'a@example.com\r\nbcc: b@example.com',
    'ﬃ@example.com',
    'x'.repeat(5000),
    'é'.repeat(500),
  ]
  const FIELDS: Readonly<Record<string, readonly string[]>> = {
    '/register': ['email', 'password', 'username', 'locale'],
    '/verify-email': ['token'],
    '/verify-email/resend': ['email'],
    '/login': [
      'email',
      'username',
      'password',
      'client_id',
      'client_secret',
      'device_token',
      'mode',
    ],
    '/forgot-password': ['email'],
    '/reset-password': ['token', 'password'],
    '/change-password': ['current_password', 'password'],
  }
  const USUAL: Readonly<Record<string, string>> = {
    email: 'bob@example.com',
    password: PASSWORD,
    token: 'x.y',
  }

  it.each(Object.keys(FIELDS))('ends no call of %s with an error of ours', async (path) => {
    const fields = FIELDS[path] ?? []
    const usual = Object.fromEntries(
      fields.flatMap((name) => (USUAL[name] === undefined ? [] : [[name, USUAL[name]]])),
    )
    for (const field of fields) {
      for (const value of STRANGE) {
        await data.state.run('delete from trefoil_attempts where key <> ? returning key', [''])
        const { status, text } = await post(path, { ...usual, [field]: value })
        const shown = JSON.stringify(value)?.slice(0, 40)
        expect([path, field, shown, status < 500]).toEqual([path, field, shown, true])
        if (field === 'password') expect(text).not.toContain(PASSWORD)
      }
    }
    // Nor anything that is no object, or has what nobody reads.
    for (const body of [null, [], 'x', { ...usual, id: 'x' }, { ...usual, account_id: 'x' }]) {
      expect((await post(path, body)).status).toBe(path === '/change-password' ? 401 : 400)
    }
  })
})
