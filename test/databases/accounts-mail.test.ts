import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from 'trefoil'
import { accounts } from 'trefoil/accounts'
import { database } from 'trefoil/database'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  MAIL_LIMIT_STEPS,
  MailLimits,
} from '../../packages/trefoil/src/features/accounts/mail/mail-limits.ts'
import { type SmtpSink, smtpSink } from '../support/smtp-sink.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'
import { differences, workByState } from '../support/work-count.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

const KEYS = 'k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c'
const APP = join(import.meta.dirname, 'accounts-mail.process.ts')
const PROGRAM = join(import.meta.dirname, '../../packages/trefoil/bin/trefoil.js')

const databases = [
  ['SQLite', async () => join(folder(), 'app.db')],
  ['PostgreSQL', createDatabase],
] as const

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'trefoil-mail-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function sinkOf(): Promise<SmtpSink> {
  const sink = await smtpSink()
  onTestFinished(() => sink.close())
  return sink
}

/** An app that asks for mails, and sends none itself. */
async function asking(url: string) {
  vi.stubEnv('TREFOIL_JOBS_WORK', 'never')
  onTestFinished(() => void vi.unstubAllEnvs())
  const data = database({ url, migrate: 'start' })
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger: { debug() {}, info() {}, warn() {}, error: console.error } },
    parts: [data, accounts({ data, keys: KEYS, appUrl: 'https://shop.example' })],
  })
  await app.startup()
  onTestFinished(() => app.shutdown())
  const ask = async (path: string, email: string, more = {}) => {
    const answer = await app.fetch(
      new Request(`http://localhost/auth${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email, ...more }),
      }),
    )
    expect([path, answer.status]).toEqual([path, 202])
  }
  return { data, ask }
}

/** `trefoil work` beside it. */
function worker(url: string, { port }: SmtpSink, more: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, 'work', `${APP}#app`], {
    env: {
      PATH: process.env['PATH'],
      MAIL_URL: url,
      TREFOIL_JOBS_LEASE: '2s',
      TREFOIL_AUTH_SMTP_HOST: '127.0.0.1',
      TREFOIL_AUTH_SMTP_PORT: String(port),
      TREFOIL_AUTH_SMTP_FROM: 'mail@shop.example',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr?.on('data', (piece) => {
    said += String(piece)
  })
  child.on('exit', (code) => {
    if (code !== 0 && code !== null) console.error(said)
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

const tokenIn = (raw: string) =>
  /#token=([\w.-]+)/.exec(raw.replaceAll('=\r\n', '').replaceAll('=3D', '='))?.[1]

describe.each(databases)('on %s', (name, create) => {
  test.skipIf(name === 'PostgreSQL' && !hasPostgres)(
    'mails of accounts that have no queue are sent by trefoil work, each once',
    async () => {
      const url = await create()
      const { ask } = await asking(url)
      const sink = await sinkOf()
      const workers = [worker(url, sink), worker(url, sink)]
      for (let n = 0; n < 6; n++) {
        await ask('/register', `ada${n}@example.com`, { password: 'a long way to tipperary 1912' })
      }
      await vi.waitFor(() => expect(sink.mails).toHaveLength(6), { timeout: 60_000 })
      expect(new Set(sink.mails.map(({ to }) => to[0])).size).toBe(6)
      for (const one of workers) {
        one.kill('SIGTERM')
        await once(one, 'exit')
      }
      expect(sink.mails).toHaveLength(6)
    },
  )

  test.skipIf(name === 'PostgreSQL' && !hasPostgres)(
    'a worker that is killed after it has sent a mail has another one send the same link again',
    async () => {
      const url = await create()
      const { ask } = await asking(url)
      const sink = await sinkOf()
      await ask('/register', 'ada@example.com', { password: 'a long way to tipperary 1912' })
      const first = worker(url, sink, { MAIL_DIE: 'sent' })
      await once(first, 'exit')
      expect(sink.mails).toHaveLength(1)
      worker(url, sink)
      await vi.waitFor(() => expect(sink.mails).toHaveLength(2), { timeout: 100_000 })
      const [one, other] = sink.mails.map(({ raw }) => tokenIn(raw))
      expect(one).toMatch(/^[\w-]{36}\.[\w-]{43}$/)
      expect(other).toBe(one)
    },
  )

  test.skipIf(name === 'PostgreSQL' && !hasPostgres)(
    'of fifty that take the turn of a mailbox at the same time one has it',
    async () => {
      const data = database({ url: await create(), migrate: 'start' })
      data.tables('account_mail', MAIL_LIMIT_STEPS, 'state')
      const app = createApp({ name: 'shop', env: {}, parts: [data] })
      await app.startup()
      onTestFinished(() => app.shutdown())
      const facts = { statements: data.state, digest: (text: string) => text, now: Date.now }
      const limits = new MailLimits({ ...facts, cooldown: 60_000, hourly: 3 })
      const turns = await Promise.all(
        Array.from({ length: 50 }, () => limits.take('reset_password', 'ada@example.com')),
      )
      expect(turns.filter((turn) => turn !== 'never' && turn.after === 0)).toHaveLength(1)
      // The clock of another process is a moment ahead, and its statement the first.
      const [ahead, behind] = [1, 0].map(
        (more) => new MailLimits({ ...facts, now: () => 1e12 + more, cooldown: 60_000, hourly: 3 }),
      )
      expect(await ahead?.take('reset_password', 'eve@example.com')).toEqual({ after: 0 })
      expect(await behind?.take('reset_password', 'eve@example.com')).not.toEqual({ after: 0 })
      const hourly = new MailLimits({ ...facts, cooldown: 0, hourly: 3 })
      const more = await Promise.all(
        Array.from({ length: 50 }, () => hourly.take('magic_link', 'bob@example.com')),
      )
      expect(more.filter((turn) => turn !== 'never')).toHaveLength(3)
    },
  )

  test.skipIf(name === 'PostgreSQL' && !hasPostgres)(
    'ENUM-1, ENUM-3: asking for a new password costs the same for an address that nobody has',
    async () => {
      const { ask } = await asking(await create())
      await ask('/register', 'ada@example.com', { password: 'a long way to tipperary 1912' })
      const works = await workByState(['pending', 'unknown'], (state, time) =>
        ask('/forgot-password', state === 'pending' ? 'ada@example.com' : `eve${time}@example.com`),
      )
      expect(differences(works)).toEqual([])
      expect(works.get('unknown')).toMatchObject({ hashes: [], outbound: [], jobs: 1, units: 1 })
    },
  )
})
