import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApp } from 'trefoil'
import { type AccountsOptions, accounts } from 'trefoil/accounts'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { MailLinks } from '../../packages/trefoil/src/features/accounts/mail/texts/mail-links.ts'
import { WRITTEN_MAILS } from '../../packages/trefoil/src/features/accounts/mail/texts/mail-text.ts'
import { type SmtpSink, smtpSink } from '../support/smtp-sink.ts'

const KEYS = 'k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c'
const PASSWORD = 'a long way to tipperary 1912'
const APP_URL = 'https://shop.example'

interface Line {
  readonly fields: unknown
  readonly message: string
}

async function shop(options: Partial<AccountsOptions> = {}, hasJobs = true) {
  const sink = await smtpSink()
  onTestFinished(() => sink.close())
  const clock = {
    at: Date.UTC(2026, 0, 1),
    now: () => clock.at,
    elapsed: () => clock.at,
  }
  const data = database({ url: ':memory:', migrate: 'start' })
  const jobs = jobQueueOf(hasJobs)
  function jobQueueOf(isOwn: boolean) {
    return isOwn ? jobQueue({ data, clock }) : null
  }
  const smtp = {
    host: '127.0.0.1',
    port: sink.port,
    from: 'Shop <mail@shop.example>',
    timeout: '500ms' as const,
  }
  const people = accounts({
    data,
    ...(jobs === null ? {} : { jobs, clock }),
    keys: KEYS,
    appUrl: APP_URL,
    smtp,
    ...options,
  })
  const lines: Line[] = []
  const log = (fields: unknown, message: string) => void lines.push({ fields, message })
  const app = createApp({
    name: 'shop',
    env: {},
    // Whoever runs it admits more than it should.
    edge: { hosts: ['localhost', 'evil.example'] },
    log: { logger: { debug() {}, info() {}, warn: log, error: log } },
    parts: jobs === null ? [data, people] : [data, jobs, people],
  })
  await app.startup()
  onTestFinished(() => app.shutdown())
  const post = (
    path: string,
    body: object,
    headers: Record<string, string> = {},
    origin = 'http://localhost',
  ) =>
    app.fetch(
      new Request(`${origin}/auth${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    )
  return { app, data, sink, clock, lines, post, runDue: async () => jobs?.runDue() }
}

/** Text of a mail as it was sent, with the line breaks of its encoding taken out. */
function bodyOf({ mails }: SmtpSink): string {
  return (mails.at(-1)?.raw ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=')
}

afterEach(() => {
  vi.unstubAllEnvs()
})

test('HTTP-3, CVE-2025-71401: the first request names another host, and the link leads where the configuration says', async () => {
  const { sink, post, runDue } = await shop()
  const headers = {
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    forwarded: 'host=evil.example',
    origin: 'https://evil.example',
  }
  const body = { email: 'ada@example.com', password: PASSWORD }
  const answers = [
    await post('/register', body, headers, 'https://evil.example'),
    await post(
      '/register',
      { ...body, email: 'bob@example.com' },
      { 'x-forwarded-host': 'evil.example' },
    ),
  ]
  expect(answers.map(({ status }) => status)).toEqual([202, 202])
  await runDue()
  expect(sink.mails.length).toBeGreaterThan(0)
  for (const { raw } of sink.mails) expect(raw).not.toContain('evil')
  expect(bodyOf(sink)).toContain(`${APP_URL}/verify-email#token=`)
})

test('registers by the link of the mail, in the language that was asked for', async () => {
  const { sink, post, runDue } = await shop()
  await post('/register', { email: 'ada@example.com', password: PASSWORD, locale: 'de' })
  await runDue()
  expect(bodyOf(sink)).toContain('<html lang="de">')
  const token = /#token=([\w.-]+)/.exec(bodyOf(sink))?.[1]
  expect((await post('/verify-email', { token })).status).toBe(200)
  expect((await post('/login', { username: 'ada@example.com', password: PASSWORD })).status).toBe(
    200,
  )
})

describe('ENUM-3 a mail server that is away', () => {
  test.each(['hang', 'drop', 451] as const)(
    '(%s) is waited for by nobody but the job, which tries again',
    async (does) => {
      const { sink, clock, lines, post, runDue } = await shop()
      sink.mood = { at: 'data', does, words: 'canary', times: 1 }
      expect(
        (await post('/register', { email: 'ada@example.com', password: PASSWORD })).status,
      ).toBe(202)
      expect(sink.connections).toBe(0)
      await runDue()
      expect([sink.connections, sink.mails.length]).toEqual([1, 0])
      clock.at += 60_000
      await runDue()
      expect(sink.mails).toHaveLength(1)
      expect(JSON.stringify(lines)).not.toMatch(/ada@example|canary|token=/)
    },
  )

  test('for longer than the link is good, then nothing is sent any more', async () => {
    const { sink, clock, post, runDue } = await shop()
    sink.mood = { at: 'connect', does: 421 }
    await post('/forgot-password', { email: 'ada@example.com' })
    await post('/register', { email: 'ada@example.com', password: PASSWORD })
    await runDue()
    sink.mood = null
    clock.at += 25 * 3_600_000
    await runDue()
    expect(sink.mails).toEqual([])
  })
})

test('without a queue of the app accounts bring their own, which works by itself', async () => {
  vi.stubEnv('TREFOIL_JOBS_WORK', 'always')
  const { sink, post } = await shop({}, false)
  await post('/register', { email: 'ada@example.com', password: PASSWORD })
  await vi.waitFor(() => expect(sink.mails).toHaveLength(1), { timeout: 10_000 })
})

test('a second queue of one database is refused, and told what to write', () => {
  const data = database({ url: ':memory:' })
  accounts({ data, keys: KEYS, appUrl: APP_URL })
  expect(() => jobQueue({ data })).toThrow('hand it to whoever needs it: accounts({ data, jobs })')
})

test('docs/mail.md lists every mail, and where its link leads', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/mail.md'), 'utf8')
  const section = (title: string) => text.split(`## ${title}`)[1]?.split('\n## ')[0] ?? ''
  const names = (title: string) =>
    [...section(title).matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name)
  expect(names('Texts')).toEqual([...WRITTEN_MAILS])
  const links = new MailLinks(APP_URL)
  for (const kind of names('Where links lead')) {
    const page = new URL(links.linkTo(kind as 'verify_email', 't')).pathname
    expect(section('Where links lead')).toMatch(new RegExp(`\`${kind}\` +\\| \`${page}\``))
  }
})
