// Who attacks: whoever reads what an app with accounts leaves behind. Forty secrets that occur nowhere else go in by
// every flow, good and bad, and come out of no sink: lines of the log, records, figures, spans, the audit log, the
// database, answers to others, and what is kept of a mailer that failed.
import { inspect } from 'node:util'
import { trace } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { createApp } from 'trefoil'
import { accounts, type MailMessage } from 'trefoil/accounts'
import { auditLog } from 'trefoil/audit'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { metrics } from 'trefoil/metrics'
import { otel } from 'trefoil/otel'
import { testClient } from 'trefoil/testing'
import { beforeAll, expect, test } from 'vitest'

const KEYS = 'canary-of-the-keys-of-accounts-0123456789'
const PEPPER = 'canary-of-the-pepper-of-accounts-0123456789'
const CLIENT = 'canary-of-the-client-partner-0123456789'
const FIGURES = 'canary-of-the-scraper'
const EMAIL = 'ada@example.com'

const secrets = new Set<string>([KEYS, PEPPER, CLIENT, FIGURES])
const codes = new Set<string>()
const kept: string[] = []
const keep = (...facts: unknown[]) => void kept.push(inspect(facts, { depth: 12 }))
const mails: MailMessage[] = []
/** What the mailer does with the next mail. */
let fails: ((mail: MailMessage) => unknown) | null = null

const spans = new InMemorySpanExporter()
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
)

const data = database<Record<string, Record<string, unknown>>>({
  url: ':memory:',
  migrate: 'start',
})
const jobs = jobQueue({ data, work: 'never' })
const audit = auditLog({ data, keys: 'a'.repeat(40) })
const people = accounts({
  data,
  jobs,
  audit,
  keys: KEYS,
  pepper: PEPPER,
  appUrl: 'https://shop.example',
  mail: { cooldown: '1ms', perHour: 1000 },
  rates: { mail: false, confirm: false, anonymous: false },
  mailer: {
    async send(mail) {
      mails.push(mail)
      for (const word of proofsOf(mail)) secrets.add(word)
      if (fails !== null) throw fails(mail)
    },
  },
  usernames: true,
  magicLink: true,
  emailCode: true,
  anonymous: true,
  lockout: { threshold: 50, addressThreshold: 10_000 },
  passwordPolicy: { breachCheck: false },
  clients: { partner: { secret: CLIENT } },
})
const app = createApp({
  name: 'shop',
  env: {},
  log: {
    logger: { debug: keep, info: keep, warn: keep, error: keep },
    access: keep,
    onCall: keep,
    trace: 'continue',
  },
  auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
  parts: [data, jobs, audit, people, metrics({ token: FIGURES }), otel()],
})
const client = testClient(app, { lifespan: false })

/** What of a mail opens something: the second half of a link, and a code. */
function proofsOf({ text }: MailMessage): readonly string[] {
  const link = /#token=[^.\s]+\.(\S+)/.exec(text)?.[1]
  const code = /\b\d{6}\b/.exec(text)?.[0]
  if (code !== undefined) codes.add(code)
  return link === undefined ? [] : [link]
}

/** A code has six digits, as parts of ids and times have. */
function hasCode(all: string, code: string): boolean {
  return new RegExp(`(?<![\\w.:-])${code}(?![\\w.:-])`).test(all)
}

let count = 0
/** A password that occurs nowhere else. */
function secret(): string {
  count += 1
  const text = `canary${count}-quartz-bramble-${count}x`
  secrets.add(text)
  return text
}

async function ask(
  path: string,
  json: unknown,
  token?: string,
  headers: Record<string, string> = {},
) {
  const answer = await client.http.request('POST', `/auth${path}`, {
    json,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  })
  const { status, text } = answer
  // What somebody is refused with is read by others: pages that show it, and logs of theirs.
  if (status >= 400) kept.push(text)
  const body: Record<string, unknown> = text === '' ? {} : JSON.parse(text)
  for (const name of ['access_token', 'refresh_token', 'device_token']) {
    const value = body[name]
    if (typeof value === 'string') secrets.add(value)
  }
  for (const cookie of answer.headers.getSetCookie()) {
    const value = /^[^=]+=([^;]{20,})/.exec(cookie)?.[1]
    if (value !== undefined) secrets.add(value)
  }
  return { status, body }
}

async function link(page = ''): Promise<string> {
  await client.idle()
  await jobs.runDue()
  const mail = mails.findLast(({ text }) => text.includes(`${page}#token=`))
  return decodeURIComponent(/#token=(\S+)/.exec(mail?.text ?? '')?.[1] ?? 'none')
}

beforeAll(() => app.startup())

test('forty secrets, and no sink has one', async () => {
  const password = secret()
  await ask('/register', { email: EMAIL, password, username: 'ada.l' })
  await ask('/register', { email: EMAIL, password: `${secret()}`.slice(0, 8) })
  const registered = await link()
  expect((await ask('/verify-email', { token: registered })).status).toBe(200)
  // Again, changed, in the wrong place.
  await ask('/verify-email', { token: registered })
  await ask('/reset-password', { token: registered, password: secret() })
  await ask(`/verify-email?token=${encodeURIComponent(registered)}`, {})
  await ask('/login', { email: EMAIL, password: secret() })
  await ask('/login', {
    email: EMAIL,
    password: secret(),
    client_id: 'partner',
    client_secret: secret(),
  })
  await ask('/login', { email: EMAIL, password: { text: secret() } })
  await ask('/login', { email: EMAIL, password: [secret()] })
  await ask('/login', { email: EMAIL, password: secret(), device_token: secret() })
  const asCookie = await ask('/login', { email: EMAIL, password, mode: 'cookie' })
  expect(asCookie.status).toBe(200)
  client.http.clearCookies?.()
  const login = async (with_ = password) =>
    (
      await ask('/login', {
        email: EMAIL,
        password: with_,
        client_id: 'partner',
        client_secret: CLIENT,
      })
    ).body
  const first = await login()
  await ask('/refresh', {
    refresh_token: first['refresh_token'],
    client_id: 'partner',
    client_secret: secret(),
  })
  const second = (
    await ask('/refresh', {
      refresh_token: first['refresh_token'],
      client_id: 'partner',
      client_secret: CLIENT,
    })
  ).body
  await ask('/refresh', {
    refresh_token: second['refresh_token'],
    client_id: 'partner',
    client_secret: CLIENT,
  })
  // Theft.
  await ask('/refresh', {
    refresh_token: first['refresh_token'],
    client_id: 'partner',
    client_secret: CLIENT,
  })
  await ask('/refresh', { refresh_token: secret() })
  await ask('/logout', {}, `tfl_at_${secret()}`)
  await ask('/logout', {}, secret(), { cookie: `__Host-trefoil_login=${secret()}` })
  const token = String((await login())['access_token'])
  await ask('/change-password', { current_password: secret(), password: secret() }, token)
  await ask('/change-password', { current_password: password, password: 'short' }, token)
  const next = secret()
  const changed = await ask(
    '/change-password',
    { current_password: password, password: next },
    token,
  )
  expect(changed.status).toBe(200)
  const now = String(changed.body['access_token'])
  await ask('/change-email', { email: 'ada@new.example', current_password: secret() }, now)
  await ask('/change-email', { email: 'ada@new.example', current_password: next }, now)
  await ask('/change-email/confirm', { token: `${await link()}x` }, now)
  await ask('/magic-link', { email: EMAIL })
  expect((await ask('/magic-link/confirm', { token: await link('magic-link') })).status).toBe(200)
  const challenge = (await ask('/email-code', { email: EMAIL })).body['challenge']
  await client.idle()
  await jobs.runDue()
  const code = /\b\d{6}\b/.exec(mails.at(-1)?.text ?? '')?.[0]
  await ask('/email-code/confirm', { challenge, code: '000000' })
  expect((await ask('/email-code/confirm', { challenge, code })).status).toBe(200)
  await ask('/anonymous', {})
  // Mailers that quote the mail in their errors, in every way there is.
  for (const how of [
    (mail: MailMessage) => new Error(`Not sent: ${mail.text}`),
    (mail: MailMessage) =>
      Object.assign(new Error('Not sent'), { body: mail, cause: new Error(mail.text) }),
    (mail: MailMessage) => mail.text,
    (mail: MailMessage) => ({ mail }),
  ]) {
    fails = how
    await ask('/forgot-password', { email: EMAIL })
    await link()
    await ask('/email-code', { email: EMAIL })
    await link()
  }
  fails = null
  await ask('/forgot-password', { email: EMAIL })
  const reset = await link('reset-password')
  await ask('/reset-password', { token: reset, password: 'short' })
  const last = secret()
  expect((await ask('/reset-password', { token: reset, password: last })).status).toBe(200)
  const done = String((await login(last))['access_token'])
  while (count < 40) await ask('/login', { email: EMAIL, password: secret() })
  await ask('/delete-account', { current_password: secret() }, done)
  await client.idle()
  await jobs.runDue()

  kept.push(
    (await client.http.get('/metrics', { headers: { authorization: `Bearer ${FIGURES}` } })).text,
  )
  kept.push((await client.http.get('/openapi.json')).text)
  kept.push(inspect(people, { depth: 8, showHidden: true }), JSON.stringify(people))
  const tables = `select name from sqlite_schema where type = 'table' and name like ?`
  const dump = async (run: (text: string, values: unknown[]) => unknown) => {
    for (const { name } of (await run(tables, ['trefoil%'])) as { name: string }[]) {
      kept.push(JSON.stringify(await run(`select * from ${name} where ? = 1`, [1])))
    }
  }
  await dump((text, values) =>
    data.unit((unit) => data.statements(unit).run(text, values as never)),
  )
  await dump((text, values) => data.state.run(text, values as never))
  await app.shutdown()
  for (const { name, attributes, events, status } of spans.getFinishedSpans()) {
    keep('span', { name, attributes, events, status })
  }

  const all = kept.join('\n')
  expect(all).toContain('argon2id')
  expect(all).toContain('trefoil_calls_total')
  expect(all).toContain('trefoil.surface')
  expect(count).toBeGreaterThanOrEqual(40)
  const found = [...secrets].filter((one) => all.includes(one))
  expect(found.map((one) => [one, around(all, one)])).toEqual([])
  expect([...codes].length).toBeGreaterThan(3)
  expect([...codes].filter((code) => code !== '000000' && hasCode(all, code))).toEqual([])
}, 120_000)

function around(all: string, one: string): string {
  const at = all.indexOf(one)
  return all.slice(Math.max(0, at - 200), at + 80)
}
