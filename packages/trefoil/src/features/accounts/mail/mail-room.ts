import type { ProductionRisk } from '../../../index.ts'
import type { JobQueue } from '../../../jobs.ts'
import type { PartApp } from '../../../parts.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { chooseAppUrl, chooseMailer, refusePrinting } from './choose-mailer.ts'
import { JobOutbox } from './mail-jobs.ts'
import { MAIL_LIMIT_STEPS, MailLimits } from './mail-limits.ts'
import type { MailOutbox } from './mail-outbox.ts'
import { mailQueue } from './mail-queue.ts'
import { mailSource } from './mail-source.ts'
import { MailCatalogue } from './texts/mail-catalogue.ts'
import { MailLinks } from './texts/mail-links.ts'
import { writeMail } from './texts/write-mail.ts'

/** What mails need of the rooms beside. */
export interface MailRoomFacts
  extends Pick<AccountsHouse, 'values' | 'data' | 'clock' | 'keys' | 'accounts' | 'challenges'> {
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What the part of accounts has of it. */
export interface MailRoom {
  readonly outbox: MailOutbox
  readonly links: MailLinks
  /** What mails go by: a part of the app. */
  readonly jobs: JobQueue
  /** @throws ImproperlyConfigured where what opens accounts would be printed beside what others can reach */
  start(app: Pick<PartApp, 'name' | 'host'>): void
  risks(): readonly ProductionRisk[]
}

/**
 * Mails of accounts: what is sent, by whom, and how it gets there.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong, or missing
 */
export function mailRoom(facts: MailRoomFacts): MailRoom {
  const { values, data, clock, keys, accounts, challenges, env } = facts
  const { mail, locale } = values
  const mode = env['TREFOIL_ENV']
  const mailer = chooseMailer(values, mode)
  const links = new MailLinks(chooseAppUrl(values, env), 'appUrl', values.pages?.path ?? null)
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
    start({ name, host }) {
      refusePrinting(mailer, mode, host)
      app ??= name
    },
    risks: () => mailer.risks ?? [],
  }
}
