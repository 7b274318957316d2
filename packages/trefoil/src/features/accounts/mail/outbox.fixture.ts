import { createHash } from 'node:crypto'
import { type Database, database } from '../../../database.ts'
import { type App, createApp } from '../../../index.ts'
import { type JobQueue, jobQueue } from '../../../jobs.ts'
import { JobOutbox, type MailFacts } from './mail-jobs.ts'
import { MAIL_LIMIT_STEPS, MailLimits } from './mail-limits.ts'
import type { MailNotice, MailOutbox } from './mail-outbox.ts'
import type { Mailer, MailMessage } from './mailer.ts'

/** An outbox whose mails are told of by the test. */
export interface OutboxApp {
  readonly app: App
  readonly data: Database<Record<string, Record<string, unknown>>>
  readonly jobs: JobQueue
  readonly outbox: MailOutbox
  /** What there is to be sent, by id. */
  readonly mails: Map<string, MailFacts>
  /** What the mailer was given. */
  readonly sent: MailMessage[]
  /** Ids that were noted as sent. */
  readonly noted: string[]
  readonly warnings: string[]
  /** Milliseconds since the Unix epoch. */
  at: number
  /** Asks for a mail in a unit of its own. */
  ask(id: string, facts?: Partial<MailFacts>): Promise<void>
}

export interface OutboxOptions {
  readonly url?: string
  readonly mailer?: Mailer
  readonly cooldown?: number
  readonly hourly?: number
}

const MINUTE = 60_000

export async function outboxApp(options: OutboxOptions = {}): Promise<OutboxApp> {
  const { url = ':memory:', cooldown = MINUTE, hourly = 5 } = options
  const data = database({ url, migrate: 'start' })
  const clock = { now: () => it.at, elapsed: () => it.at }
  const jobs = jobQueue({ data, clock })
  data.tables('account_mail', MAIL_LIMIT_STEPS, 'state')
  const mails = new Map<string, MailFacts>()
  const sent: MailMessage[] = []
  const noted: string[] = []
  const warnings: string[] = []
  const own: Mailer = { send: (message) => void sent.push(message) }
  const outbox = new JobOutbox({
    data,
    jobs,
    mailer: options.mailer ?? own,
    source: {
      find: async (id) => mails.get(id) ?? null,
      sent: async (_, { id }) => void noted.push(id),
      addNotice: async (_: object, notice: MailNotice) => notice.kind,
    },
    limits: new MailLimits({
      statements: data.state,
      digest: (text) => createHash('sha256').update(text).digest('base64url'),
      cooldown,
      hourly,
      now: () => it.at,
    }),
    write: ({ to, id }) => ({ to, subject: 'Hello', text: `mail ${id}` }),
    now: () => it.at,
  })
  const log = (_: unknown, message: string) => void warnings.push(message)
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger: { debug() {}, info() {}, warn: log, error: log } },
    parts: [data, jobs],
  })
  const it: OutboxApp = {
    app,
    data,
    jobs,
    outbox,
    mails,
    sent,
    noted,
    warnings,
    at: Date.UTC(2026, 0, 1),
    async ask(id, facts = {}) {
      mails.set(id, {
        id,
        kind: 'reset_password',
        purpose: 'reset_password',
        to: 'ada@example.com',
        locale: null,
        proof: { link: `https://shop.example/#${id}` },
        createdAt: it.at,
        expiresAt: it.at + 30 * MINUTE,
        ...facts,
      })
      await data.unit((unit) => outbox.challenge(unit, id))
    },
  }
  await app.startup()
  return it
}
