import type { AnyDatabase } from '../../../database.ts'
import { type Clock, ImproperlyConfigured, type ProductionRisk } from '../../../index.ts'
import type { JobQueue } from '../../../jobs.ts'
import type { AccountKeys } from '../account-keys.ts'
import type { AccountStore } from '../account-store.ts'
import type { AccountsValues } from '../accounts-options.ts'
import type { ChallengeStore } from '../challenge-store.ts'
import { consoleMailer } from './console-mailer.ts'
import { JobOutbox } from './mail-jobs.ts'
import { MAIL_LIMIT_STEPS, MailLimits } from './mail-limits.ts'
import type { MailOutbox } from './mail-outbox.ts'
import { mailQueue } from './mail-queue.ts'
import { mailSource } from './mail-source.ts'
import type { Mailer } from './mailer.ts'
import { mailerOf } from './smtp-mailer.ts'
import { MailCatalogue } from './texts/mail-catalogue.ts'
import { MailLinks } from './texts/mail-links.ts'
import { writeMail } from './texts/write-mail.ts'

/** What mails need of the rooms beside. */
export interface MailRoomFacts {
  readonly values: AccountsValues
  readonly data: AnyDatabase
  readonly clock: Clock
  readonly keys: AccountKeys
  readonly accounts: AccountStore
  readonly challenges: ChallengeStore
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What the part of accounts has of it. */
export interface MailRoom {
  readonly outbox: MailOutbox
  readonly links: MailLinks
  /** What mails go by: a part of the app. */
  readonly jobs: JobQueue
  /** @param name of the app */
  start(name: string): void
  risks(): readonly ProductionRisk[]
}

/** Where pages are while an app is written. */
const DEVELOPMENT_URL = 'http://localhost:3000'

/**
 * Mails of accounts: what is sent, by whom, and how it gets there.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong, or missing
 */
export function mailRoom(facts: MailRoomFacts): MailRoom {
  const { values, data, clock, keys, accounts, challenges, env } = facts
  const { mail, locale } = values
  const mode = env['TREFOIL_ENV']
  const mailer = mailerFor(values, mode)
  const links = new MailLinks(values.appUrl ?? urlWithout(mode))
  const catalogue = new MailCatalogue(locale, mail.texts)
  const jobs = mailQueue(data, values.jobs, clock)
  data.tables('account_mail', MAIL_LIMIT_STEPS, 'state')
  let app = mail.name
  const now = () => clock.now()
  const outbox = new JobOutbox({
    data,
    jobs,
    mailer,
    source: mailSource({ challenges, accounts, links }),
    limits: new MailLimits({
      statements: data.state,
      digest: (text) => keys.mac('address', text),
      cooldown: mail.cooldown,
      hourly: mail.perHour,
      now,
    }),
    write: (one) => writeMail(one, { catalogue, app: app ?? '', language: locale }),
    now,
  })
  return {
    outbox,
    links,
    jobs,
    start(name) {
      app ??= name
    },
    risks: () => mailer.risks ?? [],
  }
}

/** The one that was given, else SMTP where a server is named, else, while the app is written, the console. */
function mailerFor({ mailer, smtp }: AccountsValues, mode: string | undefined): Mailer {
  const isProduction = !isDevelopment(mode)
  if (mailer !== null) {
    const [risk] = mailer.risks ?? []
    if (!isProduction || risk?.code !== 'accounts_console_mailer') return mailer
    throw new ImproperlyConfigured(risk.message)
  }
  if (smtp !== null) return mailerOf(smtp)
  if (!isProduction) return consoleMailer()
  throw new ImproperlyConfigured(
    'accounts(): nothing sends its mails: set TREFOIL_AUTH_SMTP_HOST and TREFOIL_AUTH_SMTP_FROM, or give it a mailer',
  )
}

/** Never learned from a request: whoever sends one would choose where the links of others lead. */
function urlWithout(mode: string | undefined): string {
  if (isDevelopment(mode)) return DEVELOPMENT_URL
  throw new ImproperlyConfigured(
    'accounts(): appUrl is missing: set TREFOIL_AUTH_APP_URL to the origin of your pages, such as https://app.example.com',
  )
}

/** `prod`, `staging` and whatever else is served to people must not be taken for somebody's desk (S-ENV-2). */
function isDevelopment(mode: string | undefined): boolean {
  return mode === undefined || mode === '' || mode === 'development' || mode === 'test'
}
